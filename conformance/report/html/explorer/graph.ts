/** Questions about the graph of the page. */
import type { Op } from '../../../../abi/op.ts';
import type { ExplorerData, GraphState, GraphStep, StepAt } from './data.ts';

/** The steps of the shortest log, the first one first. */
export const wayTo = ({ states }: ExplorerData, state: number): readonly StepAt[] => {
  const way: StepAt[] = [];
  for (let at = states[state]?.parent; at !== null && at !== undefined; at = states[at.state]?.parent) way.unshift(at);
  return way;
};

/** A step by its place. */
export const stepAt = ({ states }: ExplorerData, { state, step }: StepAt): GraphStep | undefined =>
  states[state]?.steps[step];

/** The ops of the shortest log. */
export const opsTo = (data: ExplorerData, state: number): readonly Op[] => [
  ...data.begins.ops,
  ...wayTo(data, state).flatMap(at => stepAt(data, at)?.op ?? []),
];

/** An op that is possible in a state, with its outcomes; `steps` are their numbers. */
export interface Enabled {
  readonly op: Op;
  readonly outcomes: readonly { readonly step: number; readonly is: GraphStep }[];
}

/** The ops that are possible in a state. Outcomes of one op share the op. */
export const enabledIn = ({ steps }: GraphState): readonly Enabled[] => {
  const byOp = new Map<Op, Enabled['outcomes'][number][]>();
  steps.forEach((is, step) => {
    const outcomes = byOp.get(is.op);
    if (outcomes === undefined) byOp.set(is.op, [{ step, is }]);
    else outcomes.push({ step, is });
  });
  return [...byOp].map(([op, outcomes]) => ({ op, outcomes }));
};

/** States with a step to each state, loops left out. */
export const parentsOf = (states: readonly GraphState[]): readonly (readonly number[])[] => {
  const parents = states.map((): number[] => []);
  states.forEach(({ steps }, from) => {
    for (const to of new Set(steps.map(step => step.to))) {
      if (to !== null && to !== from) parents[to]?.push(from);
    }
  });
  return parents;
};

/** Where something happens: in a state, or on a step that leaves it. */
export interface Place {
  readonly state: number;
  readonly step?: number;
}

/** Every place where a rule fires, a witness is seen, or an invariant speaks of something, in the order of the states. */
export const placesOf = ({ states, invariants }: ExplorerData, id: string): readonly Place[] => {
  const invariant = invariants.findIndex(each => each.id === id);
  return states.flatMap(({ steps, weights, witnesses }, state) => {
    if (invariant >= 0) return (weights[invariant] ?? 0) > 0 ? [{ state }] : [];
    const here: Place[] = witnesses.includes(id) ? [{ state }] : [];
    steps.forEach((each, step) => {
      if (each.rules.includes(id) || each.witnesses.includes(id)) here.push({ state, step });
    });
    return here;
  });
};

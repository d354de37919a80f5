/**
 * A part of the graph of a configuration that people can walk: its first states, breadth first, each with every step
 * that leaves it. States keep the names of their processes and threads, and are shown as the shortest log shows them.
 */
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op, OpLog } from '../../abi/op.ts';
import type { State } from '../../model/model.ts';
import { BinderSystem } from './binder.ts';
import type { Configuration } from './configuration.ts';
import { Trail } from './trail.ts';
import { Words } from './words.ts';

/** One outcome of an op that is possible in a state. */
export interface ExcerptStep {
  readonly call: Call;
  readonly op: Op;
  readonly observation: Observation;
  readonly rules: readonly string[];
  /** What the op leads to, under the names of the state that it leaves. */
  readonly after: State;
  /** Number of that state; `null` when it lies outside. */
  readonly to: number | null;
}

export interface ExcerptState {
  /** Steps from the initial state. */
  readonly depth: number;
  /** The state and the number of its step by which this one was met first; `null` for the initial state. */
  readonly parent: { readonly state: number; readonly step: number } | null;
  readonly state: State;
  readonly steps: readonly ExcerptStep[];
}

export interface Excerpt {
  readonly states: readonly ExcerptState[];
  /** The log that leads to the initial state. */
  readonly begins: OpLog;
  /** Whether some step leads outside. */
  readonly cut: boolean;
  /** The number of a state, whatever its names; `undefined` outside. */
  readonly numberOf: (state: State) => number | undefined;
}

/** How much of a graph to take. */
export interface Extent {
  readonly most: number;
  readonly depth?: number | undefined;
}

/** Takes the first states of a configuration. */
export const excerptOf = (configuration: Configuration, { most, depth: deepest = Infinity }: Extent): Excerpt => {
  const system = new BinderSystem(configuration, { symmetry: false });
  const row = new Words();
  const numbers = new Map<string, number>();
  const nameOf = (state: State): string => {
    row.clear();
    system.pack(state, row);
    return row.values.subarray(0, row.length).join(' ');
  };
  const first = new Trail(configuration);
  const met: { readonly trail: Trail; readonly depth: number; readonly parent: ExcerptState['parent'] }[] = [
    { trail: first, depth: 0, parent: null },
  ];
  numbers.set(nameOf(first.state), 0);
  const states: ExcerptState[] = [];
  let cut = false;
  for (let at = 0; at < met.length; at++) {
    const { trail, depth, parent } = met[at] as (typeof met)[number];
    const steps: ExcerptStep[] = [];
    system.calls(trail.state, call => {
      const op = trail.opOf(call);
      trail.outcomes(call).forEach(({ state: after, observation, rules }, choice) => {
        const name = nameOf(after);
        let to = numbers.get(name) ?? null;
        if (to === null && met.length < most && depth < deepest) {
          to = met.length;
          numbers.set(name, to);
          const next = new Trail(configuration, trail);
          next.follow(call, choice);
          met.push({ trail: next, depth: depth + 1, parent: { state: at, step: steps.length } });
        }
        cut ||= to === null;
        steps.push({ call, op, observation, rules, after, to });
      });
    });
    states.push({ depth, parent, state: trail.state, steps });
  }
  return { states, begins: first.log(configuration.title), cut, numberOf: state => numbers.get(nameOf(state)) };
};

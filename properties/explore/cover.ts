/** A small covering set of paths: every rule by outcome, and every operation by outcome, at least once. */
import type { Call } from '../../abi/call.ts';
import type { Outcome } from '../../abi/specification.ts';
import { specification, type State } from '../../model/model.ts';
import type { BinderSystem } from './binder.ts';
import { endOf, operationOf } from './census.ts';
import { trailAlong, wayTo } from './path.ts';
import type { StateStore } from './store.ts';
import type { Trail } from './trail.ts';
import { Words } from './words.ts';

/** One path, and what it is the first to cover. */
export interface Covering {
  readonly trail: Trail;
  readonly covers: readonly string[];
}

/** What a step covers: `RULE outcome` and `operation outcome`. */
export const coveredBy = (call: Call, { observation, rules }: Outcome<State>): readonly string[] => {
  const end = endOf(observation);
  return [...new Set([...rules.map(rule => `${rule} ${end}`), `${operationOf(call)} ${end}`])];
};

/** Paths that together cover what `known` does not hold; adds to `known` what they cover. */
export const coveringPaths = (
  system: BinderSystem,
  store: StateStore,
  expanded: number,
  known: Set<string>,
): readonly Covering[] => {
  const wanted: { readonly from: number; readonly keys: readonly string[] }[] = [];
  const met = new Set(known);
  const row = new Words();
  for (let from = 0; from < expanded; from++) {
    if (!store.has(from)) continue;
    store.read(from, row);
    const state = system.unpack(row);
    system.calls(state, call => {
      for (const outcome of specification.step(state, call)) {
        const keys = coveredBy(call, outcome).filter(key => !met.has(key));
        if (keys.length === 0) continue;
        for (const key of keys) met.add(key);
        wanted.push({ from, keys });
      }
    });
  }
  const covering: Covering[] = [];
  // The deepest first: what they pass on the way needs no path of its own.
  for (const { from, keys } of wanted.toReversed()) {
    const left = keys.filter(key => !known.has(key));
    if (left.length === 0) continue;
    const trail = trailAlong(system, store, wayTo(store, from));
    follow(system, trail, left);
    const covers = trail.steps.flatMap(({ call, outcome }) => coveredBy(call, outcome)).filter(key => !known.has(key));
    for (const key of covers) known.add(key);
    covering.push({ trail, covers: [...new Set(covers)].sort() });
  }
  return covering;
};

/** Extends a trail by the step that covers the most of what is wanted. */
const follow = (system: BinderSystem, trail: Trail, wanted: readonly string[]): void => {
  let best: { readonly call: Call; readonly choice: number; readonly count: number } | undefined;
  system.calls(trail.state, call => {
    trail.outcomes(call).forEach((outcome, choice) => {
      const keys = coveredBy(call, outcome);
      const count = wanted.filter(key => keys.includes(key)).length;
      if (count > (best?.count ?? 0)) best = { call, choice, count };
    });
  });
  if (best !== undefined) trail.follow(best.call, best.choice);
};

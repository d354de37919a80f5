/** The shortest way to a state that an exploration met: from its parents to an op log. */
import type { State } from '../../model/model.ts';
import type { BinderSystem } from './binder.ts';
import { NO_STATE, type StateStore } from './store.ts';
import { Trail } from './trail.ts';
import { Words } from './words.ts';

/** Numbers of the states on the way, the initial one first. */
export const wayTo = (store: StateStore, state: number): readonly number[] => {
  const way: number[] = [];
  for (let at = state; at !== NO_STATE; at = store.parentOf(at)) way.unshift(at);
  return way;
};

/**
 * Follows a way under the names of a log. Packed states have names of their own, so each step is found again: the
 * call whose outcome packs to the next state of the way.
 */
export const trailAlong = (system: BinderSystem, store: StateStore, way: readonly number[]): Trail => {
  const trail = new Trail(system.configuration);
  const row = new Words();
  const numberOf = (state: State): number => {
    row.clear();
    system.pack(state, row);
    return store.find(row);
  };
  for (const next of way.slice(1)) stepTo(system, trail, state => numberOf(state) === next);
  return trail;
};

/** Extends a trail by a step to a state that is wanted. Throws when there is none. */
export const stepTo = (system: BinderSystem, trail: Trail, wanted: (state: State) => boolean): void => {
  let found: (() => void) | undefined;
  system.calls(trail.state, call => {
    if (found !== undefined) return;
    const choice = trail.outcomes(call).findIndex(({ state }) => wanted(state));
    if (choice >= 0) found = () => void trail.follow(call, choice);
  });
  if (found === undefined) throw new Error('the explorer is wrong: a step of a path cannot be found again');
  found();
};

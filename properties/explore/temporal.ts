/**
 * What must always remain possible: states from which no way of serving leads to an answer.
 *
 * A state is stuck for a mark when it carries the mark and no path of steps that serving processes make (replies,
 * reads, frees, acknowledgements) leads to a state without it. States that were not expanded count as ways out.
 */
import type { EdgeList } from './edges.ts';
import { NO_STATE, type StateStore } from './store.ts';

/** Stuck states, one bit each, and where they begin. */
export interface Stuck {
  readonly count: number;
  /** Stuck states whose parent is not stuck, the shallowest first. */
  readonly entrances: readonly number[];
}

/**
 * Finds the states that are stuck for `mark`; `tag` is the tag of the steps that may be relied on. States with the mark
 * `excused` are no way out, and are not held against the system either.
 */
export const stuckStates = (store: StateStore, edges: EdgeList, mark: number, tag: number, excused: number): Stuck => {
  const { end } = store;
  const first = new Uint32Array(end + 2);
  edges.each((_, to, tags) => {
    if ((tags & tag) !== 0) first[to + 2] = (first[to + 2] as number) + 1;
  });
  for (let state = 2; state < first.length; state++)
    first[state] = (first[state] as number) + (first[state - 1] as number);
  const into = new Uint32Array(first[end + 1] as number);
  const expanded = new Uint8Array(end);
  edges.each(
    (from, to, tags) => {
      if ((tags & tag) === 0) return;
      into[first[to + 1] as number] = from;
      first[to + 1] = (first[to + 1] as number) + 1;
    },
    from => {
      expanded[from] = 1;
    },
  );
  const free = new Uint8Array(end);
  const queue: number[] = [];
  for (let state = 0; state < end; state++) {
    if (!store.has(state) || ((store.marksOf(state) & mark) !== 0 && expanded[state] === 1)) continue;
    free[state] = 1;
    queue.push(state);
  }
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] as number;
    for (let edge = first[state] as number; edge < (first[state + 1] as number); edge++) {
      const from = into[edge] as number;
      if (free[from] === 1) continue;
      free[from] = 1;
      queue.push(from);
    }
  }
  let count = 0;
  const entrances: number[] = [];
  for (let state = 0; state < end; state++) {
    if (free[state] === 1 || !store.has(state) || (store.marksOf(state) & excused) !== 0) continue;
    count++;
    const parent = store.parentOf(state);
    if (parent === NO_STATE || free[parent] === 1 || (store.marksOf(parent) & excused) !== 0) entrances.push(state);
  }
  return { count, entrances };
};

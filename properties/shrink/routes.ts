/** Shorter ways to the same place: found by the specification, confirmed by execution. */
import type { Op } from '../../abi/op.ts';
import { movesOf } from './moves.ts';
import type { Pass } from './pass.ts';
import { merge } from './merge.ts';
import { acquireManager, bringForward, join, postpone, reroot, turn } from './rewrites.ts';
import { LIKENESSES, type Guide } from './guide.ts';
import { refuse, retell } from './retell.ts';
import { simplerKinds } from './values.ts';

/** Logs longer than this have too many neighbours. */
const LONGEST = 24;
/** Shorter logs that are executed, at most: the shortest ones. */
const MOST = 4;

const REWRITES: readonly Pass[] = [
  acquireManager,
  turn,
  reroot,
  merge,
  join,
  simplerKinds,
  bringForward,
  postpone,
  refuse,
  retell,
];

function* neighbours(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const { candidates } of REWRITES) for (const candidate of candidates(ops, { at: 0 })) yield candidate.ops;
  yield* movesOf(ops);
}

/** Shorter logs that, as the guide has it, still do at their end what the failing log does at its own. */
export const routes = (guide: Guide): Pass => ({
  name: 'routes',
  *candidates(ops, from) {
    if (ops.length > LONGEST) return;
    const found = new Map<string, readonly Op[]>();
    for (const neighbour of neighbours(ops)) {
      for (const by of LIKENESSES) {
        const next = guide.core(neighbour, by);
        if (next !== undefined && next.length < ops.length) found.set(JSON.stringify(next), next);
      }
    }
    const shortest = [...found.values()].sort((a, b) => a.length - b.length).slice(0, MOST);
    for (let at = from.at; at < shortest.length; at++)
      yield { ops: shortest[at] as readonly Op[], position: { at: 0 } };
  },
});

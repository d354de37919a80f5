/** Which passes a round has, in which order. */
import type { Pass } from './pass.ts';
import {
  dropChunks,
  dropCommands,
  dropObjects,
  dropPairs,
  dropProcesses,
  dropThreads,
  keepRecent,
} from './removals.ts';
import { acquireManager, bringForward, join, merge, postpone, reroot, turn } from './rewrites.ts';
import { routes } from './routes.ts';
import type { Guide } from './guide.ts';
import { leaves, normal, plain, simplerKinds } from './values.ts';

export type { Candidate, Pass, Position } from './pass.ts';

/**
 * The passes of round `round` over a log of `length` ops. The first round cuts in large pieces; `last` adds, where
 * nothing else helps any more, those that cost more than they usually bring.
 */
export const passesFor = (length: number, round: number, last: boolean, guide?: Guide): readonly Pass[] => {
  const single = dropChunks(1);
  const structure = [
    dropCommands,
    dropObjects,
    join,
    simplerKinds,
    reroot,
    bringForward,
    turn,
    acquireManager,
    merge,
    postpone,
  ];
  if (last) return [single, ...structure, leaves, normal, dropPairs, ...(guide === undefined ? [] : [routes(guide)])];
  if (round > 0) return [single, dropThreads, ...structure, plain, leaves];
  const chunks: Pass[] = [];
  for (let chunk = length >> 1; chunk > 1; chunk >>= 1) chunks.push(dropChunks(chunk));
  return [keepRecent, dropProcesses, dropThreads, ...chunks, single, ...structure, plain, leaves];
};

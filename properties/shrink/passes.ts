/** Which passes a round has, in which order. */
import type { Op } from '../../abi/op.ts';
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
import { fill, refuse, retell } from './retell.ts';
import { routes } from './routes.ts';
import type { Guide } from './guide.ts';
import { leaves, normal, plain, simplerKinds } from './values.ts';

export type { Candidate, Pass, Position } from './pass.ts';

/** Logs that do not come from this one, as long as they are shorter. */
const otherLogs = (logs: readonly (readonly Op[])[]): Pass => ({
  name: 'other logs',
  *candidates(ops) {
    for (const each of logs) if (each.length < ops.length) yield { ops: each, position: { at: 0 } };
  },
});

/** Passes that make the structure of a log smaller, once it is cut. */
export const STRUCTURE: readonly Pass[] = [
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

/** Passes that tell a log in another way, once no step makes it smaller. */
const LEAPS: readonly Pass[] = [refuse, retell, fill];

/** What a shrink has besides the log. */
export interface Aids {
  /** Values count too, not only the structure, and what costs much is tried at the end. */
  readonly thorough: boolean;
  readonly guide?: Guide | undefined;
  /** Logs that do not come from this one and may fail too. */
  readonly others: readonly (readonly Op[])[];
}

/**
 * The passes of round `round` over a log of `length` ops. The first round cuts in large pieces; `last` adds, where
 * nothing else helps any more, those that cost more than they usually bring.
 */
export const passesFor = (
  length: number,
  round: number,
  last: boolean,
  { thorough, guide, others }: Aids,
): readonly Pass[] => {
  const single = dropChunks(1);
  if (last)
    return [
      single,
      ...STRUCTURE,
      ...LEAPS,
      ...(thorough ? [leaves, normal, dropPairs] : []),
      ...(guide === undefined || !thorough ? [] : [routes(guide), otherLogs(others)]),
    ];
  const small = thorough ? [plain, leaves] : [plain];
  if (round > 0) return [single, dropThreads, ...STRUCTURE, ...small];
  const chunks: Pass[] = [];
  for (let chunk = length >> 1; chunk > 1; chunk >>= 1) chunks.push(dropChunks(chunk));
  return [keepRecent, dropProcesses, dropThreads, ...chunks, single, ...STRUCTURE, ...small];
};

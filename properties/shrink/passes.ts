/** Which passes a round has, in which order. */
import type { Op } from '../../abi/op.ts';
import type { Pass } from './pass.ts';
import { dropChunks, dropCommands, dropObjects, dropProcesses, dropThreads, keepRecent } from './removals.ts';
import { merge } from './merge.ts';
import { acquireManager, bringForward, join, postpone, reroot, turn } from './rewrites.ts';
import { fill, refuse, retell } from './retell.ts';
import { leaps } from './leaps.ts';
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
export const STRUCTURE: readonly Pass[] = [dropCommands, dropObjects, join, simplerKinds, reroot, merge];

/** Passes that tell a log in another way, once no step makes it smaller; for a shrink without a guide. */
const BLIND: readonly Pass[] = [bringForward, turn, acquireManager, postpone, refuse, retell, fill];
/** Leaps that are executed before a log is left as it is, at most: the longer it is, the more likely there is one. */
const mostLeaps = (length: number): number => (length <= TIGHT ? 16 : length <= 7 ? 36 : 70);
/** Where only the same failure counts. */
const MOST_ALIKE = 12;
/** Logs that are so short hardly get shorter. */
const TIGHT = 5;

/** What a shrink has besides the log. */
export interface Aids {
  /** Values count too, not only the structure, and what costs much is tried at the end. */
  readonly thorough: boolean;
  /** Any failure counts: leaps go further then than what is alike in the eyes of the guide. */
  readonly slides: boolean;
  readonly guide?: Guide | undefined;
  /** Logs that do not come from this one and may fail too. */
  readonly others: readonly (readonly Op[])[];
}

/** What a shrink is at: cutting in large pieces, cutting in single steps, making values plain, leaping, trying again what was refused. */
export type Phase = 'first' | 'cut' | 'values' | 'leap' | 'check';

/** What comes after a phase in which something changed, or nothing; `undefined`: nothing is left to do. */
export const phaseAfter = (phase: Phase, changed: boolean): Phase | undefined => {
  switch (phase) {
    case 'first':
    case 'cut':
      return changed ? 'cut' : 'values';
    case 'values':
      return 'leap';
    case 'leap':
      return changed ? 'cut' : 'check';
    case 'check':
      return changed ? 'cut' : undefined;
  }
};

/** The passes of a phase over a log of `length` ops. */
export const passesFor = (phase: Phase, length: number, { thorough, slides, guide, others }: Aids): readonly Pass[] => {
  const single = dropChunks(1);
  switch (phase) {
    case 'first': {
      const chunks: Pass[] = [];
      for (let chunk = length >> 1; chunk > 1; chunk >>= 1) chunks.push(dropChunks(chunk));
      return [keepRecent, dropProcesses, dropThreads, ...chunks, single, ...STRUCTURE, plain];
    }
    case 'cut':
      return [single, dropThreads, ...STRUCTURE, plain];
    case 'leap': {
      if (guide === undefined) return BLIND;
      const far = slides || !thorough ? [] : [routes(guide), otherLogs(others)];
      // Other values hardly open another way for a log that is tight.
      return thorough && slides && length <= TIGHT
        ? []
        : [leaps(guide, slides ? mostLeaps(length) : MOST_ALIKE), ...far];
    }
    case 'values':
      return thorough ? [leaves, normal] : [];
    case 'check':
      return [single, dropThreads, ...STRUCTURE];
  }
};

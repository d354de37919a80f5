/** In what drivers are known to differ: each difference a flag with its sentence, as data. */
import { AVOIDED } from './avoided.ts';
import { COMPARED } from './compared.ts';

export type { Flag } from './flag.ts';

/** Every difference that a profile can name. */
export const FLAGS = [...COMPARED, ...AVOIDED] as const;

/** A known difference that no flag stands for. */
export interface Unflagged {
  /** Its number in the list of known differences. */
  readonly row: number;
  /** What every driver is held to, or why nothing of it can be seen. */
  readonly says: string;
  /** Drivers are known to differ, and are told so. */
  readonly held: boolean;
}

/** Every known difference, of which the list has `DIFFERENCES`, that is no flag. */
export const UNFLAGGED: readonly Unflagged[] = [
  {
    row: 2,
    says: 'The completion of a call, or an announcement, does not end a read by itself (THR-34); a driver that delivers it at once, while the specification waits, is told so. (How many returns a read has is the flag batches.)',
    held: true,
  },
  {
    row: 6,
    says: 'A message that is refused costs its sender BR_FAILED_REPLY and no other word; a driver that says BR_ERROR with an errno beside it is told so. (Commands that are refused are the flag raw-commands.)',
    held: true,
  },
  {
    row: 7,
    says: 'Who replied in vain reads BR_TRANSACTION_COMPLETE alone, and the caller the failure; a driver that tells the replier too is told so.',
    held: true,
  },
  { row: 43, says: 'The target and the cookie of a reply are 0 in all drivers.', held: false },
  { row: 46, says: 'Of a poll only POLLIN is looked at, under every profile.', held: false },
];

/** How many differences are known, numbered from 1. */
export const DIFFERENCES = 47;

export type FlagId = (typeof FLAGS)[number]['id'];

/** What shrinking can ask without executing anything. */
import type { Op } from '../../abi/op.ts';
import type { Resemblance } from '../expectation.ts';

/** In what a log is like the failing one. */
export interface Likeness {
  /** Its last op obeys the same telling rules. */
  readonly rules: boolean;
  /** What it shows in the place where the failure differs. */
  readonly shows: Resemblance;
}

export const BY_RULES: Likeness = { rules: true, shows: 'class' };

/** All ways of being like it, the most exact first. */
export const LIKENESSES: readonly Likeness[] = [
  BY_RULES,
  { rules: false, shows: 'value' },
  { rules: false, shows: 'beside' },
  { rules: false, shows: 'list' },
  { rules: false, shows: 'class' },
];

/** Who knows something about logs that were not executed: the specification (`Shadow`). */
export interface Guide {
  /** True when no op of the log can show what the failure is about. */
  isHopeless(ops: readonly Op[]): boolean;
  /** True when the last op of the log does what the failing op did. */
  isAlike(ops: readonly Op[], by?: Likeness): boolean;
  /** The rules that fire in a log, and the ops of it that are performed. */
  told(ops: readonly Op[]): { readonly rules: ReadonlySet<string>; readonly performed: readonly Op[] };
  /** A log up to its first op that does what the failing op did; `undefined` when none does, or nobody can tell. */
  upTo(ops: readonly Op[], by?: Likeness): readonly Op[] | undefined;
  /** The part of a log that most likely leads to the failure; `undefined` where the log does not, or nobody can tell. */
  core(ops: readonly Op[], by?: Likeness): readonly Op[] | undefined;
}

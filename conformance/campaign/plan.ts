/** What a run is asked to do, in plain data: the same for this process and for its workers. */
import type { LevelName, ProfileName, TargetChoice } from '../options.ts';

/** When a run ends: after so many checked ops or so many seconds, whichever comes first. */
export interface Budget {
  readonly ops?: number;
  readonly seconds?: number;
  /** Distinct failures after which looking for more is pointless. */
  readonly failures: number;
}

/** A whole run. */
export interface Plan {
  readonly target: TargetChoice;
  readonly profile: ProfileName;
  readonly level: LevelName;
  readonly seed: number;
  /** Ops of each sequence; absent: the generator's mixture. */
  readonly length?: number;
  /** Devices of every sequence's world. */
  readonly devices: number;
  readonly budget: Budget;
}

/** Where an op log of a run came from: the number of its sequence, or a file of the corpus. */
export type Source = ({ readonly sequence: number } | { readonly regression: string }) & {
  /** It was met while the failure of this core was shrunk. */
  readonly met?: string;
};

/** A source in words: `sequence 12`, `regression test/regressions/a.json`, with ` (met while shrinking)`. */
export const sourceName = (source: Source): string => {
  const name = 'sequence' in source ? `sequence ${source.sequence}` : `regression ${source.regression}`;
  return source.met === undefined ? name : `${name} (met while shrinking)`;
};

/** What one of several workers does of it: every `stride`-th sequence from `first`. */
export interface Share {
  readonly plan: Plan;
  readonly first: number;
  readonly stride: number;
}

/** The part of a budget that one of `stride` workers has. */
export const budgetOf = ({ plan: { budget }, stride }: Share): Budget =>
  budget.ops === undefined ? budget : { ...budget, ops: Math.ceil(budget.ops / stride) };

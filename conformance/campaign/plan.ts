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
  /** The trace to append every driven sequence to. */
  readonly record?: string;
}

/** Where an op log of a run came from: the number of its sequence, a file of the corpus, or what a trace says. */
export type Source = (
  { readonly sequence: number } | { readonly regression: string } | { readonly recorded: string }
) & {
  /** It was met while the failure of this core was shrunk. */
  readonly met?: string;
};

/** A source in words: `sequence 12`, `regression test/regressions/a.json`, with ` (met while shrinking)`. */
export const sourceName = (source: Source): string => {
  if ('recorded' in source) return source.recorded;
  const name = 'sequence' in source ? `sequence ${source.sequence}` : `regression ${source.regression}`;
  return source.met === undefined ? name : `${name} (met while shrinking)`;
};

const SHRUNK = 'shrunk from ';
/** How a trace names the shortest log of a failure that a source showed. */
export const shrunkSource = (source: Source): string => `${SHRUNK}${sourceName(source)}`;
/** The name of what a log was shrunk from; `undefined` for the name of a log that was not. */
export const shrunkFrom = (name: string): string | undefined =>
  name.startsWith(SHRUNK) ? name.slice(SHRUNK.length) : undefined;

/** The source that has such a name. */
export const sourceFrom = (name: string): Source => {
  const [, kind, rest = ''] = /^(sequence|regression) (\S+)$/.exec(name) ?? [];
  if (kind === 'regression') return { regression: rest };
  return kind === 'sequence' && /^\d+$/.test(rest) ? { sequence: Number(rest) } : { recorded: name };
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

/** What a run is asked to do, in plain data: the same for this process and for its workers. */
import type { LevelName, ProfileName, TargetChoice } from '../options.ts';

/** When a run ends: after so many checked ops or so many seconds, whichever comes first. */
export interface Budget {
  readonly ops?: number;
  readonly seconds?: number;
  /** Distinct failures after which looking for more is pointless. */
  readonly failures: number;
}

/** One of several parts that a run is cut into: number `index` (from 1) of `of`. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** A whole run, or a shard of it. */
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
  /** Bugs that are excused and so use nothing of the budget of failures, by core. */
  readonly excused?: readonly string[];
  /** Whether sequences are made from those that showed something new; absent: they are. Shards never do. */
  readonly feedback?: boolean;
  /** Count what is reached in detail: rules and operations by outcome, classes of states. */
  readonly reached?: true;
  /** The trace to append every driven sequence to. */
  readonly record?: string;
  /** Absent: the whole run. */
  readonly shard?: Shard;
}

/** Where an op log of a run came from: the number of its sequence, a file of the corpus, or what a trace says. */
export type Source = (
  { readonly sequence: number } | { readonly regression: string } | { readonly recorded: string }
) & {
  /** It was made with parts of earlier sequences, so that its number alone does not say what it is. */
  readonly made?: 'mutated';
  /** It was met while the failure of this core was shrunk. */
  readonly met?: string;
};

/** A source in words: `sequence 12`, `regression test/regressions/a.json`, with ` (mutated)`, ` (met while shrinking)`. */
export const sourceName = (source: Source): string => {
  if ('recorded' in source) return source.recorded;
  const drawn = 'sequence' in source ? `sequence ${source.sequence}` : `regression ${source.regression}`;
  const name = source.made === undefined ? drawn : `${drawn} (${source.made})`;
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

const rank = (source: Source): number =>
  (source.met === undefined ? 0 : 3) + ('regression' in source ? 0 : 'sequence' in source ? 1 : 2);

/** The order in which one run meets its sources: the corpus by name, the sequences by number, then those met while shrinking. */
export const compareSources = (a: Source, b: Source): number => {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if ('sequence' in a && 'sequence' in b) return a.sequence - b.sequence;
  const [left, right] = [sourceName(a), sourceName(b)];
  return left < right ? -1 : Number(left > right);
};

/** What one of several workers does of it: every `stride`-th sequence from `first`. */
export interface Share {
  readonly plan: Plan;
  readonly first: number;
  readonly stride: number;
}

/** The share of one of so many workers: shards deal the sequences out, and workers deal out those of their shard. */
export const shareOf = (plan: Plan, worker = 0, workers = 1): Share => {
  const { index, of } = plan.shard ?? { index: 1, of: 1 };
  return { plan, first: index - 1 + of * worker, stride: of * workers };
};

/** What a shard replays of the corpus. */
export const corpusOf = <Log>({ shard }: Plan, corpus: readonly Log[]): readonly Log[] =>
  shard === undefined ? corpus : corpus.filter((_, at) => at % shard.of === shard.index - 1);

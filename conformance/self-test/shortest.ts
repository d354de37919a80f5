/**
 * The shortest log that shows a fault, from the first log that did.
 *
 * A fault has many signs, and a shrinker that pins one of them stops where that one cannot get shorter. In a hunt all
 * signs are of one fault, so a shorter log is taken whatever it shows; and where a log stays long, further failing logs
 * are shrunk, until several of them agree. Every log that is executed for it is counted.
 */
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { sameBug, type Failure } from '../../properties/failure.ts';
import { repair } from '../../properties/shrink/edit.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrinkAsync, trimmed, type Finding, type Shrunk } from '../../properties/shrink/shrink.ts';
import type { Next } from './further.ts';
import { WORLD, type Suspect } from './suspect.ts';

/** The shortest log, and what it took. */
export interface Shortest extends Finding {
  /** Logs executed for the log that was found first. */
  readonly pinned: number;
  /** Logs executed in all. */
  readonly executions: number;
}

/** Two files opened, one of them mapped, a manager, and two ops: a log of so many ops hardly gets shorter. */
const ENOUGH = 6;
/** So long a log is the shortest when two logs from different beginnings agree on it; a longer one when three do. */
const SHORT = 7;
/** Executions for one of many shrinks, at most. */
const QUICK = 400;
/** Further failing logs that are shrunk, at most. */
const MOST_FURTHER = 8;
/** Executions after which no further failing log is asked for. */
const ENOUGH_EXECUTIONS = 1500;
/** Other signs met on the way that are shrunk, at most. */
const MOST_SIGNS = 3;
/** Longer than the shortest log by so much, and another sign will hardly get shorter. */
const FAR = 4;

class Search {
  best: Finding;
  executions = 0;
  readonly #suspect: Suspect;
  /** Whether the journal showed it, and is looked at in every log. */
  readonly #journal: boolean;
  readonly #pause: () => Promise<void>;
  readonly #stop: AbortSignal;
  /** What each log showed that was executed. */
  readonly #shown = new Map<string, Failure | undefined>();
  /** Signs that were shrunk already, or are about to be, with the length of the log that showed them. */
  readonly #seen = new Map<string, number>();

  constructor(suspect: Suspect, first: Finding, pause: () => Promise<void>, stop: AbortSignal) {
    this.#suspect = suspect;
    this.#journal = first.failure.kind === 'journal';
    this.best = first;
    this.#pause = pause;
    this.#stop = stop;
  }

  /** What a log shows; executed once, however often it is asked about. */
  async #run(ops: readonly Op[], closely: boolean): Promise<Failure | undefined> {
    const key = `${closely} ${JSON.stringify(ops)}`;
    if (!this.#shown.has(key)) {
      await this.#pause();
      if (this.#stop.aborted) return undefined;
      this.executions++;
      this.#shown.set(key, (await this.#suspect.run(ops, closely, undefined, this.#journal)).failure);
    }
    return this.#shown.get(key);
  }

  /**
   * The finding as its own log shows it: without what refers to nothing, with the state looked at after each op, so that
   * the first sign of the fault is what is shrunk.
   */
  async ground(finding: Finding): Promise<Finding> {
    for (const ops of [repair(trimmed(finding.ops, finding.failure)), finding.ops]) {
      const failure = await this.#run(ops, true);
      if (failure !== undefined) return { ops, failure };
    }
    return finding;
  }

  /** Shrinks one finding; `thorough`: its values too, and with what costs much. */
  async shrink({ ops, failure }: Finding, thorough: boolean): Promise<Shrunk> {
    this.#seen.set(failure.core, Math.min(ops.length, this.#seen.get(failure.core) ?? Infinity));
    return shrinkAsync(ops, failure, each => this.#run(each, true), {
      slides: true,
      parallel: this.#suspect.parallel,
      closely: this.#suspect.closely,
      thorough,
      ...(thorough ? {} : { budget: QUICK }),
      guide: (from, seen) => new Shadow(specification, WORLD, from, seen),
    });
  }

  /** Takes what came out of a finding, and follows its other signs while they lead further. */
  async follow(shrunk: Shrunk): Promise<void> {
    const { ops, failure } = shrunk;
    if (ops.length < this.best.ops.length || this.best.failure === failure) this.best = { ops, failure };
    const near = this.best.ops.length > SHORT ? this.best.ops.length + FAR : this.best.ops.length - 1;
    const signs = [
      // What the state shows begins earlier than what somebody is told, so that it mostly gets shorter.
      ...(await this.#signsInState(shrunk)).filter(each => each.ops.length <= this.best.ops.length + 1),
      ...shrunk.others.filter(each => each.ops.length <= near),
    ]
      .filter(each => each.ops.length < (this.#seen.get(each.failure.core) ?? Infinity))
      .sort((one, other) => one.ops.length - other.ops.length);
    for (const sign of signs.slice(0, MOST_SIGNS)) {
      if (this.#stop.aborted) return;
      if (sign.ops.length >= (this.#seen.get(sign.failure.core) ?? Infinity)) continue;
      const next = await this.shrink(sign, false);
      if (next.ops.length < this.best.ops.length) await this.follow(next);
    }
  }

  /**
   * What the state shows of a fault before anybody is told: the shrunk log without its last op, and without one of its
   * reads, with the state looked at after each op.
   */
  async #signsInState({ ops, failure }: Finding): Promise<readonly Finding[]> {
    if (failure.kind !== 'observation') return [];
    const silent = ops.flatMap((op, at) => {
      if (op.op !== 'write_read' || op.write === undefined || op.read === undefined) return [];
      const { read: _, ...rest } = op;
      return [ops.with(at, rest)];
    });
    const signs: Finding[] = [];
    for (const log of [ops.slice(0, -1), ...silent]) {
      const met = await this.#run(log, true);
      if (met !== undefined && !sameBug(failure, met)) signs.push({ ops: trimmed(log, met), failure: met });
    }
    return signs;
  }
}

/** Shrinks the first finding of a fault, its other signs, and, while the log is long, those of `further`. */
export const shortest = async (
  suspect: Suspect,
  found: Finding,
  further: (first: Finding) => AsyncGenerator<Next, void>,
  pause: () => Promise<void>,
  stop: AbortSignal,
): Promise<Shortest> => {
  const search = new Search(suspect, found, pause, stop);
  const first = await search.ground(found);
  const more = further(first);
  const shrunk = await search.shrink(first, false);
  let pinned = search.executions;
  search.best = { ops: shrunk.ops, failure: shrunk.failure };
  await search.follow(shrunk);
  for (let turn = 0, agreeing = 1; turn < MOST_FURTHER && !stop.aborted;) {
    const { length } = search.best.ops;
    if (length <= ENOUGH || agreeing === (length <= SHORT ? 2 : 3) || search.executions > ENOUGH_EXECUTIONS) break;
    const next = await more.next();
    if (next.done === true) break;
    search.executions += next.value.executions;
    if (next.value.finding === undefined) {
      // A rare fault with a short log is not worth the search for another one.
      if (length <= SHORT) break;
      continue;
    }
    turn++;
    const other = await search.shrink(await search.ground(next.value.finding), false);
    await search.follow(other);
    if (search.best.ops.length < length) agreeing = 1;
    else if (other.ops.length === length) agreeing++;
  }
  const before = search.executions;
  const isFirst = search.best.failure === shrunk.failure;
  const plain = await search.shrink(search.best, true);
  if (isFirst) pinned += search.executions - before;
  return { ops: plain.ops, failure: plain.failure, pinned, executions: search.executions };
};

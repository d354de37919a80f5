/**
 * Shrinking: from a failing log to the shortest and plainest one that fails in the same way.
 *
 * The signature is pinned: a candidate that fails otherwise is refused and kept as a finding of its own. Ids are never
 * renumbered. Synchronous and asynchronous targets share everything but the call of the test.
 */
import { commandsOf, sameBug, type Failure } from '../failure.ts';
import type { Op } from '../../abi/op.ts';
import { repair } from './edit.ts';
import { passesFor, type Candidate, type Pass, type Position } from './passes.ts';

/** Runs a log; answers how it failed. */
export type Test = (ops: readonly Op[]) => Failure | undefined;
export type AsyncTest = (ops: readonly Op[]) => Promise<Failure | undefined>;

/** A log with the failure that it shows. */
export interface Finding {
  readonly ops: readonly Op[];
  readonly failure: Failure;
}

export interface ShrinkOptions {
  /** Executions, at most. */
  readonly budget?: number;
  /** Candidates tried at once by `shrinkAsync`. */
  readonly parallel?: number;
  readonly onProgress?: (progress: {
    readonly executions: number;
    readonly ops: number;
    readonly pass: string;
  }) => void;
}

export interface Shrunk extends Finding {
  readonly executions: number;
  /** Length of the log at the start. */
  readonly from: number;
  /** No single removal and no other candidate of any pass fails any more. */
  readonly minimal: boolean;
  /** Other failures met on the way, the shortest log of each. */
  readonly others: readonly Finding[];
}

export const DEFAULT_BUDGET = 2000;

/** The log up to the op at which it failed, without those that were not performed. */
export const trimmed = (ops: readonly Op[], failure: Failure): readonly Op[] => {
  const skipped = new Set(failure.skipped);
  const end = ops.findIndex(({ id }) => id === failure.op.id);
  return ops.filter(({ id }, at) => (end < 0 || at <= end) && !skipped.has(id));
};

const objectCount = (op: Op): number => {
  if (op.op !== 'write_read') return 0;
  let count = 0;
  for (const command of op.write ?? []) {
    count++;
    if ('message' in command) count += command.message.objects?.length ?? 0;
  }
  return count + (op.read === undefined ? 0 : 1);
};

/** What simpler means: fewer ops, fewer commands and objects, fewer threads, less text, lower numbers, files opened first. */
const costs = (ops: readonly Op[]): readonly number[] => {
  const who = new Set(ops.map(op => ('thread' in op ? `${op.proc} ${op.thread}` : '')));
  const names = ops.reduce((sum, op) => sum + ('proc' in op ? op.proc : 0) + ('thread' in op ? op.thread : 0), 0);
  const late = ops.reduce((sum, { op }, at) => sum + (op === 'open' || op === 'mmap' ? at : 0), 0);
  return [ops.length, ops.reduce((sum, op) => sum + objectCount(op), 0), who.size, weight(ops), names, late];
};

/** The sum of all quantities by their magnitude, and of all text by its length. */
const weight = (value: unknown): number => {
  if (typeof value === 'number') return value < 0 ? 40 : value === 0 ? 1 : 2 + Math.log2(value + 1);
  if (typeof value === 'string') return 2 + value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = 1;
  for (const item of Object.values(value)) sum += weight(item);
  return sum;
};

const isSimpler = (candidate: readonly number[], best: readonly number[]): boolean => {
  for (let at = 0; at < best.length; at++) {
    const difference = (candidate[at] as number) - (best[at] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
};

/** A shrink under way: hands out candidates and takes verdicts, in order. */
class Search {
  best: Finding;
  executions = 0;
  readonly #pinned: Failure;
  readonly #from: number;
  readonly #budget: number;
  readonly #tried = new Set<string>();
  readonly #others = new Map<string, Finding>();
  readonly #onProgress: ShrinkOptions['onProgress'];
  #handedOut = 0;
  #passes: readonly Pass[];
  #pass = 0;
  #deep = false;
  #round = 0;
  #changed = false;
  #costs: readonly number[];
  #stream: Iterator<Candidate>;
  #done = false;

  constructor(ops: readonly Op[], failure: Failure, options: ShrinkOptions) {
    this.#from = ops.length;
    this.#pinned = failure;
    this.#budget = options.budget ?? DEFAULT_BUDGET;
    this.#onProgress = options.onProgress;
    this.best = { ops: trimmed(ops, failure), failure };
    this.#costs = costs(this.best.ops);
    this.#passes = passesFor(this.best.ops.length, 0, false);
    this.#tried.add(JSON.stringify(this.best.ops));
    this.#stream = this.#start({ at: 0 });
  }

  /** The next untried candidate; `undefined` when there is none within the budget. */
  next(): Candidate | undefined {
    while (!this.#done) {
      if (this.executions + this.#handedOut >= this.#budget) return undefined;
      const step = this.#stream.next();
      if (step.done === true) {
        // A pass ends only when all its verdicts are in.
        if (this.#handedOut > 0 || !this.#advance()) return undefined;
        continue;
      }
      const ops = repair(step.value.ops);
      if (ops.length === 0 || ops.length > this.best.ops.length) continue;
      if (!isSimpler(costs(ops), this.#costs)) continue;
      const key = JSON.stringify(ops);
      if (this.#tried.has(key)) continue;
      this.#tried.add(key);
      return { ops, position: step.value.position };
    }
    return undefined;
  }

  /** Tells how many candidates are out untested, so that the budget holds for them as well. */
  set handedOut(count: number) {
    this.#handedOut = count;
  }

  /** Takes what a candidate showed; answers whether it is the new best. */
  take(candidate: Candidate, met: Failure | undefined): boolean {
    this.executions++;
    this.#onProgress?.({
      executions: this.executions,
      ops: this.best.ops.length,
      pass: this.#passes[this.#pass]?.name ?? '',
    });
    if (met === undefined) return false;
    if (!sameBug(this.#pinned, met)) {
      const ops = trimmed(candidate.ops, met);
      const known = this.#others.get(met.core);
      if (known === undefined || known.ops.length > ops.length) this.#others.set(met.core, { ops, failure: met });
      return false;
    }
    this.best = { ops: trimmed(candidate.ops, met), failure: met };
    this.#costs = costs(this.best.ops);
    this.#tried.add(JSON.stringify(this.best.ops));
    this.#changed = true;
    this.#stream = this.#start(candidate.position);
    return true;
  }

  get result(): Shrunk {
    const { best, executions } = this;
    return { ...best, executions, from: this.#from, minimal: this.#done, others: [...this.#others.values()] };
  }

  #start(position: Position): Iterator<Candidate> {
    return (this.#passes[this.#pass] as Pass).candidates(this.best.ops, position)[Symbol.iterator]();
  }

  /** The next pass, or a new round; answers false when everything was refused. */
  #advance(): boolean {
    this.#pass++;
    if (this.#pass >= this.#passes.length) {
      // Quick rounds until nothing changes, then one with the costly passes; any success starts over.
      if (!this.#changed && this.#deep) {
        this.#done = true;
        return false;
      }
      this.#deep = !this.#changed;
      this.#changed = false;
      this.#pass = 0;
      this.#passes = passesFor(this.best.ops.length, ++this.#round, this.#deep);
    }
    this.#stream = this.#start({ at: 0 });
    return true;
  }
}

/** Shrinks with a test that answers at once. */
export const shrink = (ops: readonly Op[], failure: Failure, test: Test, options: ShrinkOptions = {}): Shrunk => {
  const search = new Search(ops, failure, options);
  for (let candidate = search.next(); candidate !== undefined; candidate = search.next()) {
    search.take(candidate, test(candidate.ops));
  }
  return search.result;
};

/**
 * Shrinks with a test that takes time, several candidates at once. Verdicts are taken in the order of the candidates,
 * and those behind one that was taken are thrown away, so the result does not depend on timing.
 */
export const shrinkAsync = async (
  ops: readonly Op[],
  failure: Failure,
  test: AsyncTest,
  options: ShrinkOptions = {},
): Promise<Shrunk> => {
  const { parallel = 1 } = options;
  const search = new Search(ops, failure, options);
  for (;;) {
    const candidates: Candidate[] = [];
    while (candidates.length < parallel) {
      search.handedOut = candidates.length;
      const candidate = search.next();
      if (candidate === undefined) break;
      candidates.push(candidate);
    }
    search.handedOut = 0;
    if (candidates.length === 0) return search.result;
    const met = await Promise.all(candidates.map(({ ops: each }) => test(each)));
    for (let at = 0; at < candidates.length; at++) {
      if (search.take(candidates[at] as Candidate, met[at])) break;
    }
  }
};

/** One line about a finding. */
export const describe = ({ ops, failure }: Finding): string =>
  `${failure.signature} in ${ops.length} ops, at op ${failure.op.id} (${[failure.op.op, ...commandsOf(failure.op)].join(' ')})`;

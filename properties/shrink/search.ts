/**
 * A shrink under way: which log is tried next, and what its verdict means. Nothing here runs a log, so that targets that
 * answer at once and targets that take time share all of it.
 *
 * The signature is pinned: a candidate that fails otherwise is refused and kept as a finding of its own. Ids are never
 * renumbered.
 */
import { sameBug, type Failure } from '../failure.ts';
import type { Op } from '../../abi/op.ts';
import { costs, isSimpler, keyOf } from './cost.ts';
import { repair } from './edit.ts';
import { elsewhere } from './elsewhere.ts';
import type { Guide } from './guide.ts';
import { anyOf, narrow, type Question } from './narrow.ts';
import { passesFor, phaseAfter, type Aids, type Candidate, type Pass, type Phase, type Position } from './passes.ts';

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
  /** False: only the structure is made smaller, and nothing that costs much is tried. */
  readonly thorough?: boolean;
  /** There is one bug only: a shorter log that fails in another way is taken, and that failure is pinned from then on. */
  readonly slides?: boolean;
  /** The test looks at every op as closely as at the last one: where a log passes, so does every beginning of it. */
  readonly closely?: boolean;
  /** Guesses without executing, from a log and its failure. */
  readonly guide?: (ops: readonly Op[], failure: Failure) => Guide;
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
  /** No single removal fails any more, and no pass has anything else to try. */
  readonly minimal: boolean;
  /** Other failures met on the way, the shortest log of each. */
  readonly others: readonly Finding[];
}

export const DEFAULT_BUDGET = 2000;
/** Other beginnings that are tried before anything else. */
const FIRST = 2;

/** The beginnings of longer logs are not remembered. */
const LONG = 30;

/** The log up to the op at which it failed, without those that were not performed. */
export const trimmed = (ops: readonly Op[], failure: Failure): readonly Op[] => {
  const skipped = new Set(failure.skipped);
  const end = ops.findIndex(({ id }) => id === failure.op.id);
  return ops.filter(({ id }, at) => (end < 0 || at <= end) && !skipped.has(id));
};

/** A shrink under way: hands out candidates one by one, says which may come next, and takes verdicts. */
export class Search {
  best: Finding;
  executions = 0;
  #pinned: Failure;
  readonly #from: number;
  readonly #options: ShrinkOptions;
  #guide: Guide | undefined;
  #aids: Aids;
  readonly #tried = new Set<string>();
  /** Edits after which a log did not fail. */
  readonly #refused = new Set<string>();
  /** Logs that pass because they begin a log that passed. */
  readonly #passing = new Set<string>();
  readonly #others = new Map<string, Finding>();
  readonly #onProgress: ShrinkOptions['onProgress'];
  /** Logs that may fail too and do not come from this one, the shortest first. */
  readonly #elsewhere: readonly (readonly Op[])[];
  /** Narrows first; `undefined` once that is over. */
  #narrowing: Iterator<Question, void, boolean> | undefined;
  #question: Question | undefined;
  #passes: readonly Pass[];
  #pass = 0;
  #phase: Phase = 'first';
  #changed = false;
  #costs: readonly number[];
  #stream: Iterator<Candidate>;
  /** Candidates of the stream that were looked at before their turn. */
  #peeked: Candidate[] = [];
  #done = false;

  constructor(ops: readonly Op[], failure: Failure, options: ShrinkOptions) {
    this.#from = ops.length;
    this.#pinned = failure;
    this.#options = options;
    this.#onProgress = options.onProgress;
    this.best = { ops: trimmed(ops, failure), failure };
    this.#costs = costs(this.best.ops);
    this.#guide = options.guide?.(this.best.ops, failure);
    const { thorough = true, slides = false } = options;
    this.#elsewhere = this.#guide === undefined || !thorough || slides ? [] : elsewhere(this.#guide);
    this.#aids = { thorough, slides, guide: this.#guide, others: this.#elsewhere };
    this.#narrowing = this.#beginning();
    this.#question = this.#narrowing.next().value ?? undefined;
    if (this.#question === undefined) this.#narrowing = undefined;
    this.#passes = passesFor('first', this.best.ops.length, this.#aids);
    this.#tried.add(keyOf(this.best.ops));
    this.#learn(this.best.ops.slice(0, -1));
    this.#stream = this.#start({ at: 0 });
  }

  /** How many more executions there may be. */
  get left(): number {
    return (this.#options.budget ?? DEFAULT_BUDGET) - this.executions;
  }

  /** The next untried candidate; `undefined` when there is none. */
  next(): Candidate | undefined {
    if (this.#question !== undefined) return { ops: this.#question.ops, position: { at: 0 } };
    if (this.#narrowing !== undefined) this.#begin();
    while (!this.#done) {
      const candidate = this.#peeked.shift() ?? this.#draw();
      if (candidate === undefined) {
        if (!this.#advance()) return undefined;
        continue;
      }
      if (!this.#tried.has(keyOf(candidate.ops))) return candidate;
    }
    return undefined;
  }

  /** Logs that will be asked about if the candidate that was handed out last is refused, or whatever it shows. */
  ahead(count: number): readonly (readonly Op[])[] {
    if (this.#question !== undefined) return this.#question.next.slice(0, count);
    while (this.#peeked.length < count) {
      const candidate = this.#draw();
      if (candidate === undefined) break;
      this.#peeked.push(candidate);
    }
    return this.#peeked.slice(0, count).map(({ ops }) => ops);
  }

  /** Takes what a candidate showed. */
  take(candidate: Candidate, met: Failure | undefined): void {
    this.#tried.add(keyOf(candidate.ops));
    this.#onProgress?.({ executions: this.executions, ops: this.best.ops.length, pass: this.#doing });
    const same = met !== undefined && sameBug(this.#pinned, met);
    const slid = !same && met !== undefined && this.#slidesTo(candidate.ops, met);
    if (same || slid) this.best = { ops: trimmed(candidate.ops, met), failure: met };
    else if (met !== undefined) this.#keep(candidate.ops, met);
    this.#learn(met === undefined ? candidate.ops : trimmed(candidate.ops, met).slice(0, -1));
    if (slid) this.#pin(met);
    if (this.#narrowing !== undefined) {
      this.#question = this.#narrowing.next(same || slid).value ?? undefined;
      return;
    }
    if (!same && !slid) {
      if (candidate.edit !== undefined) this.#refused.add(candidate.edit);
      return;
    }
    this.#costs = costs(this.best.ops);
    this.#tried.add(keyOf(this.best.ops));
    this.#changed = true;
    this.#restart(candidate.position);
  }

  get result(): Shrunk {
    const { best, executions } = this;
    return { ...best, executions, from: this.#from, minimal: this.#done, others: [...this.#others.values()] };
  }

  /** What is tried before the passes: other beginnings, then parts of the log. */
  *#beginning(): Generator<Question, void, boolean> {
    const { ops } = this.best;
    if (yield* anyOf(this.#elsewhere.filter(each => each.length < ops.length).slice(0, FIRST))) return;
    const guesses = this.#guesses();
    if (guesses.length > 0) yield* narrow(ops, guesses);
  }

  /** Parts of the log that may be enough, by three measures of likeness; the smallest first, each once. */
  #guesses(): readonly (readonly Op[])[] {
    const { ops } = this.best;
    const found = (['class', 'list', 'value'] as const).flatMap(shows =>
      [this.#guide?.core(ops, { rules: true, shows })].filter(part => part !== undefined),
    );
    const parts = new Map(found.filter(part => part.length < ops.length).map(part => [keyOf(part), part]));
    return [...parts.values()].sort((a, b) => a.length - b.length);
  }

  get #doing(): string {
    return this.#narrowing === undefined ? (this.#passes[this.#pass]?.name ?? '') : 'narrow';
  }

  /** The next candidate of the pass that is simpler and not without hope. */
  #draw(): Candidate | undefined {
    const bold = this.#passes[this.#pass]?.bold === true;
    for (let step = this.#stream.next(); step.done !== true; step = this.#stream.next()) {
      const ops = repair(step.value.ops);
      if (ops.length === 0 || ops.length > this.best.ops.length) continue;
      const { edit } = step.value;
      if (edit !== undefined && this.#phase !== 'check' && this.#refused.has(edit)) continue;
      if (!isSimpler(costs(ops), this.#costs) || this.#tried.has(keyOf(ops))) continue;
      if (step.value.faithful === true && this.#losesRules(ops)) continue;
      if (this.#begins(ops)) continue;
      if ((bold && this.#aids.slides) || this.#guide?.isHopeless(ops) !== true) return { ...step.value, ops };
    }
    return undefined;
  }

  /** What begins a log that passes passes too. */
  #learn(ops: readonly Op[]): void {
    if (this.#options.closely !== true || this.#guide === undefined || ops.length > LONG) return;
    const { performed } = this.#guide.told(ops);
    for (let length = 1; length <= performed.length; length++) this.#passing.add(keyOf(performed.slice(0, length)));
  }

  /** Whether all that is performed of a log is the beginning of one that passed. */
  #begins(ops: readonly Op[]): boolean {
    return (
      this.#passing.size > 0 && this.#guide !== undefined && this.#passing.has(keyOf(this.#guide.told(ops).performed))
    );
  }

  /** Whether a log that fails in another way takes the place of the best. */
  #slidesTo(ops: readonly Op[], met: Failure): boolean {
    return this.#options.slides === true && trimmed(ops, met).length < this.best.ops.length;
  }

  /** From now on this failure is the one that counts. */
  #pin(met: Failure): void {
    this.#pinned = met;
    this.#guide = this.#options.guide?.(this.best.ops, met);
    this.#aids = { ...this.#aids, guide: this.#guide };
    if (this.#phase === 'leap') this.#passes = passesFor('leap', this.best.ops.length, this.#aids);
  }

  /** Whether a rule that fires in the best log does not in this one. */
  #losesRules(ops: readonly Op[]): boolean {
    if (this.#guide === undefined) return false;
    const { rules } = this.#guide.told(ops);
    for (const rule of this.#guide.told(this.best.ops).rules) if (!rules.has(rule)) return true;
    return false;
  }

  #keep(ops: readonly Op[], met: Failure): void {
    const known = this.#others.get(met.core);
    const finding = { ops: trimmed(ops, met), failure: met };
    if (known === undefined || known.ops.length > finding.ops.length) this.#others.set(met.core, finding);
  }

  /** Narrowing is over: the passes begin with what it left. */
  #begin(): void {
    this.#narrowing = undefined;
    this.#costs = costs(this.best.ops);
    this.#passes = passesFor('first', this.best.ops.length, this.#aids);
    this.#restart({ at: 0 });
  }

  #start(position: Position): Iterator<Candidate> {
    // A shorter log may have fewer passes.
    const candidates = this.#passes[this.#pass]?.candidates(this.best.ops, position) ?? [];
    return candidates[Symbol.iterator]();
  }

  #restart(position: Position): void {
    this.#stream = this.#start(position);
    this.#peeked = [];
  }

  /** The next pass, or the next phase; answers false when everything was refused. */
  #advance(): boolean {
    this.#pass++;
    while (this.#pass >= this.#passes.length) {
      const next = phaseAfter(this.#phase, this.#changed);
      if (next === undefined) {
        this.#done = true;
        return false;
      }
      if (this.#phase === 'check') this.#refused.clear();
      this.#phase = next;
      this.#changed = false;
      this.#pass = 0;
      this.#passes = passesFor(next, this.best.ops.length, this.#aids);
    }
    this.#restart({ at: 0 });
    return true;
  }
}

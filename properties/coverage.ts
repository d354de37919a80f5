/** What runs exercised: rules fired, op kinds by outcome, commands, returns, invariants by weight, witnesses. */
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import type { Call } from '../abi/call.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import { bump, cellOf, Counts, plain, type Table } from './counts.ts';
import type { Invariant } from './invariant.ts';
import { Reached, type ReachedRecord } from './reached/reached.ts';
import type { Witness } from './witness.ts';

/** The counts as plain data: what workers send and reports print. */
export interface CoverageRecord {
  readonly sequences: number;
  readonly ops: number;
  readonly skipped: number;
  readonly checkpoints: number;
  readonly widest: number;
  readonly rules: Readonly<Record<string, number>>;
  /** Op kind (an ioctl by name), then status. */
  readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly commands: Readonly<Record<string, number>>;
  readonly returns: Readonly<Record<string, number>>;
  /** By invariant: how many things it spoke about. */
  readonly weights: Readonly<Record<string, number>>;
  /** By witness: sequences in which it was seen, counted up to `ENOUGH`. */
  readonly witnesses: Readonly<Record<string, number>>;
  /** Rules and operations by outcome, and classes of states, where they were asked for. */
  readonly reached?: ReachedRecord;
}

/** A witness seen in so many sequences is not looked for any more. */
export const ENOUGH = 10;

export class Coverage {
  sequences = 0;
  skipped = 0;
  checkpoints = 0;
  widest = 1;
  readonly #counts = new Counts();
  readonly #weights: Table = new Map();
  readonly #witnesses: Table = new Map();
  #watched: Witness[];
  #onOps: Witness[] = [];
  #onSnapshots: Witness[] = [];

  /** Where what is met goes in detail; it takes as long as the checking itself, so it has to be asked for. */
  #reached: Reached | undefined;

  constructor(witnesses: readonly Witness[] = [], reached?: Reached) {
    this.#reached = reached;
    this.#watched = [...witnesses];
    for (const { id } of witnesses) cellOf(this.#witnesses, id);
  }

  /** A new sequence: each witness may be seen once more. */
  begin(): void {
    this.sequences++;
    this.#watched = this.#watched.filter(({ id }) => (this.#witnesses.get(id)?.n ?? 0) < ENOUGH);
    this.#onOps = this.#watched.filter(({ onOp }) => onOp !== undefined);
    this.#onSnapshots = this.#watched.filter(({ onSnapshot }) => onSnapshot !== undefined);
  }

  /** One performed op with what it showed, the rules that allowed it, and the specification's state behind it. */
  count(op: Op, call: Call, observation: Observation, rules: readonly string[], state?: unknown): void {
    this.#counts.count(call, observation, rules);
    this.look(op, call, observation, rules, state);
  }

  /** Steps that somebody else counted. Where `isLooking`, each has to be looked at besides. */
  add(counts: Counts): void {
    this.#counts.add(counts);
  }

  /** Whether more is asked of a step than how often things happened. */
  get isLooking(): boolean {
    return this.#reached !== undefined || this.#onOps.length > 0;
  }

  /** What is reached in detail, and what is still to be witnessed. */
  look(op: Op, call: Call, observation: Observation, rules: readonly string[], state?: unknown): void {
    if (this.#reached !== undefined) {
      this.#reached.step(call, observation, rules);
      if (state !== undefined) this.#reached.state(state);
    }
    if (this.#onOps.length > 0) this.#witness(op, call, observation);
  }

  /** One checkpoint's snapshot: weights of invariants, witnesses in states. */
  countSnapshot(
    snapshot: Snapshot,
    invariants: readonly Invariant[],
    weights: readonly number[] = invariants.map(({ weight }) => weight(snapshot)),
  ): void {
    this.checkpoints++;
    invariants.forEach(({ id }, at) => bump(this.#weights, id, weights[at] as number));
    if (this.#onSnapshots.length === 0) return;
    this.#onSnapshots = this.#onSnapshots.filter(witness => {
      if (witness.onSnapshot?.(snapshot) !== true) return true;
      this.#saw(witness);
      return false;
    });
  }

  /** Rules that a comparison exercised beside those that fired in a step. */
  countRules(rules: readonly string[]): void {
    for (const rule of rules) bump(this.#counts.rules, rule);
  }

  /** Adds what another worker counted. */
  merge(other: CoverageRecord): void {
    this.sequences += other.sequences;
    this.#counts.ops += other.ops;
    this.skipped += other.skipped;
    this.checkpoints += other.checkpoints;
    this.widest = Math.max(this.widest, other.widest);
    const into = (table: Table, counts: Readonly<Record<string, number>>): void => {
      for (const [key, n] of Object.entries(counts)) bump(table, key, n);
    };
    into(this.#counts.rules, other.rules);
    into(this.#counts.commands, other.commands);
    into(this.#counts.returns, other.returns);
    into(this.#weights, other.weights);
    into(this.#witnesses, other.witnesses);
    if (other.reached !== undefined) (this.#reached ??= new Reached()).merge(other.reached);
    for (const [kind, byStatus] of Object.entries(other.outcomes)) {
      into(this.#counts.outcomesOf(kind), byStatus);
    }
  }

  /** Number of different rules that fired. */
  get rulesFired(): number {
    return this.#counts.rules.size;
  }

  /** Ops that were performed. */
  get ops(): number {
    return this.#counts.ops;
  }

  record(): CoverageRecord {
    const { rules, outcomes, commands, returns } = this.#counts;
    return {
      sequences: this.sequences,
      ops: this.ops,
      skipped: this.skipped,
      checkpoints: this.checkpoints,
      widest: this.widest,
      rules: plain(rules),
      outcomes: Object.fromEntries([...outcomes].map(([kind, table]) => [kind, plain(table)])),
      commands: plain(commands),
      returns: plain(returns),
      weights: plain(this.#weights),
      witnesses: plain(this.#witnesses),
      ...(this.#reached === undefined ? {} : { reached: this.#reached.record() }),
    };
  }

  #witness(op: Op, call: Call, observation: Observation): void {
    let seen = false;
    for (const witness of this.#onOps) {
      if (witness.onOp?.(observation, call, op) !== true) continue;
      this.#saw(witness);
      seen = true;
    }
    if (seen) this.#onOps = this.#onOps.filter(witness => witness.onOp?.(observation, call, op) !== true);
  }

  #saw({ id }: Witness): void {
    bump(this.#witnesses, id);
  }
}

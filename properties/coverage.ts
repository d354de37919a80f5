/** What runs exercised: rules fired, op kinds by outcome, commands, returns, invariants by weight, witnesses. */
import type { Done, Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import type { Call } from '../abi/call.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Invariant } from './invariant.ts';
import { Reached, type ReachedRecord } from './reached/reached.ts';
import type { Witness } from './witness.ts';

/** A count that is looked up once and then only added to. */
interface Cell {
  n: number;
}

const bump = (table: Map<string, Cell>, key: string, by = 1): void => {
  const cell = table.get(key);
  if (cell === undefined) table.set(key, { n: by });
  else cell.n += by;
};

const plain = (table: ReadonlyMap<string, Cell>): Record<string, number> =>
  Object.fromEntries([...table].map(([key, { n }]) => [key, n]));

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
  ops = 0;
  skipped = 0;
  checkpoints = 0;
  widest = 1;
  readonly #rules = new Map<string, Cell>();
  readonly #outcomes = new Map<string, Map<string, Cell>>();
  readonly #commands = new Map<string, Cell>();
  readonly #returns = new Map<string, Cell>();
  readonly #weights = new Map<string, Cell>();
  readonly #witnesses = new Map<string, Cell>();
  #watched: Witness[];
  #onOps: Witness[] = [];
  #onSnapshots: Witness[] = [];

  /** Where what is met goes in detail; it takes as long as the checking itself, so it has to be asked for. */
  #reached: Reached | undefined;

  constructor(witnesses: readonly Witness[] = [], reached?: Reached) {
    this.#reached = reached;
    this.#watched = [...witnesses];
    for (const { id } of witnesses) this.#witnesses.set(id, { n: 0 });
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
    this.ops++;
    if (this.#reached !== undefined) {
      this.#reached.step(call, observation, rules);
      if (state !== undefined) this.#reached.state(state);
    }
    for (const rule of rules) bump(this.#rules, rule);
    const { result, completions } = observation;
    this.#outcome(kindOf(op), result === 'pending' ? 'pending' : result.status);
    if (call.op === 'write_read') for (const { bc } of call.write) bump(this.#commands, bc);
    if (result !== 'pending') this.#read(result);
    for (const { done } of completions) {
      this.#outcome('completion', done.status);
      this.#read(done);
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
    for (const rule of rules) bump(this.#rules, rule);
  }

  /** Adds what another worker counted. */
  merge(other: CoverageRecord): void {
    this.sequences += other.sequences;
    this.ops += other.ops;
    this.skipped += other.skipped;
    this.checkpoints += other.checkpoints;
    this.widest = Math.max(this.widest, other.widest);
    const into = (table: Map<string, Cell>, counts: Readonly<Record<string, number>>): void => {
      for (const [key, n] of Object.entries(counts)) bump(table, key, n);
    };
    into(this.#rules, other.rules);
    into(this.#commands, other.commands);
    into(this.#returns, other.returns);
    into(this.#weights, other.weights);
    into(this.#witnesses, other.witnesses);
    if (other.reached !== undefined) (this.#reached ??= new Reached()).merge(other.reached);
    for (const [kind, byStatus] of Object.entries(other.outcomes)) {
      for (const [status, n] of Object.entries(byStatus)) this.#outcome(kind, status, n);
    }
  }

  /** Number of different rules that fired. */
  get rulesFired(): number {
    return this.#rules.size;
  }

  record(): CoverageRecord {
    return {
      sequences: this.sequences,
      ops: this.ops,
      skipped: this.skipped,
      checkpoints: this.checkpoints,
      widest: this.widest,
      rules: plain(this.#rules),
      outcomes: Object.fromEntries([...this.#outcomes].map(([kind, table]) => [kind, plain(table)])),
      commands: plain(this.#commands),
      returns: plain(this.#returns),
      weights: plain(this.#weights),
      witnesses: plain(this.#witnesses),
      ...(this.#reached === undefined ? {} : { reached: this.#reached.record() }),
    };
  }

  #outcome(kind: string, status: string, by = 1): void {
    let table = this.#outcomes.get(kind);
    if (table === undefined) this.#outcomes.set(kind, (table = new Map()));
    bump(table, status, by);
  }

  #read(done: Done): void {
    const { returns } = done;
    if (returns !== undefined) for (const { br } of returns) bump(this.#returns, br);
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

const kindOf = (op: Op): string => {
  if (op.op !== 'ioctl') return op.op;
  return typeof op.cmd === 'string' ? op.cmd : 'unknown ioctl';
};

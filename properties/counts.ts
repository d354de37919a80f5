/** How often things happened: rules fired, op kinds by outcome, commands, returns. */
import type { Call } from '../abi/call.ts';
import type { Done, Observation } from '../abi/observation.ts';

/** A count that is looked up once and then only added to. */
export interface Cell {
  readonly key: string;
  n: number;
  /** The counts that were added to after this one, last time and before that, where an order is kept. */
  next: Cell | null;
  other: Cell | null;
}

export type Table = Map<string, Cell>;

/** The count of that name; zero when there was none. */
export const cellOf = (table: Table, key: string): Cell => {
  let cell = table.get(key);
  if (cell === undefined) table.set(key, (cell = { key, n: 0, next: null, other: null }));
  return cell;
};

export const bump = (table: Table, key: string, by = 1): void => {
  cellOf(table, key).n += by;
};

/** Adds to the counts of several names. What comes next is mostly what came next before, and then not looked up. */
const bumpInOrder = (table: Table, start: Cell, keys: readonly string[], by: number): void => {
  let last = start;
  for (const key of keys) {
    let cell = last.next;
    if (cell === null || cell.key !== key) {
      cell = last.other;
      if (cell === null || cell.key !== key) cell = cellOf(table, key);
      last.other = last.next;
      last.next = cell;
    }
    cell.n += by;
    last = cell;
  }
};

/** The counts as plain data. */
export const plain = (table: ReadonlyMap<string, Cell>): Record<string, number> =>
  Object.fromEntries([...table].map(([key, { n }]) => [key, n]));

/** Adds counts to others. */
const into = (table: Table, counts: ReadonlyMap<string, Cell>): void => {
  for (const [key, { n }] of counts) if (n !== 0) bump(table, key, n);
};

export class Counts {
  ops = 0;
  readonly rules: Table = new Map();
  /** Before the first rule of a step. */
  readonly #start: Cell = { key: '', n: 0, next: null, other: null };
  /** By kind of op (an ioctl by name), then by status. */
  readonly outcomes = new Map<string, Table>();
  readonly commands: Table = new Map();
  readonly returns: Table = new Map();

  /** One performed call with what it showed and the rules that allowed it; `by` -1 takes it back. */
  count(call: Call, observation: Observation, rules: readonly string[], by: 1 | -1 = 1): void {
    this.ops += by;
    bumpInOrder(this.rules, this.#start, rules, by);
    const { result, completions } = observation;
    bump(this.outcomesOf(kindOf(call)), typeof result === 'string' ? result : result.status, by);
    if (call.op === 'write_read') for (const { bc } of call.write) bump(this.commands, bc, by);
    if (typeof result !== 'string') this.#read(result, by);
    for (const { done } of completions) {
      bump(this.outcomesOf('completion'), done.status, by);
      this.#read(done, by);
    }
  }

  /** Adds what was counted elsewhere. */
  add({ ops, rules, outcomes, commands, returns }: Counts): void {
    this.ops += ops;
    into(this.rules, rules);
    into(this.commands, commands);
    into(this.returns, returns);
    for (const [kind, table] of outcomes) {
      for (const { key, n } of table.values()) if (n !== 0) bump(this.outcomesOf(kind), key, n);
    }
  }

  /** Forgets what was counted; the names stay, so that who counts the like again need not look for them. */
  clear(): void {
    this.ops = 0;
    for (const table of [this.rules, this.commands, this.returns, ...this.outcomes.values()]) {
      for (const cell of table.values()) cell.n = 0;
    }
  }

  outcomesOf(kind: string): Table {
    let table = this.outcomes.get(kind);
    if (table === undefined) this.outcomes.set(kind, (table = new Map()));
    return table;
  }

  #read({ returns }: Done, by: 1 | -1): void {
    if (returns !== undefined) for (const { br } of returns) bump(this.returns, br, by);
  }
}

const kindOf = (call: Call): string => {
  if (call.op !== 'ioctl') return call.op;
  return typeof call.cmd === 'string' ? call.cmd : 'unknown ioctl';
};

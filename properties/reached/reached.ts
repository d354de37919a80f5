/**
 * What was met, and how often: rules by outcome, operations by outcome, classes of states. Explorations say what can
 * be, random runs what was; both count with the same words.
 */
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { State } from '../../model/model.ts';
import { classesOf } from './classes.ts';
import { endOf, operationsOf } from './operations.ts';

/** Kinds of what is counted, in the order of reports. */
export const KINDS = ['rules', 'operations', 'classes'] as const;
export type Kind = (typeof KINDS)[number];

/** Times that each was met, by name. */
export type ReachedRecord = Readonly<Record<Kind, Readonly<Record<string, number>>>>;

const bump = (table: Map<string, number>, key: string, by = 1): void => {
  table.set(key, (table.get(key) ?? 0) + by);
};

export class Reached {
  readonly #tables = { rules: new Map(), operations: new Map(), classes: new Map() } as const satisfies Record<
    Kind,
    Map<string, number>
  >;

  /** One op, with the rules that fired. */
  step(call: Call, observation: Observation, rules: readonly string[]): void {
    const end = endOf(observation);
    for (const rule of rules) bump(this.#tables.rules, `${rule} ${end}`);
    for (const key of operationsOf(call, observation)) bump(this.#tables.operations, key);
  }

  /** The state behind an op: one of the specification's, whatever the checker takes it for. */
  state(state: unknown): void {
    for (const key of classesOf(state as State)) bump(this.#tables.classes, key);
  }

  /** Adds what was met elsewhere. */
  merge(other: ReachedRecord): void {
    for (const kind of KINDS) for (const [key, n] of Object.entries(other[kind])) bump(this.#tables[kind], key, n);
  }

  record(): ReachedRecord {
    const { rules, operations, classes } = this.#tables;
    const plain = (table: ReadonlyMap<string, number>): Record<string, number> =>
      Object.fromEntries([...table].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { rules: plain(rules), operations: plain(operations), classes: plain(classes) };
  }
}

/** What two met, together. */
export const mergeReached = (a: ReachedRecord, b: ReachedRecord): ReachedRecord => {
  const both = new Reached();
  both.merge(a);
  both.merge(b);
  return both.record();
};

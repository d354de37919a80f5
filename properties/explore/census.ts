/**
 * What an exploration meets: rules by outcome, operations by outcome, classes of states, witnesses. These are the
 * denominators of what random runs cover.
 */
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Outcome } from '../../abi/specification.ts';
import { specification, type State } from '../../model/model.ts';
import type { Witness } from '../witness.ts';

/** How an op ended: its status, or that its thread sleeps. */
export const endOf = ({ result }: Observation): string => (result === 'pending' ? 'pending' : result.status);

/** An operation by name: the commands of a write, the kind of a read, the ioctl, the op. */
export const operationOf = (call: Call): string => {
  if (call.op === 'ioctl') return String(call.cmd);
  if (call.op !== 'write_read') return call.op;
  const commands = call.write.map(({ bc }) => bc);
  if (call.read !== undefined) commands.push('read' as never);
  return commands.join('+');
};

/** What an op showed, in words: its end, the returns, and the ends of those whom it released. */
export const outcomeOf = (call: Call, { result, completions }: Observation): string => {
  const returns = result === 'pending' ? [] : (result.returns ?? []).map(({ br }) => br);
  const others = completions.map(({ done }) => `${done.status}(${(done.returns ?? []).map(({ br }) => br).join(',')})`);
  const end = result === 'pending' ? 'pending' : result.status;
  return `${operationOf(call)} ${end}(${returns.join(',')})${others.length === 0 ? '' : ` ${others.sort().join(' ')}`}`;
};

const upTo = (most: number, count: number): string => (count > most ? `${most}+` : String(count));

/** The class of a state: what there is, without how much of it and without names. */
export const classOf = ({ files, threads, nodes, refs, transactions, parked }: State): string => {
  const lists = [...threads.flatMap(({ todo }) => todo), ...files.flatMap(({ todo }) => todo)];
  const kinds = [...new Set(lists.map(({ work }) => work))].sort();
  const buffers = files.flatMap(({ arena }) => arena.regions).filter(({ buffer }) => buffer !== null).length;
  const dead = nodes.filter(({ owner }) => owner < 0).length;
  const stacked = threads.filter(({ stack }) => stack !== 0).length;
  return [
    `files ${files.length}`,
    `asleep ${upTo(2, parked.length)}`,
    `calls ${upTo(2, transactions.length)}`,
    `stacks ${upTo(2, stacked)}`,
    `buffers ${upTo(2, buffers)}`,
    `refs ${upTo(2, refs.length)}`,
    `dead ${upTo(1, dead)}`,
    `todo ${kinds.join('+') || 'empty'}`,
  ].join(', ');
};

/** The counts as plain data. */
export interface CensusRecord {
  /** `RULE outcome` of every rule that fired, by the outcome of the op. */
  readonly rules: readonly string[];
  /** `operation outcome`. */
  readonly operations: readonly string[];
  readonly classes: readonly string[];
  /** Ids of witnesses that were seen, and of those that were not. */
  readonly witnesses: readonly string[];
  readonly unseen: readonly string[];
}

export class StateCensus {
  readonly #rules = new Set<string>();
  readonly #operations = new Set<string>();
  readonly #classes = new Set<string>();
  /** Shapes of edges that were looked at already. */
  readonly #shapes = new Set<string>();
  readonly #seen = new Set<string>();
  #unseen: Witness[];

  constructor(witnesses: readonly Witness[]) {
    this.#unseen = [...witnesses];
  }

  /** One step. */
  count(call: Call, { observation, rules, state }: Outcome<State>): void {
    const end = endOf(observation);
    for (const rule of rules) this.#rules.add(`${rule} ${end}`);
    this.#operations.add(`${operationOf(call)} ${end}`);
    this.#classes.add(classOf(state));
    // Witnesses look at what was shown; what looks the same is the same to nearly all of them.
    const shape = `${outcomeOf(call, observation)} ${classOf(state)}`;
    if (this.#shapes.has(shape)) return;
    this.#shapes.add(shape);
    const snapshot = this.#unseen.some(({ onSnapshot }) => onSnapshot !== undefined)
      ? specification.snapshot(state)
      : undefined;
    this.#unseen = this.#unseen.filter(witness => {
      const seen =
        witness.onOp?.(observation, call, call as unknown as Op) === true ||
        (snapshot !== undefined && witness.onSnapshot?.(snapshot) === true);
      if (seen) this.#seen.add(witness.id);
      return !seen;
    });
  }

  record(): CensusRecord {
    return {
      rules: [...this.#rules].sort(),
      operations: [...this.#operations].sort(),
      classes: [...this.#classes].sort(),
      witnesses: [...this.#seen].sort(),
      unseen: this.#unseen.map(({ id }) => id).sort(),
    };
  }
}

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])].sort();

/** What several workers met, together. */
export const mergeCensus = (records: readonly CensusRecord[]): CensusRecord =>
  records.reduce((a, b) => ({
    rules: union(a.rules, b.rules),
    operations: union(a.operations, b.operations),
    classes: union(a.classes, b.classes),
    witnesses: union(a.witnesses, b.witnesses),
    unseen: a.unseen.filter(id => b.unseen.includes(id)),
  }));

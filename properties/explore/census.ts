/**
 * What an exploration meets: rules by outcome, operations by outcome, classes of states, witnesses. These are the
 * denominators of what random runs cover.
 */
import type { Call } from '../../abi/call.ts';
import type { Completion, Done, Observation, Return } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Outcome } from '../../abi/specification.ts';
import { specification, type State } from '../../model/model.ts';
import { mergeReached, type ReachedRecord } from '../reached/reached.ts';
import type { Witness } from '../witness.ts';

type Work = State['files'][number]['todo'][number];

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
  let text = `${operationOf(call)} ${result === 'pending' ? result : doneText(result)}`;
  if (completions.length === 1) text += ` ${doneText((completions[0] as Completion).done)}`;
  else if (completions.length > 1)
    text += ` ${completions
      .map(({ done }) => doneText(done))
      .sort()
      .join(' ')}`;
  return text;
};

const doneText = ({ status, returns }: Done): string => {
  let text = `${status}(`;
  for (const { br } of returns ?? NO_RETURNS) text += text.endsWith('(') ? br : `,${br}`;
  return `${text})`;
};

const NO_RETURNS: NonNullable<Done['returns']> = [];

/** Counts above two are all the same. */
const COUNTED = ['0', '1', '2', '2+'] as const;
const upToMany = (count: number): number => Math.min(count, COUNTED.length - 1);

/** Kinds of work in the lists of a state, one bit each. */
const WORKS: readonly Work['work'][] = [
  'clear_death',
  'complete',
  'dead_binder',
  'dead_binder_and_clear',
  'node',
  'reply_error',
  'return_error',
  'spam_suspect',
  'transaction',
];
const WORK_BIT = Object.fromEntries(WORKS.map((work, bit) => [work, 1 << bit])) as Record<Work['work'], number>;

const worksIn = (list: readonly Work[]): number => {
  let bits = 0;
  for (const { work } of list) bits |= WORK_BIT[work];
  return bits;
};

/** The class of a state as one number: what there is, without how much of it and without names. */
export const classNumber = ({ files, threads, nodes, refs, transactions, parked }: State): number => {
  let works = 0;
  let buffers = 0;
  let stacked = 0;
  let dead = 0;
  for (const { todo, arena } of files) {
    works |= worksIn(todo);
    for (const { buffer } of arena.regions) if (buffer !== null) buffers++;
  }
  for (const { todo, stack } of threads) {
    works |= worksIn(todo);
    if (stack !== 0) stacked++;
  }
  for (const { owner } of nodes) if (owner < 0) dead = 1;
  let number = files.length;
  for (const count of [parked.length, transactions.length, stacked, buffers, refs.length]) {
    number = number * COUNTED.length + upToMany(count);
  }
  return (number * 2 + dead) * (1 << WORKS.length) + works;
};

/** A class in words. */
const classText = (number: number): string => {
  let rest = number;
  const take = (size: number): number => {
    const part = rest % size;
    rest = Math.floor(rest / size);
    return part;
  };
  const works = take(1 << WORKS.length);
  const dead = take(2);
  const [refs, buffers, stacks, calls, asleep] = Array.from({ length: 5 }, () => COUNTED[take(COUNTED.length)]);
  return [
    `files ${rest}`,
    `asleep ${asleep}`,
    `calls ${calls}`,
    `stacks ${stacks}`,
    `buffers ${buffers}`,
    `refs ${refs}`,
    `dead ${dead}`,
    `todo ${WORKS.filter(work => (works & WORK_BIT[work]) !== 0).join('+') || 'empty'}`,
  ].join(', ');
};

/** The class of a state in words. */
export const classOf = (state: State): string => classText(classNumber(state));

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
  /** Everything that was reached, where every step was counted. */
  readonly reached?: ReachedRecord;
}

/** A way through a call: how it ended, what it showed, and the rules that fired. */
interface Way {
  readonly observation: Observation;
  readonly rules: readonly string[];
}

/** Ways of one call that are remembered: mostly the next one is among them. */
const WAYS = 8;

const isSameList = <Item>(
  one: readonly Item[],
  other: readonly Item[],
  isSame: (item: Item, another: Item) => boolean,
): boolean => {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (!isSame(one[at] as Item, other[at] as Item)) return false;
  return true;
};

const isSameRule = (one: string, other: string): boolean => one === other;
const isSameReturn = (one: Return, other: Return): boolean => {
  if (one.br !== other.br) return false;
  if (!('flags' in one && 'flags' in other)) return true;
  return one.flags === other.flags && one.offsetsSize === other.offsetsSize;
};
const isSameDone = (one: Done, other: Done): boolean =>
  one.status === other.status &&
  one.wrote === other.wrote &&
  one.read === other.read &&
  isSameList(one.returns ?? NO_RETURNS, other.returns ?? NO_RETURNS, isSameReturn);
const isSameCompletion = (one: Completion, other: Completion): boolean => isSameDone(one.done, other.done);

/** Whether two ops ended alike and showed returns of the same kinds. */
const showsTheSame = (one: Observation, other: Observation): boolean =>
  (one.result === 'pending' || other.result === 'pending'
    ? one.result === other.result
    : isSameDone(one.result, other.result)) && isSameList(one.completions, other.completions, isSameCompletion);

export class StateCensus {
  /** By the end of an op, the rules that fired in it. */
  readonly #rules = new Map<string, Set<string>>();
  readonly #operations = new Map<Call, Set<string>>();
  /** The last different ways of each call. */
  readonly #ways = new Map<Call, Way[]>();
  readonly #classes = new Set<number>();
  readonly #seen = new Set<string>();
  #unseen: Witness[];

  constructor(witnesses: readonly Witness[]) {
    this.#unseen = [...witnesses];
  }

  /** One step. */
  count(call: Call, { observation, rules, state }: Outcome<State>): void {
    if (this.#isNewWay(call, observation, rules)) {
      this.#ask(({ onOp }) => onOp?.(observation, call, call as unknown as Op) === true);
    }
    const number = classNumber(state);
    if (this.#classes.has(number)) return;
    this.#classes.add(number);
    this.look(specification.snapshot(state));
  }

  /** Shows a state to the witnesses; one of each class is shown by `count`. */
  look(seen: Snapshot): void {
    this.#ask(({ onSnapshot }) => onSnapshot?.(seen) === true);
  }

  /** Witnesses that see what they are waiting for are done. */
  #ask(sees: (witness: Witness) => boolean): void {
    if (!this.#unseen.some(sees)) return;
    for (const witness of this.#unseen) if (sees(witness)) this.#seen.add(witness.id);
    this.#unseen = this.#unseen.filter(({ id }) => !this.#seen.has(id));
  }

  /** Whether a way is not among the last ones of its call; it is counted then, by its end. */
  #isNewWay(call: Call, observation: Observation, rules: readonly string[]): boolean {
    let ways = this.#ways.get(call);
    if (ways === undefined) this.#ways.set(call, (ways = []));
    for (let at = 0; at < ways.length; at++) {
      const way = ways[at] as Way;
      if (isSameList(way.rules, rules, isSameRule) && showsTheSame(way.observation, observation)) return false;
    }
    if (ways.length === WAYS) ways.pop();
    ways.unshift({ observation, rules });
    const end = endOf(observation);
    const fired = entryOf(this.#rules, end);
    for (const rule of rules) fired.add(rule);
    entryOf(this.#operations, call).add(end);
    return true;
  }

  record(): CensusRecord {
    return {
      rules: [...this.#rules].flatMap(([end, rules]) => [...rules].map(rule => `${rule} ${end}`)).sort(),
      operations: union(
        [...this.#operations].flatMap(([call, ends]) => [...ends].map(end => `${operationOf(call)} ${end}`)),
        [],
      ),
      classes: [...this.#classes].map(classText).sort(),
      witnesses: [...this.#seen].sort(),
      unseen: this.#unseen.map(({ id }) => id).sort(),
    };
  }
}

const entryOf = <Key>(map: Map<Key, Set<string>>, key: Key): Set<string> => {
  let entry = map.get(key);
  if (entry === undefined) map.set(key, (entry = new Set()));
  return entry;
};

const union = (a: readonly string[], b: readonly string[]): readonly string[] => [...new Set([...a, ...b])].sort();

/** What several workers met, together. */
export const mergeCensus = (records: readonly CensusRecord[]): CensusRecord =>
  records.reduce((a, b) => ({
    rules: union(a.rules, b.rules),
    operations: union(a.operations, b.operations),
    classes: union(a.classes, b.classes),
    witnesses: union(a.witnesses, b.witnesses),
    unseen: a.unseen.filter(id => b.unseen.includes(id)),
    ...(a.reached === undefined || b.reached === undefined ? {} : { reached: mergeReached(a.reached, b.reached) }),
  }));

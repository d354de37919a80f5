/**
 * A turn: the one mutable cell of the specification. It lives for a single `step`; the records in it never change,
 * they are replaced. A rule reads records by number, replaces them with `change…`, and says which rule it is.
 *
 * Where the driver is free, a rule asks `choose(n)`. `step` runs the turn again for every other answer.
 */
import { MOST_THREADS, type OpId, type ProcIndex, type ThreadIndex } from '../abi/ids.ts';
import type { Completion } from '../abi/observation.ts';
import type { Delivered } from '../abi/specification.ts';
import { withFile, withNode, withRef, withThread, withTransaction } from './record.ts';
import type { Notes } from './journal/note.ts';
import type { RuleId } from './rules.ts';
import type {
  Context,
  EpollSet,
  File,
  FileKey,
  Id,
  Node,
  NodeId,
  Parked,
  Ref,
  State,
  Task,
  Thread,
  ThreadKey,
  Transaction,
  TransactionId,
} from './state.ts';

/** What is left to the kernel's worker for an open file. */
export interface Deferred {
  readonly file: FileKey;
  readonly what: 'flush' | 'release';
}

/** One number for a native thread of a process. */
export const taskKey = (proc: ProcIndex, thread: ThreadIndex): number => proc * MOST_THREADS + thread;
/** No native thread of the log. */
export const NOBODY = -1;

/** Most turns have nothing of most kinds to tell. */
const NONE: readonly never[] = [];
/** The rules that the turn which runs has named; there is one at a time. */
const FIRED: RuleId[] = [];

export class Turn {
  devices: readonly Context[];
  tasks: readonly Task[];
  files: readonly File[];
  threads: readonly Thread[];
  nodes: readonly Node[];
  refs: readonly Ref[];
  transactions: readonly Transaction[];
  parked: readonly Parked[];
  epolls: readonly EpollSet[];
  nextFile: FileKey;
  lastId: Id;

  /** The state that the turn began with: a table that is no longer its is the turn's own. */
  #base: State;

  readonly op: OpId;
  /** Number of the command being executed, for `origin`. */
  command = 0;
  #fired = 0;
  delivered: readonly Delivered[] = NONE;
  completions: readonly Completion[] = NONE;
  /** Parked threads that were woken and have not run yet, in the order of waking. */
  woken: readonly ThreadKey[] = NONE;
  /** Threads that were woken in epoll_wait and have not looked yet, by `taskKey`. */
  wokenSets: readonly number[] = NONE;
  /** What is noted for a journal, where one is kept. */
  readonly notes: Notes | null;
  /** The native thread that runs, by `taskKey`; `NOBODY` for a worker of the kernel. */
  current = NOBODY;
  /** Files whose flush or release is left to the kernel worker, in order of asking. */
  deferred: readonly Deferred[] = NONE;

  /** Lets readers run whom that concerns, while the worker goes on beside those whom it woke. */
  beside: ((t: Turn, file: FileKey, thread: ThreadKey) => void) | null = null;

  /** Refs that a dying file has yet to let go of, in order; its release runs beside the readers (PROC-14). */
  leaving: readonly Id[] = NONE;

  readonly #answers: readonly number[];
  /** How many answers each choice had, in order. */
  asked: readonly number[] = NONE;

  constructor(state: State, op: OpId, answers: readonly number[], notes: Notes | null = null) {
    this.devices = state.devices;
    this.tasks = state.tasks;
    this.files = state.files;
    this.threads = state.threads;
    this.nodes = state.nodes;
    this.refs = state.refs;
    this.transactions = state.transactions;
    this.parked = state.parked;
    this.epolls = state.epolls;
    this.nextFile = state.nextFile;
    this.lastId = state.lastId;
    this.op = op;
    this.notes = notes;
    this.#base = state;
    this.#answers = answers;
  }

  /** The state as it is now. Its tables are no longer the turn's own. */
  state(): State {
    this.#base = {
      devices: this.devices,
      tasks: this.tasks,
      files: this.files,
      threads: this.threads,
      nodes: this.nodes,
      refs: this.refs,
      transactions: this.transactions,
      parked: this.parked,
      epolls: this.epolls,
      nextFile: this.nextFile,
      lastId: this.lastId,
    };
    return this.#base;
  }

  /** Names the rules that decide what happens here. */
  fire(rule: RuleId, second?: RuleId, third?: RuleId): void {
    FIRED[this.#fired++] = rule;
    if (second !== undefined) FIRED[this.#fired++] = second;
    if (third !== undefined) FIRED[this.#fired++] = third;
  }

  /** The rules that were named so far, in order. To be asked before another turn begins. */
  rules(): readonly RuleId[] {
    return FIRED.slice(0, this.#fired);
  }

  /** One of `count` things that the driver may do; the first is the canonical one. */
  choose(count: number): number {
    if (count <= 1) return 0;
    const answer = this.#answers[this.asked.length] ?? 0;
    this.asked = appended(this.asked, count);
    return answer;
  }

  /** The next number of the driver's counter (NODE-03). */
  takeId(): Id {
    this.lastId++;
    return this.lastId;
  }

  file(key: FileKey): File {
    return must(this.files, indexIn(this.files, key), 'file', key);
  }
  fileIfAny(key: FileKey): File | undefined {
    return itemAt(this.files, indexIn(this.files, key));
  }
  changeFile(key: FileKey, change: Partial<File>): void {
    this.files = changed(this.files, this.#base.files, indexIn(this.files, key), withFile, change);
  }

  thread(key: ThreadKey): Thread {
    return must(this.threads, indexIn(this.threads, key), 'thread', key);
  }
  threadIfAny(key: ThreadKey): Thread | undefined {
    return itemAt(this.threads, indexIn(this.threads, key));
  }
  changeThread(key: ThreadKey, change: Partial<Thread>): void {
    this.threads = changed(this.threads, this.#base.threads, indexIn(this.threads, key), withThread, change);
  }

  node(id: NodeId): Node {
    return must(this.nodes, indexOfId(this.nodes, id), 'node', id);
  }
  nodeIfAny(id: NodeId): Node | undefined {
    return itemAt(this.nodes, indexOfId(this.nodes, id));
  }
  changeNode(id: NodeId, change: Partial<Node>): void {
    this.nodes = changed(this.nodes, this.#base.nodes, indexOfId(this.nodes, id), withNode, change);
  }

  ref(id: Id): Ref {
    return must(this.refs, indexOfId(this.refs, id), 'ref', id);
  }
  changeRef(id: Id, change: Partial<Ref>): void {
    this.refs = changed(this.refs, this.#base.refs, indexOfId(this.refs, id), withRef, change);
  }

  transaction(id: TransactionId): Transaction {
    return must(this.transactions, indexOfId(this.transactions, id), 'transaction', id);
  }
  changeTransaction(id: TransactionId, change: Partial<Transaction>): void {
    this.transactions = changed(
      this.transactions,
      this.#base.transactions,
      indexOfId(this.transactions, id),
      withTransaction,
      change,
    );
  }

  parkedOn(key: ThreadKey): Parked | undefined {
    for (const parked of this.parked) if (parked.thread === key) return parked;
    return undefined;
  }
}

const indexIn = (table: readonly { readonly key: number }[], key: number): number => {
  for (let at = 0; at < table.length; at++) if ((table[at] as { key: number }).key === key) return at;
  return -1;
};

const indexOfId = (table: readonly { readonly id: number }[], id: number): number => {
  for (let at = table.length - 1; at >= 0; at--) if ((table[at] as { id: number }).id === id) return at;
  return -1;
};

/** The item at a place that may be -1; asking an array for that is slow. */
export const itemAt = <Item>(table: readonly Item[], at: number): Item | undefined => (at < 0 ? undefined : table[at]);

const must = <Item>(table: readonly Item[], at: number, what: string, key: number): Item => {
  const item = itemAt(table, at);
  if (item === undefined) throw new Error(`the model is wrong: no ${what} ${key}`);
  return item;
};

/** The table with one record replaced: in place when the table was made in this turn. */
const changed = <Item extends object>(
  table: readonly Item[],
  base: readonly Item[],
  at: number,
  copy: (item: Item, change: Partial<Item>) => Item,
  change: Partial<Item>,
): readonly Item[] => {
  const item = itemAt(table, at);
  if (item === undefined) throw new Error('the model is wrong: nothing to change');
  const next = table === base ? table.slice() : (table as Item[]);
  next[at] = copy(item, change);
  return next;
};

/** `list` with one more entry at its end. Most lists are short, and those get no room to grow. */
export const appended = <Item>(list: readonly Item[], item: Item): readonly Item[] => {
  if (list.length === 0) return [item];
  if (list.length === 1) return [list[0] as Item, item];
  return [...list, item];
};

/** `table` with one more entry, before the first that comes after it. */
export const inserted = <Item>(
  table: readonly Item[],
  item: Item,
  comesAfter: (other: Item) => boolean,
): readonly Item[] => {
  const next = table.slice();
  let at = next.length;
  while (at > 0 && comesAfter(next[at - 1] as Item)) at--;
  next.splice(at, 0, item);
  return next;
};

/** `table` without the entries that `gone` names. */
export const without = <Item>(table: readonly Item[], gone: (item: Item) => boolean): readonly Item[] => {
  for (const item of table) if (gone(item)) return table.filter(other => !gone(other));
  return table;
};

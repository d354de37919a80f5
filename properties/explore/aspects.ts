/**
 * Aspects of a state: what a group of invariants reads of it, as a row of small numbers without the names of the rest.
 *
 * States have few arenas and few webs of references, in many combinations. Invariants that read one aspect hold in
 * every state that looks the same in it, so they are asked once for each row.
 */
import { fileOf, indexOf, type State } from '../../model/model.ts';
import type { Words } from './words.ts';

type File = State['files'][number];
type Thread = State['threads'][number];
type Node = State['nodes'][number];
type Ref = State['refs'][number];
type Transaction = State['transactions'][number];
type Work = File['todo'][number];

/** Owner of a dead node. */
const NO_FILE = -1;

/** One aspect: the invariants that read nothing else, and what they read. */
export interface Aspect {
  readonly invariants: readonly string[];
  /** How many parts of a state are looked at one by one; absent: the state as a whole. */
  readonly parts?: (state: State) => number;
  /** Nothing of it has changed since an earlier state. */
  readonly isSame: (state: State, before: State, part: number) => boolean;
  readonly write: (state: State, out: Words, part: number) => void;
}

const files = ({ files: { length } }: State): number => length;

/** Whether two tables hold as many records, each the same or alike. */
const alike = <Item>(
  table: readonly Item[],
  before: readonly Item[],
  areAlike: (item: Item, other: Item) => boolean,
): boolean => {
  if (table === before) return true;
  if (table.length !== before.length) return false;
  for (let at = 0; at < table.length; at++) {
    const item = table[at] as Item;
    const other = before[at] as Item;
    if (item !== other && !areAlike(item, other)) return false;
  }
  return true;
};

/** The same file, whatever is in it. */
const isSameFile = (one: File, other: File): boolean =>
  one.key === other.key && one.proc === other.proc && one.fd === other.fd && one.device === other.device;

/** The buffer space of one file. */
const arena: Aspect = {
  invariants: [
    ...['INV-BUFFER-01', 'INV-BUFFER-02', 'INV-BUFFER-03', 'INV-BUFFER-04', 'INV-BUFFER-05', 'INV-BUFFER-08'],
    ...['INV-PAGE-01', 'INV-PAGE-02', 'INV-PAGE-03'],
  ],
  parts: files,
  isSame: (state, before, at) => state.files[at]?.arena === before.files[at]?.arena,
  write: (state, out, at) => {
    const { size, live, freeAsync, populated, highWatermark, regions } = (state.files[at] as File).arena;
    out.put(size);
    out.put(live ? 1 : 0);
    out.put(freeAsync);
    out.put(highWatermark);
    out.put(populated.length);
    for (const [first, end] of populated) {
      out.put(first);
      out.put(end);
    }
    for (const { offset, buffer, size: length } of regions) {
      out.put(offset);
      out.put(length);
      if (buffer === null) {
        out.put(0);
        continue;
      }
      out.put(buffer.async ? 2 : 1);
      out.put(buffer.dataSize);
      out.put(buffer.offsetsSize);
      out.put(buffer.extraSize);
    }
  },
};

const KIND: Readonly<Record<Work['work'], number>> = {
  transaction: 0,
  complete: 1,
  node: 2,
  reply_error: 3,
  dead_binder: 4,
  clear_death: 5,
  dead_binder_and_clear: 6,
  return_error: 7,
  spam_suspect: 7,
};

const threadsAlike = (table: readonly Thread[], before: readonly Thread[], file: number): boolean => {
  if (table === before) return true;
  if (table.length !== before.length) return false;
  for (let at = 0; at < table.length; at++) {
    const one = table[at] as Thread;
    const other = before[at] as Thread;
    if (one === other || (one.key === other.key && fileOf(one.key) !== file)) continue;
    if (one.key !== other.key || one.looper !== other.looper || one.todo !== other.todo) return false;
    if ((one.stack === 0) !== (other.stack === 0)) return false;
  }
  return true;
};

/** The threads of one file: who waits, and over what. */
const threads: Aspect = {
  invariants: [1, 2, 3, 4, 5, 6].map(number => `INV-THREAD-0${number}`),
  parts: files,
  isSame: (state, before, at) => {
    const file = state.files[at] as File;
    const other = before.files[at];
    return (
      other !== undefined &&
      file.key === other.key &&
      file.requested === other.requested &&
      file.started === other.started &&
      file.waiting.length === other.waiting.length &&
      file.todo.length > 0 === other.todo.length > 0 &&
      threadsAlike(state.threads, before.threads, file.key)
    );
  },
  write: (state, out, at) => {
    const { key, requested, started, waiting, todo } = state.files[at] as File;
    out.put(requested);
    out.put(started);
    out.put(waiting.length);
    out.put(todo.length > 0 ? 1 : 0);
    for (const { key: thread, looper, stack, todo: own } of state.threads) {
      if (fileOf(thread) !== key) continue;
      out.put(looper);
      out.put(stack === 0 ? 0 : 1);
      out.put(own.length);
      for (const { work } of own) out.put(KIND[work]);
    }
  },
};

/** One more than the place of a file; 0 when it is gone. */
const placeOf = (state: State, key: number): number => {
  const { files: all } = state;
  for (let at = 0; at < all.length; at++) if ((all[at] as File).key === key) return at + 1;
  return 0;
};

const placeIn = (table: readonly { readonly id: number }[], id: number): number => {
  for (let at = 0; at < table.length; at++) if ((table[at] as { id: number }).id === id) return at + 1;
  return 0;
};

/** No law asks for more of most counts than whether there is one. */
const sign = (count: number): number => (count > 0 ? 1 : count === 0 ? 0 : 2);

/** Nodes and refs: what they count, and who has them. */
const references: Aspect = {
  invariants: [
    ...[1, 2, 3, 4, 5, 6, 8].map(number => `INV-NODE-0${number}`),
    ...[1, 2, 3, 4, 5, 6].map(number => `INV-REF-0${number}`),
    ...['INV-CENSUS-03', 'INV-CENSUS-04'],
  ],
  isSame: (state, before) =>
    state.nodes === before.nodes && state.refs === before.refs && alike(state.files, before.files, isSameFile),
  write: (state, out) => {
    const { nodes, refs } = state;
    for (const { key, device } of state.files) {
      out.put(1 + key);
      out.put(device);
    }
    out.put(0);
    out.put(nodes.length);
    for (const node of nodes) {
      out.put(placeIn(nodes, node.id));
      out.put(node.owner === NO_FILE ? 0 : 1 + placeOf(state, node.owner));
      out.put(Number(node.ptr));
      out.put(node.internalStrong);
      out.put(sign(node.localStrong));
      out.put(sign(node.localWeak));
      out.put((node.hasStrong ? 1 : 0) | (node.hasWeak ? 2 : 0) | (node.hasAsync ? 4 : 0));
      out.put(node.asyncTodo.length);
      out.put(node.refs.length);
    }
    for (const ref of refs) {
      out.put(placeOf(state, ref.file));
      out.put(placeIn(nodes, ref.node));
      out.put(ref.handle);
      out.put(sign(ref.strong));
      out.put(sign(ref.weak));
    }
  },
};

const worksWith = (table: State['transactions'], list: readonly Work[], out: Words): void => {
  for (const work of list) if (work.work === 'transaction') out.put(1 + placeIn(table, work.id));
  out.put(0);
};

const queueAlike = (one: File, other: File): boolean =>
  one.key === other.key && one.todo === other.todo && one.arena === other.arena;

const stackAlike = (one: Thread, other: Thread): boolean =>
  one.key === other.key && one.stack === other.stack && one.todo === other.todo;

const keepAlike = (one: Node, other: Node): boolean => one.owner === other.owner && one.asyncTodo === other.asyncTodo;

/** Transactions: who sent them, where they wait, on which stacks they are, and their buffers. */
const transactions: Aspect = {
  invariants: [
    ...[1, 2, 3, 4, 5, 6, 7].map(number => `INV-TRANSACTION-0${number}`),
    ...['INV-NODE-07', 'INV-BUFFER-06', 'INV-BUFFER-07', 'INV-CENSUS-05'],
  ],
  isSame: (state, before) =>
    state.transactions === before.transactions &&
    alike(state.files, before.files, queueAlike) &&
    alike(state.threads, before.threads, stackAlike) &&
    alike(state.nodes, before.nodes, keepAlike),
  write: (state, out) => {
    const { transactions: all } = state;
    out.put(all.length);
    for (const { id, from, to, toThread, fromParent, toParent, needsReply, flags } of all) {
      out.put(placeIn(all, id));
      out.put(from + 1);
      out.put(placeOf(state, to));
      out.put(toThread + 1);
      out.put(placeIn(all, fromParent));
      out.put(placeIn(all, toParent));
      out.put((needsReply ? 1 : 0) | ((flags & 1) << 1));
    }
    for (const {
      key,
      todo,
      arena: { regions },
    } of state.files) {
      out.put(key);
      worksWith(all, todo, out);
      for (const { buffer } of regions) {
        if (buffer === null) continue;
        out.put(1 + ((buffer.transaction === 0 ? 0 : 1) | (buffer.userMayFree ? 2 : 0)));
        out.put(placeIn(all, buffer.id));
      }
      out.put(0);
    }
    for (const { key, stack, todo } of state.threads) {
      out.put(key);
      out.put(placeIn(all, stack));
      worksWith(all, todo, out);
    }
    for (const { owner, asyncTodo } of state.nodes) {
      if (asyncTodo.length === 0) continue;
      out.put(placeOf(state, owner));
      for (const id of asyncTodo) out.put(1 + placeIn(all, id));
      out.put(0);
    }
  },
};

const cleared = (list: readonly Work[]): number => {
  let count = 0;
  for (const work of list) if ('ref' in work && work.ref === 0) count++;
  return count;
};

const completions = ({ todo }: Thread): number => {
  let count = 0;
  for (const { work } of todo) if (work === 'complete' || work === 'spam_suspect') count++;
  return count;
};

const holdAlike = (one: File, other: File): boolean =>
  isSameFile(one, other) && one.todo === other.todo && one.delivered === other.delivered;

const watchAlike = (one: Ref, other: Ref): boolean =>
  one.file === other.file && (one.death === null) === (other.death === null);

/** What exists, and where: files, threads, completions, death records. */
const existence: Aspect = {
  invariants: ['INV-PROCESS-01', ...[1, 2, 6, 7, 8].map(number => `INV-CENSUS-0${number}`)],
  isSame: (state, before) =>
    state.files.length > 0 &&
    alike(state.files, before.files, holdAlike) &&
    alike(state.threads, before.threads, stackAlike) &&
    alike(state.refs, before.refs, watchAlike),
  write: (state, out) => {
    out.put(state.files.length);
    for (const { key, proc, fd, todo, delivered } of state.files) {
      out.put(key);
      out.put(proc);
      out.put(fd);
      out.put(cleared(todo) + cleared(delivered));
    }
    out.put(state.threads.length);
    for (const thread of state.threads) {
      out.put(fileOf(thread.key));
      out.put(indexOf(thread.key));
      out.put(completions(thread));
      out.put(cleared(thread.todo));
    }
    for (const { file, death } of state.refs) if (death !== null) out.put(placeOf(state, file));
    if (state.files.length > 0) return;
    // Whatever is left when nothing is open is wrong.
    out.put(state.nodes.length + state.refs.length + state.transactions.length);
  },
};

const countAlike = (one: Node, other: Node): boolean => one.id === other.id && one.owner === other.owner;
const nameAlike = (one: Ref, other: Ref): boolean => one.id === other.id && one.file === other.file;
const isSameSending = (one: Transaction, other: Transaction): boolean => one.id === other.id;

/** Which ids of nodes, refs and transactions stand for an earlier one, too. */
const counter: Aspect = {
  invariants: ['INV-NODE-09'],
  isSame: (state, before) =>
    alike(state.nodes, before.nodes, countAlike) &&
    alike(state.refs, before.refs, nameAlike) &&
    alike(state.transactions, before.transactions, isSameSending) &&
    alike(state.files, before.files, isSameFile),
  write: (state, out) => {
    const { nodes, refs, transactions: sent } = state;
    const ids: number[] = [];
    for (const { key } of state.files) out.put(1 + key);
    out.put(0);
    out.put(nodes.length);
    out.put(refs.length);
    for (const { owner } of nodes) out.put(owner === NO_FILE ? 0 : 1 + placeOf(state, owner));
    for (const { file } of refs) out.put(placeOf(state, file));
    for (const table of [nodes, refs, sent] as const) {
      for (const { id } of table) {
        if (ids.includes(id)) out.put(ids.length);
        ids.push(id);
      }
    }
  },
};

/** Every aspect; an invariant that none of them names is asked of every state. */
export const ASPECTS: readonly Aspect[] = [arena, threads, references, transactions, existence, counter];

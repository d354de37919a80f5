/** What the reading of one row carries along, and the numbers that name things in it. */
import { NO_FILE, NO_THREAD, threadKey } from '../state.ts';
import type { EpollSet, File, Node, Parked, Ref, Task, Thread, ThreadKey, Transaction } from '../state.ts';
import type { Layout } from './naming.ts';

/** Where a row comes from. */
export interface RowReader {
  take(): number;
  readonly length: number;
  readonly at: number;
}

/** A record whose fields are still being filled in. */
export type Mutable<Item> = { -readonly [Field in keyof Item]: Item[Field] };

/** The reading of one row: the tables of the state as far as they are known. */
export interface Unpacking {
  readonly from: RowReader;
  readonly layout: Layout;
  /** Processes in the order of the row. */
  readonly procs: readonly number[];
  readonly tasks: Task[];
  readonly files: Mutable<File>[];
  readonly threads: Thread[];
  readonly nodes: Node[];
  readonly refs: Ref[];
  readonly transactions: Transaction[];
  readonly parked: Parked[];
  readonly epolls: EpollSet[];
  /** Death work that names its ref by handle, until the refs are read. */
  readonly named: { readonly item: { ref: number }; readonly file: number; readonly handle: number }[];
  /** Buffers without a transaction so far. */
  buffers: number;
}

/** Ids of transactions begin above those of nodes and refs, those of buffers without one above them. */
export const TRANSACTIONS = 1000;
export const BUFFERS = 2000;

/** A thread by its number; `NO_THREAD` for 0. */
export const takeThread = (u: Unpacking): ThreadKey => {
  const number = u.from.take();
  if (number === 0) return NO_THREAD;
  const { threads } = u.layout;
  return threadKey(Math.floor((number - 1) / threads), (number - 1) % threads);
};

/** A file by its number; `NO_FILE` for 0. */
export const takeFile = (u: Unpacking): number => {
  const number = u.from.take();
  return number === 0 ? NO_FILE : number - 1;
};

/** A transaction by its number; 0 for none. */
export const takeTransaction = (u: Unpacking): number => {
  const number = u.from.take();
  return number === 0 ? 0 : TRANSACTIONS + number;
};

/** A process by its number. */
export const takeProc = (u: Unpacking): number => {
  const number = u.from.take();
  return number === 0 ? 0 : (u.procs[number - 1] as number);
};

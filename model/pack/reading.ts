/** What the reading of one row carries along, and the numbers that name things in it. */
import { NO_FILE, NO_THREAD, OPENER, recordKey } from '../state.ts';
import type { EpollSet, File, FileKey, Node, Parked, Ref, Task, Thread, ThreadKey, Transaction } from '../state.ts';
import { HOLDERS_FROM, type Layout } from './naming.ts';

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
  return threadOfNumber(u, number);
};

/** The thread that `Naming.thread` gave that number, which is not 0. */
export const threadOfNumber = ({ layout: { threads }, procs }: Unpacking, number: number): ThreadKey => {
  const place = (number - 1) % threads;
  if (number < HOLDERS_FROM) return recordKey(Math.floor((number - 1) / threads), OPENER, place);
  const others = Math.floor((number - HOLDERS_FROM) / threads);
  const holder = procs[others % procs.length] as number;
  return recordKey(Math.floor(others / procs.length), holder, (number - HOLDERS_FROM) % threads);
};

/** A record of a file by its place among those of the file. */
export const takeRecord = ({ from, layout: { threads }, procs }: Unpacking, file: FileKey): ThreadKey => {
  const place = from.take();
  const holder = place < threads ? OPENER : (procs[Math.floor(place / threads) - 1] as number);
  return recordKey(file, holder, place % threads);
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

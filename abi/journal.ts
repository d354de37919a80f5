/**
 * What a driver's debugfs files tell of its history, beside the state that a snapshot holds: counts of commands and
 * returns, the two transaction logs, and which open files each file lists, in which order.
 *
 * In numbers of the log. `null` is what a target cannot tell; `'none'` is a 0 where a pid or a tid stands.
 */
import type { DeviceIndex, FdIndex, ProcIndex } from './ids.ts';
import type { Census, ThreadOf } from './snapshot.ts';

/** How often each command was read and each return was stored, by the names that stats has; none that is 0. */
export interface Counts {
  readonly commands: Readonly<Record<string, number>>;
  readonly returns: Readonly<Record<string, number>>;
}

/** How many objects of each class were ever made; none that is 0. */
export type Made = Readonly<Partial<Record<keyof Census, number>>>;

/** A thread in an open file; `holder` as in a snapshot. */
export type Native = Pick<ThreadOf, 'thread' | 'holder'>;

/** One end of a message in a transaction log. */
export interface LogEnd {
  /** Who opened the file. */
  readonly proc: ProcIndex | 'none' | null;
  readonly thread: Native | 'none' | null;
}

/** A line of a transaction log. */
export interface LogEntry {
  readonly id: number;
  readonly kind: 'call' | 'async' | 'reply';
  readonly from: LogEnd;
  readonly to: LogEnd;
  readonly device: DeviceIndex;
  /** Id of the node that it was sent to; 0 where none was found. */
  readonly node: number;
  /** Low word of the target as sent, unsigned. */
  readonly handle: number;
  /** The sizes as sent, cut to 32 bits, signed. */
  readonly dataSize: number;
  readonly offsetsSize: number;
  /** The BR_* word of a failure and its errno, negative; 0 and 0 for what went well. */
  readonly code: number;
  readonly param: number;
  readonly finished: boolean;
}

/** What a file lists of one open file, in the order of its lines; threads in that of a snapshot. */
export interface Listed {
  readonly proc: ProcIndex;
  readonly device: DeviceIndex;
  readonly threads: readonly Native[];
  readonly nodes: readonly number[];
  readonly refs: readonly number[];
  readonly buffers: readonly number[];
  /** Lines of the queue of the process. */
  readonly todo: number;
  readonly deliveredDeath: boolean;
}

/** All that the files tell of the history of a sequence. */
export interface Journal {
  /** Of all open files together, those that are gone included. */
  readonly total: Counts;
  readonly made: Made;
  /** Of each open file, as stats lists them. */
  readonly stats: readonly (Counts & { readonly proc: ProcIndex; readonly device: DeviceIndex })[];
  readonly state: readonly Listed[];
  readonly transactions: readonly Listed[];
  /** The files of processes that there are, by ascending process. */
  readonly processes: readonly { readonly proc: ProcIndex; readonly listed: readonly Listed[] }[];
  /** The last calls, oneways and replies, oldest first. */
  readonly log: readonly LogEntry[];
  /** The last of them that failed while being sent. */
  readonly failed: readonly LogEntry[];
}

/** One open file in the order of opening, with what went through it. */
export interface OpenFile extends Counts {
  readonly proc: ProcIndex;
  readonly fd: FdIndex;
  readonly device: DeviceIndex;
  /** The debugfs file of the process came with this open file, and goes with it (PROC-05). */
  readonly ownsFile: boolean;
}

/** What has happened so far, as far as a journal shows it: kept beside a state, which does not hold it. */
export interface History {
  readonly total: Counts;
  readonly made: Made;
  /** The oldest first; none that is gone. */
  readonly files: readonly OpenFile[];
  readonly log: readonly LogEntry[];
  readonly failed: readonly LogEntry[];
}

/**
 * What one op made visible: its own result, and the results of parked ops that it released.
 *
 * Numbers are already relative: buffer addresses are offsets in the receiver's mapping, pids are process numbers of
 * the log, so that observations of the specification, of the optimised driver and of a real one compare with `===`.
 */
import type { BrName } from './constants.ts';
import type { FdIndex, OpId, ProcIndex } from './ids.ts';
import type { Status } from './call.ts';
import type { U64 } from './u64.ts';

/** A delivered call or reply, with the memory that it points to. */
export interface Delivery {
  readonly br: 'BR_TRANSACTION' | 'BR_TRANSACTION_SEC_CTX' | 'BR_REPLY';
  readonly ptr: U64;
  readonly cookie: U64;
  readonly code: number;
  readonly flags: number;
  /** Process of the log; `null` for pid 0. */
  readonly sender: ProcIndex | null;
  readonly euid: number;
  readonly dataSize: number;
  readonly offsetsSize: number;
  /** Offset of the data in the receiver's mapping. */
  readonly buffer: number;
  /** Offset of the offsets array in the receiver's mapping. */
  readonly offsetsAt: number;
  /** Hex of the data as the receiver reads it; the `buffer` word of each PTR is an offset in the mapping. */
  readonly data: string;
  readonly offsets: readonly number[];
  /** Hex of the piece behind each PTR, in slot order; patched pointers are offsets in the mapping. */
  readonly pieces: readonly string[];
}

/** One return of the read buffer. */
export type Return =
  | Delivery
  | { readonly br: 'BR_INCREFS' | 'BR_ACQUIRE' | 'BR_RELEASE' | 'BR_DECREFS'; readonly ptr: U64; readonly cookie: U64 }
  | { readonly br: 'BR_DEAD_BINDER' | 'BR_CLEAR_DEATH_NOTIFICATION_DONE'; readonly cookie: U64 }
  | { readonly br: BareReturn }
  /** Bytes that are no return: everything from there on, in hex. */
  | { readonly br: 'malformed'; readonly bytes: string };

export type BareReturn = Exclude<
  BrName,
  | Delivery['br']
  | 'BR_INCREFS'
  | 'BR_ACQUIRE'
  | 'BR_RELEASE'
  | 'BR_DECREFS'
  | 'BR_DEAD_BINDER'
  | 'BR_CLEAR_DEATH_NOTIFICATION_DONE'
  | 'BR_ACQUIRE_RESULT'
  | 'BR_ATTEMPT_ACQUIRE'
>;

/** What an ioctl other than BINDER_WRITE_READ wrote back. Ids of the driver's global counter become a boolean. */
export interface IoctlOutput {
  readonly version?: number;
  readonly ptr?: U64;
  readonly cookie?: U64;
  readonly hasStrong?: number;
  readonly hasWeak?: number;
  readonly handle?: number;
  readonly strong?: number;
  readonly weak?: number;
  readonly syncRecv?: number;
  readonly asyncRecv?: number;
  /** BINDER_GET_EXTENDED_ERROR: whether the id is not zero. */
  readonly hasId?: boolean;
  readonly command?: number;
  readonly param?: number;
}

/** A finished op. Fields that the op kind does not have are absent. */
export interface Done {
  readonly status: Status;
  /** write_consumed and read_consumed as copied back. */
  readonly wrote?: number;
  readonly read?: number;
  readonly returns?: readonly Return[];
  readonly out?: IoctlOutput;
  /** poll: whether POLLIN is reported. */
  readonly readable?: boolean;
  readonly nice?: number;
  /** peek: hex, or `null` for a bus error. */
  readonly bytes?: string | null;
  /** epoll_wait: the readable files of the set, in ascending number. */
  readonly ready?: readonly FdIndex[];
}

/** An op that parked its thread in the driver, or finished. */
export type Result = 'pending' | Done;

/** A parked op that finished because of another one. */
export interface Completion {
  readonly op: OpId;
  readonly done: Done;
}

export interface Observation {
  readonly op: OpId;
  readonly result: Result;
  /** In ascending op number. */
  readonly completions: readonly Completion[];
}

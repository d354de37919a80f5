/**
 * The state of a driver as its debugfs files show it, in numbers of the log: sorted, plain, comparable with `===` leaf
 * by leaf. Produced by the specification, by the optimised driver and (parsed from debugfs) by a real driver.
 *
 * Ids of the driver's one counter (transactions, nodes, refs) are kept as the driver gives them; `ranked` makes two
 * snapshots comparable when other sequences share the counter.
 */
import type { DeviceIndex, FdIndex, Handle, ProcIndex, ThreadIndex } from './ids.ts';
import type { U64 } from './u64.ts';

/** An entry of a todo list. */
export type WorkSnapshot =
  | { readonly work: 'transaction'; readonly id: number }
  | { readonly work: 'complete' | 'spam_suspect' }
  | { readonly work: 'error'; readonly br: number }
  | { readonly work: 'node'; readonly id: number }
  | { readonly work: 'dead_binder' | 'dead_binder_and_clear' | 'clear_death' };

/** One record of a native thread in an open file. */
export interface ThreadOf {
  /** Open file: the process that opened it, and its number there. */
  readonly proc: ProcIndex;
  readonly fd: FdIndex;
  readonly thread: ThreadIndex;
  /** Process of the thread where that is not the opener: a holder of a descriptor (TXN-46). */
  readonly holder?: ProcIndex | undefined;
}

/** A transaction that still exists, wherever it is. */
export interface TransactionSnapshot {
  readonly id: number;
  /** Sending thread; `null` for oneways, replies and senders that are gone. */
  readonly from: ThreadOf | null;
  /** Receiving open file; `null` when detached. */
  readonly to: (Omit<ThreadOf, 'thread'> & { readonly thread: ThreadIndex | null }) | null;
  readonly code: number;
  readonly flags: number;
  readonly needsReply: boolean;
}

export interface ThreadSnapshot {
  readonly thread: ThreadIndex;
  /** Process of the thread where that is not the opener: a holder of a descriptor (TXN-46). */
  readonly holder?: ProcIndex | undefined;
  /** Bits: 01 registered, 02 entered, 04 exited, 08 invalid, 10 waiting, 20 poll. */
  readonly looper: number;
  readonly needReturn: boolean;
  /** Newest first: ids of the transactions on the stack. */
  readonly stack: readonly { readonly id: number; readonly direction: 'incoming' | 'outgoing' }[];
  readonly todo: readonly WorkSnapshot[];
}

export interface NodeSnapshot {
  readonly id: number;
  readonly ptr: U64;
  readonly cookie: U64;
  readonly hasStrong: boolean;
  readonly hasWeak: boolean;
  readonly localStrong: number;
  readonly localWeak: number;
  readonly internalStrong: number;
  /** Number of refs (printed as iw). */
  readonly refs: number;
  /** `null` where the target cannot tell. */
  readonly hasAsync: boolean | null;
  /** Ids of the oneways that wait for their turn. */
  readonly asyncTodo: readonly number[];
}

export interface RefSnapshot {
  readonly id: number;
  readonly handle: Handle;
  readonly node: number;
  /** The node's owner is gone. */
  readonly dead: boolean;
  readonly strong: number;
  readonly weak: number;
  readonly death: boolean;
}

export interface BufferSnapshot {
  /** Id of its transaction. */
  readonly id: number;
  /** Offset in the mapping. */
  readonly offset: number;
  readonly dataSize: number;
  readonly offsetsSize: number;
  readonly extraSize: number;
  /** A transaction record is attached: undelivered or unanswered. */
  readonly active: boolean;
  /** Charged to the async half; `null` where the target cannot tell. */
  readonly async: boolean | null;
  /** BC_FREE_BUFFER would be accepted; `null` where the target cannot tell. */
  readonly userMayFree: boolean | null;
}

/** Everything behind one open file. */
export interface ProcSnapshot {
  readonly proc: ProcIndex;
  readonly fd: FdIndex;
  readonly device: DeviceIndex;
  /** Managed size; 0 when never mapped; `null` where the target cannot tell. */
  readonly arena: number | null;
  readonly freeAsync: number;
  /** Those of the opener in ascending number, then those of each holder. */
  readonly threads: readonly ThreadSnapshot[];
  readonly nodes: readonly NodeSnapshot[];
  readonly refs: readonly RefSnapshot[];
  readonly buffers: readonly BufferSnapshot[];
  readonly todo: readonly WorkSnapshot[];
  /** The delivered-death list is not empty. */
  readonly deliveredDeath: boolean;
  readonly requestedThreads: number;
  readonly startedThreads: number;
  /** Unsigned. */
  readonly maxThreads: number;
  /** Length of the waiting list. */
  readonly readyThreads: number;
  readonly pages: {
    readonly active: number;
    readonly lru: number;
    readonly free: number;
    readonly highWatermark: number;
  };
}

/** Objects that exist, by class (the leak census of the stats file). */
export interface Census {
  readonly proc: number;
  readonly thread: number;
  readonly node: number;
  readonly ref: number;
  readonly death: number;
  readonly transaction: number;
  readonly transaction_complete: number;
}

export interface Snapshot {
  /** Ascending process, then descriptor. */
  readonly procs: readonly ProcSnapshot[];
  /** Nodes whose owner is gone but that are still referenced, by ascending id; `null` where the target cannot tell. */
  readonly deadNodes: readonly NodeSnapshot[] | null;
  /** Transactions that exist, by ascending id; `null` where the target cannot tell. */
  readonly transactions: readonly TransactionSnapshot[] | null;
  /** `null` where the target cannot tell (other sequences share the counters). */
  readonly census: Census | null;
}

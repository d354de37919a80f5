/**
 * The state of the driver: plain readonly data, compared and printed as it is.
 *
 * Tables are arrays in ascending key; things point at each other by number, never by object. A *file* is one open
 * of the device (the kernel's binder_proc); a *thread* is the record of one native thread in one file.
 */
import type { BcName, BrName } from '../abi/constants.ts';
import {
  MOST_THREADS,
  type DeviceIndex,
  type FdIndex,
  type Handle,
  type OpId,
  type ProcIndex,
  type ThreadIndex,
} from '../abi/ids.ts';
import type { ReadRequest } from '../abi/call.ts';
import type { Return } from '../abi/observation.ts';
import type { U64 } from '../abi/u64.ts';

/** Number of an open file; never reused, ascending in order of opening. */
export type FileKey = number;
/** Number of the record of a native thread in an open file: `threadKey` makes it. */
export type ThreadKey = number;
/** Number from the driver's one counter (NODE-03); 0 means none. */
export type Id = number;
export type NodeId = Id;
export type TransactionId = Id;

export const NO_THREAD: ThreadKey = -1;
export const NO_FILE: FileKey = -1;

/** Bits of a record's number: those of the thread, of the holder counted from 1, and above them those of the file. */
const THREAD_BITS = Math.log2(MOST_THREADS);
const RECORD_BITS = 16;
const HOLDER_MASK = (1 << (RECORD_BITS - THREAD_BITS)) - 1;
/** Upper bound of the numbers of open files: a number has 31 bits. */
export const FILES = 1 << (31 - RECORD_BITS);
/** Upper bound of the numbers of processes that hold a descriptor of another one's open file. */
export const HOLDERS = HOLDER_MASK;

/** A record by its file, the holder whose thread it is (or `OPENER`), and the thread. Those of the opener come first. */
export const recordKey = (file: FileKey, holder: ProcIndex, thread: ThreadIndex): ThreadKey =>
  (file << RECORD_BITS) | ((1 + holder) << THREAD_BITS) | thread;
/** The record of a process's native thread in an open file. */
export const threadKey = (file: Pick<File, 'key' | 'proc'>, proc: ProcIndex, thread: ThreadIndex): ThreadKey =>
  recordKey(file.key, proc === file.proc ? OPENER : proc, thread);
export const fileOf = (key: ThreadKey): FileKey => key >> RECORD_BITS;
export const indexOf = (key: ThreadKey): ThreadIndex => key & (MOST_THREADS - 1);
/** The process of the thread where that is not the opener of the file; `OPENER` where it is. */
export const holderOf = (key: ThreadKey): ProcIndex => ((key >> THREAD_BITS) & HOLDER_MASK) - 1;
export const OPENER = -1;

/** One device. */
export interface Context {
  /** The context manager's node, 0 when there is none. */
  readonly manager: NodeId;
  /** euid of the first manager ever; remembered after it dies (CTX-04). */
  readonly managerUid: number | null;
}

/** A descriptor of a file that another process opened. */
export interface HeldFile {
  readonly fd: FdIndex;
  readonly file: FileKey;
  /** It came with a fork. */
  readonly inherited: boolean;
}

/** An operating-system process of the log, as far as the driver looks at it. */
export interface Task {
  readonly proc: ProcIndex;
  readonly alive: boolean;
  readonly euid: number;
  /** Threads that ended without BINDER_THREAD_EXIT. */
  readonly ended: readonly ThreadIndex[];
  /** nice of each thread that is not 0. */
  readonly nice: Readonly<Record<number, number>>;
  /** Descriptors in use from 3 up, other than binder files. */
  readonly fds: readonly number[];
  /** It gets only numbers below this one (RLIMIT_NOFILE); `null` without a limit. */
  readonly fdLimit: number | null;
  /** Descriptors of open files of others, by number. */
  readonly held: readonly HeldFile[];
}

/** An open file in an epoll set, under the number by which it was added. */
export interface EpollEntry {
  readonly file: FileKey;
  readonly fd: FdIndex;
  /** It stands on the wait queue of the thread's record that was there when it was added (THR-47). */
  readonly hooked: boolean;
  /** It stands on the ready list: the next wait looks at it. */
  readonly ready: boolean;
}

/** The epoll set of one native thread. */
export interface EpollSet {
  readonly proc: ProcIndex;
  readonly thread: ThreadIndex;
  /** By file, then number. */
  readonly entries: readonly EpollEntry[];
  /** The op in which the thread sleeps for it, or `null`. */
  readonly sleeper: OpId | null;
}

/** A piece of the arena. Free pieces remember when they became free (ALLOC-22). */
export interface Region {
  readonly offset: number;
  readonly size: number;
  /** Rising number of the moment it entered the free set; -1 for allocated ones. */
  readonly freed: number;
  readonly buffer: Buffer | null;
}

/** What a buffer's objects keep alive, in slot order. */
export type Held =
  | { readonly held: 'node'; readonly ptr: U64; readonly strong: boolean }
  | { readonly held: 'handle'; readonly handle: Handle; readonly strong: boolean }
  | { readonly held: 'fds'; readonly count: number; readonly fds: readonly number[] };

export interface Buffer {
  /** Id of the transaction that it was made for. */
  readonly id: Id;
  readonly dataSize: number;
  readonly offsetsSize: number;
  readonly extraSize: number;
  readonly async: boolean;
  readonly clearOnFree: boolean;
  readonly userMayFree: boolean;
  /** Process that the spam check blames (ALLOC-42). */
  readonly sender: ProcIndex;
  /** The attached transaction record, 0 when detached. */
  readonly transaction: TransactionId;
  readonly targetNode: NodeId;
  readonly held: readonly Held[];
}

/** Bytes of an arena; no `bytes` means zeros. */
export interface Span {
  readonly at: number;
  readonly length: number;
  readonly bytes: string;
}

/** The buffer space of one file. */
export interface Arena {
  /** Managed size; 0 before mmap. */
  readonly size: number;
  /** The mapping is whole (ALLOC-10). */
  readonly live: boolean;
  /** User space may read it: not mapped with PROT_NONE (ALLOC-08). */
  readonly readable: boolean;
  /** Bytes of address space still mapped; they keep the file alive (PROC-13). */
  readonly mapped: number;
  /** Pages that were unmapped, as sorted disjoint [first, end) pairs. */
  readonly gone: readonly (readonly [number, number])[];
  readonly regions: readonly Region[];
  readonly freeAsync: number;
  readonly spamDetected: boolean;
  /** Next number for a region that becomes free. */
  readonly nextFreed: number;
  /** Pages that hold memory, as sorted disjoint [first, end) pairs. */
  readonly populated: readonly (readonly [number, number])[];
  /** Those of them that user space let go of, and sees no more (ALLOC-34). */
  readonly hidden: readonly (readonly [number, number])[];
  readonly highWatermark: number;
  /** What was written, the oldest first. */
  readonly spans: readonly Span[];
}

/** An entry of a todo list. */
export type Work =
  | { readonly work: 'transaction'; readonly id: TransactionId }
  | { readonly work: 'complete' | 'spam_suspect' | 'return_error' | 'reply_error' }
  | { readonly work: 'node'; readonly id: NodeId }
  /** `ref` 0: the registration was cleared. */
  | {
      readonly work: 'dead_binder' | 'dead_binder_and_clear' | 'clear_death';
      readonly ref: Id;
      readonly cookie: U64;
    };

/** One open of the device: the kernel's binder_proc. */
export interface File {
  readonly key: FileKey;
  readonly proc: ProcIndex;
  readonly fd: FdIndex;
  readonly device: DeviceIndex;
  /** The opener's descriptor is still open; its mapping (PROC-13) and other holders may keep the file alive after that. */
  readonly open: boolean;
  readonly nonblock: boolean;
  /** Opened without write permission, which only the mapping's own checks look at. */
  readonly readonly: boolean;
  /** nice of the opening thread (PROC-01). */
  readonly defaultNice: number;
  readonly todo: readonly Work[];
  readonly delivered: readonly Work[];
  /** Blocked readers for work of the file, the most recent first (THR-27). */
  readonly waiting: readonly ThreadKey[];
  readonly maxThreads: number;
  readonly requested: number;
  readonly started: number;
  readonly frozen: boolean;
  readonly syncRecv: boolean;
  readonly asyncRecv: boolean;
  readonly outstanding: number;
  readonly spamDetection: boolean;
  readonly arena: Arena;
}

/** Looper bits (THR-07 .. THR-14). */
export const LOOPER = {
  REGISTERED: 0x01,
  ENTERED: 0x02,
  EXITED: 0x04,
  INVALID: 0x08,
  WAITING: 0x10,
  POLL: 0x20,
} as const;

export interface ExtendedError {
  readonly id: Id;
  readonly command: number;
  readonly param: number;
}

export interface Thread {
  readonly key: ThreadKey;
  readonly looper: number;
  readonly needReturn: boolean;
  /** Top of the transaction stack. */
  readonly stack: TransactionId;
  readonly todo: readonly Work[];
  readonly processTodo: boolean;
  /** BR words waiting to be read; 0 when the slot is empty. */
  readonly returnError: number;
  readonly replyError: number;
  readonly error: ExtendedError;
}

export interface Node {
  readonly id: NodeId;
  /** `NO_FILE` once the owner is gone. */
  readonly owner: FileKey;
  readonly ptr: U64;
  readonly cookie: U64;
  readonly minPriority: number;
  readonly acceptFds: boolean;
  readonly securityContext: boolean;
  readonly internalStrong: number;
  readonly localStrong: number;
  readonly localWeak: number;
  readonly hasStrong: boolean;
  readonly hasWeak: boolean;
  readonly pendingStrong: boolean;
  readonly pendingWeak: boolean;
  /** Where its one work item is: a thread's todo, the owner's (`NO_THREAD`), or nowhere. */
  readonly queued: ThreadKey | null;
  readonly hasAsync: boolean;
  readonly asyncTodo: readonly TransactionId[];
  /** Refs to it, the newest first. */
  readonly refs: readonly Id[];
}

export interface Ref {
  readonly id: Id;
  readonly file: FileKey;
  readonly handle: Handle;
  readonly node: NodeId;
  readonly strong: number;
  readonly weak: number;
  readonly death: Death | null;
}

/** A registration on a ref. */
export interface Death {
  readonly cookie: U64;
  readonly at: 'idle' | 'queued' | 'delivered';
}

/** A message as the receiver will read it. */
export interface Payload {
  readonly data: string;
  readonly offsets: readonly number[];
  readonly pieces: readonly string[];
  /** Descriptors to install at delivery: sender's file numbers and where the new number goes. */
  readonly fixups: readonly Fixup[];
}

/** A file in flight. `slot`/`piece` say where its number is written. */
export interface Fixup {
  readonly file: number;
  readonly at: { readonly data: number } | { readonly piece: number; readonly byte: number; readonly address: number };
}

export interface Transaction {
  readonly id: TransactionId;
  readonly origin: { readonly op: OpId; readonly cmd: number };
  readonly reply: boolean;
  /** Sending thread of a sync call; `NO_THREAD` for oneways, replies and senders that are gone. */
  readonly from: ThreadKey;
  readonly fromParent: TransactionId;
  /** `NO_FILE` once detached. */
  readonly to: FileKey;
  readonly toThread: ThreadKey;
  readonly toParent: TransactionId;
  readonly code: number;
  readonly flags: number;
  readonly needsReply: boolean;
  readonly euid: number;
  readonly sender: ProcIndex;
  readonly nice: number;
  readonly savedNice: number;
  /** Offset of its buffer in the arena of the file it was sent to; -1 when freed or detached. */
  readonly buffer: number;
  readonly targetNode: NodeId;
  readonly payload: Payload;
}

/** A thread that sleeps in a read. */
export interface Parked {
  readonly thread: ThreadKey;
  readonly op: OpId;
  readonly wrote: number;
  readonly read: ReadRequest;
  /** Bytes in the buffer so far. */
  readonly filled: number;
  readonly returns: readonly Return[];
  readonly forProc: boolean;
}

/** Live objects by class (W14). */
export interface Counters {
  readonly transactionComplete: number;
  readonly deaths: number;
}

export interface State {
  readonly devices: readonly Context[];
  readonly tasks: readonly Task[];
  readonly files: readonly File[];
  readonly threads: readonly Thread[];
  readonly nodes: readonly Node[];
  readonly refs: readonly Ref[];
  readonly transactions: readonly Transaction[];
  readonly parked: readonly Parked[];
  /** By process, then thread. */
  readonly epolls: readonly EpollSet[];
  readonly nextFile: FileKey;
  readonly lastId: Id;
}

/** Nothing is open. */
export const emptyState = (devices: number): State => ({
  devices: Array.from({ length: devices }, () => ({ manager: 0, managerUid: null })),
  tasks: [],
  files: [],
  threads: [],
  nodes: [],
  refs: [],
  transactions: [],
  parked: [],
  epolls: [],
  nextFile: 0,
  lastId: 0,
});

export type { BcName, BrName };

/**
 * A `Call` is an op with every reference resolved to the number that a driver sees: handles, buffer offsets, bytes.
 * The specification steps over calls; the targets turn calls into memory and system calls.
 *
 * Addresses inside a process's mapping are written as offsets from the start of that mapping, everywhere.
 */
import type { BufferObject, FdArrayObject, FdObject, LocalObject, RemoteObject } from './objects.ts';
import type { Errno } from './errno.ts';
import type { DeviceIndex, FdIndex, Handle, OpId, ProcIndex, ThreadIndex } from './ids.ts';
import type { IoctlName } from './constants.ts';
import type { U64 } from './u64.ts';

/** An object at byte `at` of the data. A PTR's `buffer` is the number of its piece; `piece` -1 is a bad pointer. */
export type PlacedObject = {
  readonly at: number;
  readonly object:
    | LocalObject
    | RemoteObject
    | FdObject
    | FdArrayObject
    | (Omit<BufferObject, 'buffer'> & { readonly piece: number })
    | { readonly type: 'RAW'; readonly bytes: string };
};

/** A message in the sender's memory. */
export interface Message {
  readonly size: U64;
  /**
   * Hex of the data, objects encoded in place (a PTR's `buffer` word as zero: the target writes the address there).
   * As long as `size`, but never longer than `MAX_ARENA`: what is longer can never be accepted.
   */
  readonly data: string;
  readonly offsets: readonly U64[];
  readonly offsetsSize: U64;
  /** In ascending `at`; may overlap on purpose (the later one's bytes win). */
  readonly objects: readonly PlacedObject[];
  /** Hex: the sender's memory behind each PTR, by piece number. */
  readonly pieces: readonly string[];
  /** Present in the _SG forms. */
  readonly buffersSize?: U64 | undefined;
  readonly dataAt: 'own' | 'null' | 'bad';
  readonly offsetsAt: 'own' | 'null' | 'bad';
}

/** A buffer by offset in the caller's own mapping (any integer on purpose), or any address. */
export type BufferAddress = number | { readonly address: U64 };

export type Command =
  | {
      readonly bc: 'BC_TRANSACTION';
      readonly target: Handle;
      readonly code: number;
      readonly flags: number;
      readonly message: Message;
    }
  | { readonly bc: 'BC_REPLY'; readonly code: number; readonly flags: number; readonly message: Message }
  | { readonly bc: 'BC_FREE_BUFFER'; readonly buffer: BufferAddress }
  | { readonly bc: 'BC_INCREFS' | 'BC_ACQUIRE' | 'BC_RELEASE' | 'BC_DECREFS'; readonly handle: Handle }
  | { readonly bc: 'BC_INCREFS_DONE' | 'BC_ACQUIRE_DONE'; readonly ptr: U64; readonly cookie: U64 }
  | {
      readonly bc: 'BC_REQUEST_DEATH_NOTIFICATION' | 'BC_CLEAR_DEATH_NOTIFICATION';
      readonly handle: Handle;
      readonly cookie: U64;
    }
  | { readonly bc: 'BC_DEAD_BINDER_DONE'; readonly cookie: U64 }
  | { readonly bc: 'BC_REGISTER_LOOPER' | 'BC_ENTER_LOOPER' | 'BC_EXIT_LOOPER' }
  | { readonly bc: 'BC_ACQUIRE_RESULT'; readonly result: number }
  | { readonly bc: 'BC_ATTEMPT_ACQUIRE'; readonly priority: number; readonly handle: Handle }
  | { readonly bc: 'RAW'; readonly word: number; readonly bytes: string };

/** The read half of a BINDER_WRITE_READ. `limit`: writable bytes of the buffer, `Infinity`-free: absent means all. */
export interface ReadRequest {
  readonly size: number;
  readonly consumed: number;
  readonly limit?: number | undefined;
}

/** Argument of the other ioctls, resolved. `pid` stands for a process of the log (`proc`) or for a number nobody has. */
export interface IoctlArgument {
  readonly bad?: true;
  readonly value?: number;
  readonly target?: { readonly proc: ProcIndex } | { readonly pid: number };
  readonly enable?: number;
  readonly timeoutMs?: number;
  readonly handle?: Handle;
  readonly ptr?: U64;
  readonly cookie?: U64;
  readonly flags?: number;
  readonly type?: number;
  readonly dirty?: number;
}

interface Who {
  readonly id: OpId;
  readonly proc: ProcIndex;
  readonly thread: ThreadIndex;
  readonly fd: FdIndex;
}

export type Call =
  | (Who & {
      readonly op: 'open';
      readonly device: DeviceIndex;
      readonly nonblock: boolean;
      readonly readonly: boolean;
    })
  | (Who & {
      readonly op: 'mmap';
      readonly size: number;
      readonly prot: 'read' | 'none' | 'write';
      readonly private: boolean;
    })
  | (Who & { readonly op: 'munmap'; readonly offset?: number; readonly length?: number })
  | (Who & { readonly op: 'share'; readonly to: ProcIndex; readonly as: FdIndex })
  | {
      readonly op: 'fork';
      readonly id: OpId;
      readonly proc: ProcIndex;
      readonly thread: ThreadIndex;
      readonly child: ProcIndex;
    }
  | (Who & { readonly op: 'close' })
  | (Who & { readonly op: 'flush' })
  | { readonly op: 'kill'; readonly id: OpId; readonly proc: ProcIndex }
  | WriteRead
  | (Who & { readonly op: 'ioctl'; readonly cmd: IoctlName | number; readonly arg: IoctlArgument })
  | (Who & { readonly op: 'poll' })
  | (Who & { readonly op: 'set_nonblock'; readonly nonblock: boolean })
  | { readonly op: 'signal'; readonly id: OpId; readonly proc: ProcIndex; readonly thread: ThreadIndex }
  | { readonly op: 'exit_task'; readonly id: OpId; readonly proc: ProcIndex; readonly thread: ThreadIndex }
  | {
      readonly op: 'set_nice';
      readonly id: OpId;
      readonly proc: ProcIndex;
      readonly thread: ThreadIndex;
      readonly nice: number;
    }
  | { readonly op: 'get_nice'; readonly id: OpId; readonly proc: ProcIndex; readonly thread: ThreadIndex }
  | { readonly op: 'set_euid'; readonly id: OpId; readonly proc: ProcIndex; readonly euid: number }
  | { readonly op: 'reclaim'; readonly id: OpId }
  | (Who & { readonly op: 'peek'; readonly offset: number; readonly length: number })
  | (Who & { readonly op: 'file_io'; readonly call: 'read' | 'write' | 'lseek' })
  | (Who & { readonly op: 'mprotect'; readonly prot: 'read' | 'none' | 'write' })
  | (Who & { readonly op: 'madvise'; readonly offset?: number; readonly length?: number })
  | { readonly op: 'limit_fds'; readonly id: OpId; readonly proc: ProcIndex; readonly free?: number }
  | (Who & { readonly op: 'epoll_ctl'; readonly ctl: 'add' | 'mod' | 'del' })
  | {
      readonly op: 'epoll_wait';
      readonly id: OpId;
      readonly proc: ProcIndex;
      readonly thread: ThreadIndex;
      readonly sleep?: boolean;
    };

/** What is absent may also be there as undefined, so that all calls of this kind have one shape. */
export type WriteRead = Who & {
  readonly op: 'write_read';
  readonly write: readonly Command[];
  readonly writeSize?: number | undefined;
  readonly writeConsumed: number;
  readonly writeLimit?: number | undefined;
  readonly read?: ReadRequest | undefined;
  readonly bad?: true | undefined;
};

/** The outcome of a system call by name. */
export type Status = 'OK' | Errno;

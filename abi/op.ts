/**
 * The op log: one operation at system-call level, as plain JSON.
 *
 * An op names what it uses by who produced it (`{ of: opId }`) or says on purpose that it uses something dead, foreign,
 * misaligned or out of range. Processes, threads and open files are small numbers chosen by whoever wrote the log;
 * a process exists from the first op that mentions it. An op acts through a descriptor (`fd`) of its process: one that
 * `open` made, or one that `share` gave it.
 */
import { z } from 'zod';
import { IOCTL } from './constants.ts';
import { MOST_THREADS } from './ids.ts';

const int = z.int().nonnegative();
const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/, 'an even number of hex digits in lower case');

/** An unsigned 64-bit word: a number while it is safe, else `0x…` (so that a value has one spelling). */
export const U64Schema = z.union([
  int,
  z.string().regex(/^0x(?:[2-9a-f][0-9a-f]{13}|[1-9a-f][0-9a-f]{14,15})$/, '0x and the hex digits of 2^53 or more'),
]);

/** The message that command number `cmd` (0 unless told) of op `of` sent. */
const Sent = { of: int, cmd: int.optional() };

/** A handle: a number on purpose, or the one that object `slot` of a sent message became in the process that uses it. */
export const HandleRefSchema = z.union([int, z.strictObject({ ...Sent, slot: int.optional() })]);
/** A buffer: that of a sent message (moved by `delta` bytes on purpose), or any address on purpose. */
export const BufferRefSchema = z.union([
  z.strictObject({ ...Sent, delta: z.int().optional() }),
  z.strictObject({ address: U64Schema }),
]);
/** A descriptor: file number `file` of the process (made by the harness), one received in a message, or a bad number. */
export const FdRefSchema = z.union([
  z.strictObject({ file: int }),
  z.strictObject({ ...Sent, slot: int.optional(), index: int.optional() }),
  z.strictObject({ number: int }),
]);

const flags = int.optional();
const at = int;

/** One object of a message, at byte `at` of its data. */
export const ObjectSpecSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.enum(['BINDER', 'WEAK_BINDER']), at, flags, ptr: U64Schema, cookie: U64Schema }),
  z.strictObject({ type: z.enum(['HANDLE', 'WEAK_HANDLE']), at, flags, handle: HandleRefSchema }),
  z.strictObject({ type: z.literal('FD'), at, flags, fd: FdRefSchema }),
  z.strictObject({ type: z.literal('FDA'), at, numFds: U64Schema, parent: U64Schema, parentOffset: U64Schema }),
  z.strictObject({
    type: z.literal('PTR'),
    at,
    flags,
    /** What the sender's memory holds there; `length` overrides its size on purpose. */
    bytes: hex.optional(),
    length: U64Schema.optional(),
    /** Descriptors written into the bytes, for an FDA. */
    fds: z.array(z.strictObject({ at: int, fd: FdRefSchema })).optional(),
    bad: z.boolean().optional(),
    parent: U64Schema.optional(),
    parentOffset: U64Schema.optional(),
  }),
  z.strictObject({ type: z.literal('RAW'), at, bytes: hex }),
]);

/** What a transaction or reply carries. */
export const MessageSpecSchema = z.strictObject({
  /** data_size */
  size: U64Schema,
  /** Every byte of the data that nothing else says. */
  fill: z.int().min(0).max(255).optional(),
  /** The first bytes of the data. */
  bytes: hex.optional(),
  objects: z.array(ObjectSpecSchema).optional(),
  /** The offsets array; the places of the objects unless told. */
  offsets: z.array(U64Schema).optional(),
  /** offsets_size; 8 for each offset unless told. */
  offsetsSize: U64Schema.optional(),
  /** buffers_size; its presence makes the command the _SG form. */
  buffersSize: U64Schema.optional(),
  /** Where the data pointer points instead of at the data. */
  dataAt: z.enum(['null', 'bad']).optional(),
  offsetsAt: z.enum(['null', 'bad']).optional(),
});

const handleCommands = ['BC_INCREFS', 'BC_ACQUIRE', 'BC_RELEASE', 'BC_DECREFS'] as const;
const doneCommands = ['BC_INCREFS_DONE', 'BC_ACQUIRE_DONE'] as const;
const deathCommands = ['BC_REQUEST_DEATH_NOTIFICATION', 'BC_CLEAR_DEATH_NOTIFICATION'] as const;
const bareCommands = ['BC_REGISTER_LOOPER', 'BC_ENTER_LOOPER', 'BC_EXIT_LOOPER'] as const;

/** Descriptors that `limit_fds` may leave to a process, at most. */
export const MOST_FREE_FDS = 32;
/** Commands of one write buffer, at most. */
export const MOST_COMMANDS = 4096;

/** One command of a write buffer. The _SG forms are `BC_TRANSACTION` and `BC_REPLY` with `message.buffersSize`. */
export const CommandSpecSchema = z.discriminatedUnion('bc', [
  z.strictObject({
    bc: z.literal('BC_TRANSACTION'),
    target: HandleRefSchema,
    code: int,
    flags: int,
    message: MessageSpecSchema,
  }),
  z.strictObject({ bc: z.literal('BC_REPLY'), code: int, flags: int, message: MessageSpecSchema }),
  z.strictObject({ bc: z.literal('BC_FREE_BUFFER'), buffer: BufferRefSchema }),
  z.strictObject({ bc: z.enum(handleCommands), handle: HandleRefSchema }),
  z.strictObject({ bc: z.enum(doneCommands), ptr: U64Schema, cookie: U64Schema }),
  z.strictObject({ bc: z.enum(deathCommands), handle: HandleRefSchema, cookie: U64Schema }),
  z.strictObject({ bc: z.literal('BC_DEAD_BINDER_DONE'), cookie: U64Schema }),
  z.strictObject({ bc: z.enum(bareCommands) }),
  z.strictObject({ bc: z.literal('BC_ACQUIRE_RESULT'), result: int }),
  z.strictObject({ bc: z.literal('BC_ATTEMPT_ACQUIRE'), priority: int, handle: HandleRefSchema }),
  /** Any word and any bytes behind it. */
  z.strictObject({ bc: z.literal('RAW'), word: int.max(0xffffffff), bytes: hex.optional() }),
]);

/** Argument of an ioctl other than BINDER_WRITE_READ: only the fields that the command has. */
export const IoctlArgSchema = z.strictObject({
  /** The pointer itself is bad. */
  bad: z.literal(true).optional(),
  value: int.optional(),
  /** A process of the log, or a raw pid that no process has. */
  target: z.union([z.strictObject({ proc: int }), z.strictObject({ pid: int })]).optional(),
  enable: int.optional(),
  timeoutMs: int.optional(),
  handle: HandleRefSchema.optional(),
  ptr: U64Schema.optional(),
  cookie: U64Schema.optional(),
  flags: int.optional(),
  type: int.optional(),
  /** Non-zero in a field that must be zero. */
  dirty: int.optional(),
});

const ioctlNames = Object.keys(IOCTL) as (keyof typeof IOCTL)[];
const thread = int.max(MOST_THREADS - 1);
const who = { id: int, proc: int, thread, fd: int };

/** One operation. */
export const OpSchema = z.discriminatedUnion('op', [
  z.strictObject({
    op: z.literal('open'),
    ...who,
    device: int.optional(),
    nonblock: z.boolean().optional(),
    readonly: z.boolean().optional(),
  }),
  z.strictObject({
    op: z.literal('mmap'),
    ...who,
    size: int,
    prot: z.enum(['read', 'none', 'write']).optional(),
    private: z.boolean().optional(),
  }),
  /** The whole mapping, or `length` bytes from `offset`. */
  z.strictObject({ op: z.literal('munmap'), ...who, offset: int.optional(), length: int.optional() }),
  /** Process `to` gets a descriptor of the same open file, its number `as`, as through SCM_RIGHTS (TXN-46). */
  z.strictObject({ op: z.literal('share'), ...who, to: int, as: int }),
  /** A copy of the process, `child`, with its descriptors, and none of its mappings and threads but the one that forks (PROC-26). */
  z.strictObject({ op: z.literal('fork'), id: int, proc: int, thread, child: int }),
  /** Closes the descriptor; the release waits for the mapping (PROC-13). */
  z.strictObject({ op: z.literal('close'), ...who }),
  /** A descriptor of the same open file is duplicated and closed: the driver's flush. */
  z.strictObject({ op: z.literal('flush'), ...who }),
  z.strictObject({ op: z.literal('kill'), id: int, proc: int }),
  z.strictObject({
    op: z.literal('write_read'),
    ...who,
    write: z.array(CommandSpecSchema).max(MOST_COMMANDS).optional(),
    /** write_size instead of the size of the commands. */
    writeSize: int.optional(),
    /** write_consumed as given. */
    writeConsumed: int.optional(),
    /** Readable bytes of the write buffer before an unmapped page. */
    writeLimit: int.optional(),
    /** Absent: read_size 0. `limit`: writable bytes before an unmapped page. */
    read: z.strictObject({ size: int, consumed: int.optional(), limit: int.optional() }).optional(),
    /** The argument pointer is bad. */
    bad: z.literal(true).optional(),
  }),
  z.strictObject({
    op: z.literal('ioctl'),
    ...who,
    cmd: z.union([z.enum(ioctlNames as [keyof typeof IOCTL, ...(keyof typeof IOCTL)[]]), int.max(0xffffffff)]),
    arg: IoctlArgSchema.optional(),
  }),
  z.strictObject({ op: z.literal('poll'), ...who }),
  z.strictObject({ op: z.literal('set_nonblock'), ...who, nonblock: z.boolean() }),
  /** A signal with a handler reaches the thread. */
  z.strictObject({ op: z.literal('signal'), id: int, proc: int, thread }),
  /** The native thread ends without BINDER_THREAD_EXIT. */
  z.strictObject({ op: z.literal('exit_task'), id: int, proc: int, thread }),
  z.strictObject({ op: z.literal('set_nice'), id: int, proc: int, thread, nice: z.int().min(-20).max(19) }),
  z.strictObject({ op: z.literal('get_nice'), id: int, proc: int, thread }),
  z.strictObject({ op: z.literal('set_euid'), id: int, proc: int, euid: int }),
  /** Memory pressure: every page that can be reclaimed is (ALLOC-31). */
  z.strictObject({ op: z.literal('reclaim'), id: int }),
  /** Reads `length` bytes of the mapping at `offset` (bytes, or a bus error where a page is absent). */
  z.strictObject({ op: z.literal('peek'), ...who, offset: int, length: int }),
  /** The descriptor is used as that of a file: one byte is read or written, or the position is asked for (PROC-29). */
  z.strictObject({ op: z.literal('file_io'), ...who, call: z.enum(['read', 'write', 'lseek']) }),
  /** Changes the protection of what is left of the mapping (ALLOC-05). */
  z.strictObject({ op: z.literal('mprotect'), ...who, prot: z.enum(['read', 'none', 'write']) }),
  /** MADV_DONTNEED on what is left of the mapping, or of `length` bytes from `offset`: user space lets go of pages (ALLOC-34). */
  z.strictObject({ op: z.literal('madvise'), ...who, offset: int.optional(), length: int.optional() }),
  /** The process may get `free` more descriptors (RLIMIT_NOFILE), or any number again; freed numbers count anew. */
  z.strictObject({ op: z.literal('limit_fds'), id: int, proc: int, free: int.max(MOST_FREE_FDS).optional() }),
  /** The open file enters the thread's own epoll set (EPOLLIN, level-triggered), is looked at again, or leaves the set. */
  z.strictObject({ op: z.literal('epoll_ctl'), ...who, ctl: z.enum(['add', 'mod', 'del']) }),
  /** Asks the thread's epoll set which files are readable; `sleep`: until one is, or a signal comes. */
  z.strictObject({ op: z.literal('epoll_wait'), id: int, proc: int, thread, sleep: z.boolean().optional() }),
]);

/** A log with what it needs to be replayed anywhere. */
export const OpLogSchema = z.strictObject({
  format: z.literal('binder-spec/op-log'),
  version: z.literal(1),
  profile: z.string().optional(),
  /** What it shows, in one line. */
  title: z.string().optional(),
  /** Where it came from: seed, path, target, signature. */
  origin: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  ops: z.array(OpSchema),
});

export type HandleRef = z.infer<typeof HandleRefSchema>;
export type BufferRef = z.infer<typeof BufferRefSchema>;
export type FdRef = z.infer<typeof FdRefSchema>;
export type ObjectSpec = z.infer<typeof ObjectSpecSchema>;
export type MessageSpec = z.infer<typeof MessageSpecSchema>;
export type CommandSpec = z.infer<typeof CommandSpecSchema>;
export type IoctlArg = z.infer<typeof IoctlArgSchema>;
export type Op = z.infer<typeof OpSchema>;
export type OpLog = z.infer<typeof OpLogSchema>;
export type OpKind = Op['op'];

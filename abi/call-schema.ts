/**
 * The schema of a `Call`, for whoever drives a driver across a process or machine boundary. The type lives in
 * `call.ts`; the last lines hold both to be the same.
 */
import { z } from 'zod';
import type { Call } from './call.ts';
import { IOCTL, type IoctlName } from './constants.ts';
import { U64Schema } from './op.ts';
import { hex, type Frozen, type Same } from './schema.ts';

const count = z.int().nonnegative();
const who = { id: count, proc: count, thread: count, fd: count };
const flags = count;

/** An object at byte `at` of the data. */
const placedObject = z.strictObject({
  at: count,
  object: z.discriminatedUnion('type', [
    z.strictObject({ type: z.enum(['BINDER', 'WEAK_BINDER']), flags, ptr: U64Schema, cookie: U64Schema }),
    z.strictObject({
      type: z.enum(['HANDLE', 'WEAK_HANDLE']),
      flags,
      handle: count,
      cookie: U64Schema,
      high: count.exactOptional(),
    }),
    z.strictObject({ type: z.literal('FD'), flags, fd: count, cookie: U64Schema }),
    z.strictObject({ type: z.literal('FDA'), numFds: U64Schema, parent: U64Schema, parentOffset: U64Schema }),
    z.strictObject({
      type: z.literal('PTR'),
      flags,
      piece: z.int().min(-1),
      length: U64Schema,
      parent: U64Schema,
      parentOffset: U64Schema,
    }),
    z.strictObject({ type: z.literal('RAW'), bytes: hex }),
  ]),
});

const place = z.enum(['own', 'null', 'bad']);

/** A call whose rows of bytes have the form `bytes`: hex, or hex in a shorter spelling. */
export const callSchema = <Bytes extends z.ZodType>(bytes: Bytes) => {
  const message = z.strictObject({
    size: U64Schema,
    data: bytes,
    offsets: z.array(U64Schema),
    offsetsSize: U64Schema,
    objects: z.array(placedObject),
    pieces: z.array(bytes),
    buffersSize: U64Schema.optional(),
    dataAt: place,
    offsetsAt: place,
  });
  const command = z.discriminatedUnion('bc', [
    z.strictObject({ bc: z.literal('BC_TRANSACTION'), target: count, code: count, flags, message }),
    z.strictObject({ bc: z.literal('BC_REPLY'), code: count, flags, message }),
    z.strictObject({
      bc: z.literal('BC_FREE_BUFFER'),
      buffer: z.union([z.int(), z.strictObject({ address: U64Schema })]),
    }),
    z.strictObject({ bc: z.enum(['BC_INCREFS', 'BC_ACQUIRE', 'BC_RELEASE', 'BC_DECREFS']), handle: count }),
    z.strictObject({ bc: z.enum(['BC_INCREFS_DONE', 'BC_ACQUIRE_DONE']), ptr: U64Schema, cookie: U64Schema }),
    z.strictObject({
      bc: z.enum(['BC_REQUEST_DEATH_NOTIFICATION', 'BC_CLEAR_DEATH_NOTIFICATION']),
      handle: count,
      cookie: U64Schema,
    }),
    z.strictObject({ bc: z.literal('BC_DEAD_BINDER_DONE'), cookie: U64Schema }),
    z.strictObject({ bc: z.enum(['BC_REGISTER_LOOPER', 'BC_ENTER_LOOPER', 'BC_EXIT_LOOPER']) }),
    z.strictObject({ bc: z.literal('BC_ACQUIRE_RESULT'), result: count }),
    z.strictObject({ bc: z.literal('BC_ATTEMPT_ACQUIRE'), priority: count, handle: count }),
    z.strictObject({ bc: z.literal('RAW'), word: count.max(0xffffffff), bytes: hex }),
  ]);
  return z.discriminatedUnion('op', [
    z.strictObject({
      op: z.literal('open'),
      ...who,
      device: count,
      nonblock: z.boolean(),
      readonly: z.boolean(),
    }),
    z.strictObject({
      op: z.literal('mmap'),
      ...who,
      size: count,
      prot: z.enum(['read', 'none', 'write']),
      private: z.boolean(),
    }),
    z.strictObject({
      op: z.literal('munmap'),
      ...who,
      offset: count.exactOptional(),
      length: count.exactOptional(),
    }),
    z.strictObject({ op: z.literal('share'), ...who, to: count, as: count }),
    z.strictObject({ op: z.literal('fork'), id: count, proc: count, thread: count, child: count }),
    z.strictObject({ op: z.literal('close'), ...who }),
    z.strictObject({ op: z.literal('flush'), ...who }),
    z.strictObject({ op: z.literal('kill'), id: count, proc: count }),
    z.strictObject({
      op: z.literal('write_read'),
      ...who,
      write: z.array(command),
      writeSize: count.optional(),
      writeConsumed: count,
      writeLimit: count.optional(),
      read: z.strictObject({ size: count, consumed: count, limit: count.optional() }).optional(),
      bad: z.literal(true).optional(),
    }),
    z.strictObject({
      op: z.literal('ioctl'),
      ...who,
      cmd: z.union([z.enum(Object.keys(IOCTL) as [IoctlName, ...IoctlName[]]), count.max(0xffffffff)]),
      arg: z.strictObject({
        bad: z.literal(true).exactOptional(),
        value: count.exactOptional(),
        target: z.union([z.strictObject({ proc: count }), z.strictObject({ pid: count })]).exactOptional(),
        enable: count.exactOptional(),
        timeoutMs: count.exactOptional(),
        handle: count.exactOptional(),
        ptr: U64Schema.exactOptional(),
        cookie: U64Schema.exactOptional(),
        flags: count.exactOptional(),
        type: count.exactOptional(),
        dirty: count.exactOptional(),
      }),
    }),
    z.strictObject({ op: z.literal('poll'), ...who }),
    z.strictObject({ op: z.literal('set_nonblock'), ...who, nonblock: z.boolean() }),
    z.strictObject({ op: z.literal('signal'), id: count, proc: count, thread: count }),
    z.strictObject({ op: z.literal('exit_task'), id: count, proc: count, thread: count }),
    z.strictObject({ op: z.literal('set_nice'), id: count, proc: count, thread: count, nice: z.int() }),
    z.strictObject({ op: z.literal('get_nice'), id: count, proc: count, thread: count }),
    z.strictObject({ op: z.literal('set_euid'), id: count, proc: count, euid: count }),
    z.strictObject({ op: z.literal('reclaim'), id: count }),
    z.strictObject({ op: z.literal('peek'), ...who, offset: count, length: count }),
    z.strictObject({ op: z.literal('file_io'), ...who, call: z.enum(['read', 'write', 'lseek']) }),
    z.strictObject({ op: z.literal('mprotect'), ...who, prot: z.enum(['read', 'none', 'write']) }),
    z.strictObject({
      op: z.literal('madvise'),
      ...who,
      offset: count.exactOptional(),
      length: count.exactOptional(),
    }),
    z.strictObject({ op: z.literal('limit_fds'), id: count, proc: count, free: count.exactOptional() }),
    z.strictObject({ op: z.literal('epoll_ctl'), ...who, ctl: z.enum(['add', 'mod', 'del']) }),
    z.strictObject({
      op: z.literal('epoll_wait'),
      id: count,
      proc: count,
      thread: count,
      sleep: z.boolean().exactOptional(),
    }),
  ]);
};

/** A call with plain hex. */
export const CallSchema = callSchema(hex);

/** Does not compile when the schema and the type drift apart. */
export const SCHEMA_IS_THE_CALL: Same<Frozen<z.infer<typeof CallSchema>>, Call> = true;

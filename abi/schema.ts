/**
 * Schemas of what a driver shows, for files that cross a process or machine boundary: observations and snapshots.
 *
 * The types themselves live in `observation.ts` and `snapshot.ts`; the last lines hold both to be the same.
 */
import { z } from 'zod';
import { BR } from './constants.ts';
import { ERRNO } from './errno.ts';
import type { BareReturn, Observation } from './observation.ts';
import { OpLogSchema, OpSchema, U64Schema } from './op.ts';
import type { Snapshot } from './snapshot.ts';

const int = z.int();
const count = z.int().nonnegative();
/** Bytes: an even number of hex digits in lower case. */
export const hex = z.string().regex(/^(?:[0-9a-f]{2})*$/);

/** OK, or an errno by name. */
export const StatusSchema = z.enum(['OK', ...(Object.keys(ERRNO) as (keyof typeof ERRNO)[])]);

const deliveries = ['BR_TRANSACTION', 'BR_TRANSACTION_SEC_CTX', 'BR_REPLY'] as const;
const counts = ['BR_INCREFS', 'BR_ACQUIRE', 'BR_RELEASE', 'BR_DECREFS'] as const;
const deaths = ['BR_DEAD_BINDER', 'BR_CLEAR_DEATH_NOTIFICATION_DONE'] as const;
const neverSeen = ['BR_ACQUIRE_RESULT', 'BR_ATTEMPT_ACQUIRE'] as const;
const bare = Object.keys(BR).filter(
  (name): name is BareReturn => ![...deliveries, ...counts, ...deaths, ...neverSeen].some(other => other === name),
);

/** One return of a read buffer; rows of bytes that a driver delivers have the form `bytes`. */
const returnSchema = <Bytes extends z.ZodType>(bytes: Bytes) =>
  z.discriminatedUnion('br', [
    z.strictObject({
      br: z.enum(deliveries),
      ptr: U64Schema,
      cookie: U64Schema,
      code: count,
      flags: count,
      sender: count.nullable(),
      euid: count,
      dataSize: count,
      offsetsSize: count,
      buffer: int,
      offsetsAt: int,
      data: bytes,
      offsets: z.array(count),
      pieces: z.array(bytes),
    }),
    z.strictObject({ br: z.enum(counts), ptr: U64Schema, cookie: U64Schema }),
    z.strictObject({ br: z.enum(deaths), cookie: U64Schema }),
    z.strictObject({ br: z.enum(bare as [BareReturn, ...BareReturn[]]) }),
    z.strictObject({ br: z.literal('malformed'), bytes: hex }),
  ]);

const IoctlOutputSchema = z.strictObject({
  version: int.exactOptional(),
  ptr: U64Schema.exactOptional(),
  cookie: U64Schema.exactOptional(),
  hasStrong: count.exactOptional(),
  hasWeak: count.exactOptional(),
  handle: count.exactOptional(),
  strong: count.exactOptional(),
  weak: count.exactOptional(),
  syncRecv: count.exactOptional(),
  asyncRecv: count.exactOptional(),
  hasId: z.boolean().exactOptional(),
  command: count.exactOptional(),
  param: int.exactOptional(),
});

/** A finished op, with rows of bytes in the form `bytes`. */
export const doneSchema = <Bytes extends z.ZodType>(bytes: Bytes) =>
  z.strictObject({
    status: StatusSchema,
    wrote: count.exactOptional(),
    read: count.exactOptional(),
    returns: z.array(returnSchema(bytes)).exactOptional(),
    out: IoctlOutputSchema.exactOptional(),
    readable: z.boolean().exactOptional(),
    nice: int.exactOptional(),
    bytes: bytes.nullable().exactOptional(),
    ready: z.array(count).exactOptional(),
  });

/** What one op made visible, with rows of bytes in the form `bytes`: hex, or hex in a shorter spelling. */
export const observationSchema = <Bytes extends z.ZodType>(bytes: Bytes) => {
  const done = doneSchema(bytes);
  return z.strictObject({
    op: count,
    // The usual case first: a branch that does not fit is costly.
    result: z.union([done, z.literal('pending')]),
    completions: z.array(z.strictObject({ op: count, done })),
  });
};

/** What one op made visible. */
export const ObservationSchema = observationSchema(hex);

const WorkSchema = z.discriminatedUnion('work', [
  z.strictObject({ work: z.literal('transaction'), id: count }),
  z.strictObject({ work: z.enum(['complete', 'spam_suspect']) }),
  z.strictObject({ work: z.literal('error'), br: count }),
  z.strictObject({ work: z.literal('node'), id: count }),
  z.strictObject({ work: z.enum(['dead_binder', 'dead_binder_and_clear', 'clear_death']) }),
]);

const who = { proc: count, fd: count };
/** A quantity as a driver shows it: below 0 or beyond 2^53 in one that is wrong, which is a finding like any other. */
const quantity = z.number();

const NodeSchema = z.strictObject({
  id: count,
  ptr: U64Schema,
  cookie: U64Schema,
  hasStrong: z.boolean(),
  hasWeak: z.boolean(),
  localStrong: int,
  localWeak: int,
  internalStrong: int,
  refs: int,
  hasAsync: z.boolean().nullable(),
  asyncTodo: z.array(count),
});

const ProcSchema = z.strictObject({
  ...who,
  device: count,
  arena: count.nullable(),
  freeAsync: quantity,
  threads: z.array(
    z.strictObject({
      thread: count,
      holder: count.optional(),
      looper: count,
      needReturn: z.boolean(),
      stack: z.array(z.strictObject({ id: count, direction: z.enum(['incoming', 'outgoing']) })),
      todo: z.array(WorkSchema),
    }),
  ),
  nodes: z.array(NodeSchema),
  refs: z.array(
    z.strictObject({
      id: count,
      handle: count,
      node: count,
      dead: z.boolean(),
      strong: int,
      weak: int,
      death: z.boolean(),
    }),
  ),
  buffers: z.array(
    z.strictObject({
      id: count,
      offset: quantity,
      dataSize: quantity,
      offsetsSize: quantity,
      extraSize: quantity,
      active: z.boolean(),
      async: z.boolean().nullable(),
      userMayFree: z.boolean().nullable(),
    }),
  ),
  todo: z.array(WorkSchema),
  deliveredDeath: z.boolean(),
  requestedThreads: int,
  startedThreads: int,
  maxThreads: count,
  readyThreads: int,
  pages: z.strictObject({ active: quantity, lru: quantity, free: quantity, highWatermark: quantity }),
});

/** The state of a driver as its debugfs files show it. */
export const SnapshotSchema = z.strictObject({
  procs: z.array(ProcSchema),
  deadNodes: z.array(NodeSchema).nullable(),
  transactions: z
    .array(
      z.strictObject({
        id: count,
        from: z.strictObject({ ...who, thread: count, holder: count.optional() }).nullable(),
        to: z.strictObject({ ...who, thread: count.nullable(), holder: count.optional() }).nullable(),
        code: count,
        flags: count,
        needsReply: z.boolean(),
      }),
    )
    .nullable(),
  census: z
    .strictObject({
      proc: int,
      thread: int,
      node: int,
      ref: int,
      death: int,
      transaction: int,
      transaction_complete: int,
    })
    .nullable(),
});

/** Every schema that is published, by the name of its file in docs/schema/. */
export const PUBLISHED = {
  op: { schema: OpSchema, title: 'One operation of an op log' },
  'op-log': { schema: OpLogSchema, title: 'An op log: one test case, counterexample or trace of operations' },
  observation: { schema: ObservationSchema, title: 'What one operation made visible' },
  snapshot: { schema: SnapshotSchema, title: 'The state of a driver as its debugfs files show it' },
} as const;

/** A type with everything in it readonly. */
export type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;
/** `true` when two types are the same, `never` otherwise. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

/** Does not compile when a schema and its type drift apart. */
export const SCHEMAS_ARE_THE_TYPES: readonly [
  Same<Frozen<z.infer<typeof ObservationSchema>>, Observation>,
  Same<Frozen<z.infer<typeof SnapshotSchema>>, Snapshot>,
] = [true, true];

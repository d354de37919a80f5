/**
 * The schema of a `Journal`, for whoever tells of a driver's history across a process boundary. The type lives in
 * `journal.ts`; the last lines hold both to be the same.
 */
import { z } from 'zod';
import type { Journal } from './journal.ts';
import { type Frozen, type Same } from './schema.ts';

const int = z.int();
const count = int.nonnegative();
const counts = {
  commands: z.record(z.string(), count).describe('how often each command was read, by the names that stats has'),
  returns: z.record(z.string(), count).describe('how often each return was stored'),
};
const native = z.strictObject({ thread: count, holder: count.optional() });

const end = z.strictObject({
  proc: z.union([count, z.literal('none')]).nullable(),
  thread: z.union([native, z.literal('none')]).nullable(),
});

const entry = z.strictObject({
  id: count,
  kind: z.enum(['call', 'async', 'reply']),
  from: end,
  to: end,
  device: count,
  node: count,
  handle: count,
  dataSize: int,
  offsetsSize: int,
  code: int,
  param: int,
  finished: z.boolean(),
});

const listed = z.strictObject({
  proc: count,
  device: count,
  threads: z.array(native),
  nodes: z.array(count),
  refs: z.array(count),
  buffers: z.array(count),
  todo: count,
  deliveredDeath: z.boolean(),
});

/** What a driver's debugfs files tell of its history, beside the state that a snapshot holds. */
export const JournalSchema = z.strictObject({
  total: z.strictObject(counts).describe('of all open files together, those that are gone included'),
  made: z
    .partialRecord(z.enum(['proc', 'thread', 'node', 'ref', 'death', 'transaction', 'transaction_complete']), count)
    .describe('how many objects of each class were ever made; none that is 0'),
  stats: z
    .array(z.strictObject({ ...counts, proc: count, device: count }))
    .describe('of each open file, as stats lists them'),
  state: z.array(listed).describe('the open files that the file state lists'),
  transactions: z.array(listed).describe('the open files that the file transactions lists'),
  processes: z
    .array(z.strictObject({ proc: count, listed: z.array(listed) }))
    .describe('the files of processes that there are, by ascending process'),
  log: z.array(entry).describe('the last 32 calls, oneways and replies, oldest first'),
  failed: z.array(entry).describe('the last 32 of them that failed while being sent, oldest first'),
});

/** Does not compile when the schema and its type drift apart. */
export const JOURNAL_SCHEMA_IS_THE_TYPE: Same<Frozen<z.infer<typeof JournalSchema>>, Journal> = true;

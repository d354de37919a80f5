/** Differences that are taken out of what both sides show before it is compared. */
import { flag, type Flag } from './flag.ts';

/** Every one of them. */
export const COMPARED = [
  flag({
    id: 'noop',
    rows: [1],
    how: 'compared',
    says: 'A read may begin with BR_NOOP or not.',
    relaxes: 'BR_NOOPs are left out on both sides, and read_consumed is counted without them.',
  }),
  flag({
    id: 'placement',
    rows: [20],
    how: 'compared',
    says: 'Where in the mapping a message lies is the business of the driver.',
    relaxes:
      'Addresses are opaque: 8-byte aligned, inside the mapping, and no two messages that are both held overlap.',
  }),
  flag({
    id: 'handle-numbers',
    rows: [18],
    how: 'compared',
    says: 'Which free number a new handle gets is the business of the driver.',
    relaxes:
      'Numbers are opaque: one number as long as a reference is held, no two references with one number, 0 the manager.',
  }),
  flag({
    id: 'descriptor-numbers',
    rows: [26],
    how: 'compared',
    says: 'Received descriptors have whatever numbers are free in the process.',
    relaxes: 'Their numbers are not compared, wherever they arrive.',
  }),
  flag({
    id: 'again',
    rows: [4],
    how: 'compared',
    says: 'A read that ends with EAGAIN may leave anything in read_consumed and the buffer.',
    relaxes: 'Behind EAGAIN neither is looked at; write_consumed is.',
  }),
  flag({
    id: 'argument-errno',
    rows: [8],
    how: 'compared',
    says: 'A bad argument is answered with EFAULT or with EINVAL.',
    relaxes: 'The two are one outcome, for every call.',
  }),
  flag({
    id: 'mmap-errno',
    rows: [23],
    how: 'compared',
    says: 'A mapping that is refused is refused with one errno or another.',
    relaxes: 'Every refusal of an mmap is one outcome.',
  }),
  flag({
    id: 'dead-or-failed',
    rows: [24],
    how: 'compared',
    says: 'A message to an open file that was never mapped finds it dead, or fails.',
    relaxes: 'BR_DEAD_REPLY and BR_FAILED_REPLY are one outcome once that (ALLOC-11) has happened.',
  }),
  flag({
    id: 'spam-report',
    rows: [25],
    how: 'compared',
    says: 'When a flood of oneways is reported differs.',
    relaxes: 'BR_ONEWAY_SPAM_SUSPECT and BR_TRANSACTION_COMPLETE are one outcome.',
  }),
  flag({
    id: 'extended-error',
    rows: [40],
    how: 'compared',
    says: 'What BINDER_GET_EXTENDED_ERROR tells beside the command differs.',
    relaxes: 'Its id and its errno are not compared.',
  }),
  flag({
    id: 'offsets-pointer',
    rows: [27],
    how: 'compared',
    says: 'Where the offsets of a message without objects would be is told in different ways.',
    relaxes: 'The pointer is ignored where offsets_size is 0.',
  }),
  flag({
    id: 'spawn-looper',
    rows: [12],
    how: 'compared',
    says: 'When a driver asks for one thread more differs.',
    relaxes: 'BR_SPAWN_LOOPER is left out on both sides.',
  }),
  flag({
    id: 'empty-message',
    rows: [22],
    how: 'compared',
    says: 'A message of 0 bytes takes 8, or another number.',
    relaxes: 'The space left for oneways is not compared. Empty messages that are held have addresses of their own.',
  }),
  flag({
    id: 'batches',
    rows: [2],
    how: 'compared',
    says: 'A read delivers all returns that there are, up to the first message, reply or death, or fewer, even one.',
    relaxes:
      'What a thread reads is one stream, its order is held: while it delivered fewer returns than there are, the driver is read again. No op has several returns of the queue of a process read while another thread waits there.',
  }),
  flag({
    id: 'pending-frozen',
    rows: [37],
    how: 'compared',
    says: 'A oneway to a frozen process is reported with BR_TRANSACTION_COMPLETE or BR_TRANSACTION_PENDING_FROZEN.',
    relaxes: 'The two are one outcome for a thread that sent such a oneway; it is queued and delivered all the same.',
  }),
  flag({
    id: 'frozen-and-gone',
    rows: [38],
    how: 'compared',
    says: 'A call to a process that is both frozen and gone meets one or the other.',
    relaxes:
      'BR_FROZEN_REPLY and BR_DEAD_REPLY are one outcome once a frozen process was without its life, its descriptor or its mapping.',
  }),
] as const satisfies readonly Flag[];

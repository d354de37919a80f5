/**
 * Work items as returns (S15): which BR_* an item becomes, and what delivering it does.
 *
 * An item is off its list before it is stored: when storing faults it is lost, and what it did stands (READ-40).
 */
import { BR_NAMES, TF_ONE_WAY, type BrName } from '../abi/constants.ts';
import { overlay, filled } from '../abi/hex.ts';
import type { BareReturn, Delivery, Return } from '../abi/observation.ts';
import { changeBuffer } from './buffer.ts';
import { canRead, poke } from './memory.ts';
import { dropNode } from './node.ts';
import { cleanUp, endTransaction } from './reply.ts';
import { deliverFds, le32 } from './fds.ts';
import {
  NO_THREAD,
  fileOf,
  type NodeId,
  type ThreadKey,
  type Transaction,
  type TransactionId,
  type Work,
} from './state.ts';
import { niceOf, procOf, setNice, taskOf } from './task.ts';
import { appended, type Turn } from './turn.ts';
import { store, type Cursor } from './cursor.ts';

/**
 * `more`: the read goes on. `last`: this item ends it. `fault`: it could not be stored. `short`: an earlier lack of
 * descriptors ends it (READ-35).
 */
export type Delivered = 'more' | 'last' | 'fault' | 'short';

const bare = (cursor: Cursor, br: BareReturn): Delivered => (store(cursor, { br }, 0) ? 'more' : 'fault');

export const deliver = (t: Turn, thread: ThreadKey, cursor: Cursor, work: Work): Delivered => {
  switch (work.work) {
    case 'transaction':
      return deliverTransaction(t, thread, cursor, work.id);
    case 'complete':
      t.fire('READ-15');
      // While a call of its own is unanswered, the completion may be that one's.
      if (!waitsForReply(t, thread)) t.fire('READ-33');
      if (t.thread(thread).stack !== 0 && t.thread(thread).needReturn) t.fire('THR-05');
      return bare(cursor, 'BR_TRANSACTION_COMPLETE');
    case 'spam_suspect': {
      t.fire('READ-15', 'ALLOC-43');
      return bare(cursor, t.file(fileOf(thread)).spamDetection ? 'BR_ONEWAY_SPAM_SUSPECT' : 'BR_TRANSACTION_COMPLETE');
    }
    case 'return_error':
    case 'reply_error':
      return deliverError(t, thread, cursor, work.work === 'return_error' ? 'returnError' : 'replyError');
    case 'node':
      return deliverNode(t, cursor, work.id);
    case 'dead_binder':
    case 'dead_binder_and_clear':
    case 'clear_death':
      return deliverDeath(t, thread, cursor, work);
  }
};

const waitsForReply = (t: Turn, thread: ThreadKey): boolean => {
  const { stack } = t.thread(thread);
  return stack !== 0 && t.transaction(stack).from === thread;
};

/** READ-16; READ-42: a slot that could not be read stays full, and the thread can write no more. */
const deliverError = (t: Turn, thread: ThreadKey, cursor: Cursor, slot: 'returnError' | 'replyError'): Delivered => {
  t.fire('READ-16');
  const br = BR_NAMES.get(t.thread(thread)[slot]) as BrName;
  if (!store(cursor, { br: br as BareReturn }, 0)) {
    t.fire('READ-42');
    return 'fault';
  }
  t.changeThread(thread, slot === 'returnError' ? { returnError: 0 } : { replyError: 0 });
  return 'more';
};

/** READ-17 .. READ-20: what the owner must be told, from the counts as they are now. */
const deliverNode = (t: Turn, cursor: Cursor, id: NodeId): Delivered => {
  const node = t.node(id);
  const strong = node.internalStrong > 0 || node.localStrong > 0;
  const weak = strong || node.refs.length > 0 || node.localWeak > 0;
  const { ptr, cookie } = node;
  const tell: Return[] = [];
  t.fire('READ-17', 'READ-18');
  if (weak && !node.hasWeak) tell.push({ br: 'BR_INCREFS', ptr, cookie });
  if (strong && !node.hasStrong) tell.push({ br: 'BR_ACQUIRE', ptr, cookie });
  if (!strong && node.hasStrong) tell.push({ br: 'BR_RELEASE', ptr, cookie });
  if (!weak && node.hasWeak) tell.push({ br: 'BR_DECREFS', ptr, cookie });
  if (tell.length === 0) t.fire('READ-20');
  const newWeak = weak && !node.hasWeak;
  const newStrong = strong && !node.hasStrong;
  if (!weak) {
    t.fire('READ-19');
    dropNode(t, id);
  } else {
    t.changeNode(id, {
      hasWeak: weak,
      hasStrong: strong,
      pendingWeak: newWeak || node.pendingWeak,
      localWeak: node.localWeak + (newWeak ? 1 : 0),
      pendingStrong: newStrong || node.pendingStrong,
      localStrong: node.localStrong + (newStrong ? 1 : 0),
    });
  }
  if (cursor.short && tell[0]?.br !== 'BR_INCREFS') return 'short';
  for (const item of tell) if (!store(cursor, item, 16)) return 'fault';
  if (tell.length > 0) cursor.short = false;
  return 'more';
};

/** READ-22, READ-23 */
const deliverDeath = (
  t: Turn,
  thread: ThreadKey,
  cursor: Cursor,
  work: Work & { readonly work: 'dead_binder' | 'dead_binder_and_clear' | 'clear_death' },
): Delivered => {
  if (work.work === 'clear_death') {
    t.fire('READ-23');
    return store(cursor, { br: 'BR_CLEAR_DEATH_NOTIFICATION_DONE', cookie: work.cookie }, 8) ? 'more' : 'fault';
  }
  t.fire('READ-22', 'DEATH-05');
  const file = t.file(fileOf(thread));
  t.changeFile(file.key, { delivered: appended(file.delivered, work) });
  if (work.ref !== 0) {
    const { death } = t.ref(work.ref);
    if (death !== null) t.changeRef(work.ref, { death: { cookie: death.cookie, at: 'delivered' } });
  }
  return store(cursor, { br: 'BR_DEAD_BINDER', cookie: work.cookie }, 8) ? 'last' : 'fault';
};

/** READ-24 .. READ-30, DLV-01 .. DLV-07: a call or a reply with its memory. */
const deliverTransaction = (t: Turn, thread: ThreadKey, cursor: Cursor, id: TransactionId): Delivered => {
  const transaction = t.transaction(id);
  if (!transaction.reply) adoptNice(t, thread, transaction);
  const fds = deliverFds(t, thread, id);
  if (fds === 'refused') {
    if (!transaction.reply) {
      cursor.short = true;
      return 'more';
    }
    return store(cursor, { br: 'BR_FAILED_REPLY' }, 0) ? 'last' : 'fault';
  }
  const delivery = describe(t, t.transaction(id), fds);
  if (!store(cursor, delivery, 64)) {
    t.fire('READ-41', 'REL-17');
    cleanUp(t, id, 'BR_FAILED_REPLY');
    return 'fault';
  }
  const file = t.file(fileOf(thread));
  if (procOf(t, thread) !== file.proc) t.fire('PROC-27');
  t.delivered = appended(t.delivered, { origin: transaction.origin, proc: file.proc, fd: file.fd, delivery });
  t.fire('READ-30', 'DLV-05', 'ALLOC-44');
  if (cursor.returns.some(({ br }) => br === 'BR_TRANSACTION_COMPLETE')) {
    t.fire(transaction.reply ? 'READ-32' : 'READ-34');
  }
  changeBuffer(t, file.key, transaction.buffer, { userMayFree: true });
  if (!transaction.reply && (transaction.flags & TF_ONE_WAY) === 0) {
    t.changeTransaction(id, { toParent: t.thread(thread).stack, toThread: thread });
    t.changeThread(thread, { stack: id });
  } else {
    endTransaction(t, id);
  }
  return 'last';
};

const describe = (t: Turn, transaction: Transaction, fds: readonly number[]): Delivery => {
  const buffer = t.file(transaction.to).arena.regions.find(region => region.offset === transaction.buffer)?.buffer;
  if (buffer === undefined || buffer === null) throw new Error('the model is wrong: a message without a buffer');
  const node = transaction.reply ? undefined : t.node(transaction.targetNode);
  t.fire(transaction.reply ? 'READ-26' : 'READ-24', transaction.reply ? 'DLV-02' : 'DLV-01', 'READ-27');
  t.fire('READ-28', 'READ-29', 'ALLOC-26');
  t.fire('DLV-03', 'UAPI-04');
  if (transaction.needsReply && transaction.from === NO_THREAD) t.fire('READ-36');
  const { payload } = transaction;
  let { data, pieces } = payload;
  payload.fixups.forEach((fixup, index) => {
    const number = le32(fds[index] as number);
    if ('data' in fixup.at) {
      data = overlay(data, fixup.at.data, number + filled(0, 4));
      poke(t, transaction.to, transaction.buffer + fixup.at.data, number + filled(0, 4));
    } else {
      const { piece, byte, address } = fixup.at;
      poke(t, transaction.to, address, number);
      pieces = pieces.map((bytes, at) => (at === piece ? overlay(bytes, byte, number) : bytes));
    }
  });
  const { arena } = t.file(transaction.to);
  const offsetsAt = transaction.buffer + ((buffer.dataSize + 7) & ~7);
  const dataSeen = canRead(arena, transaction.buffer, buffer.dataSize);
  const offsetsSeen = canRead(arena, offsetsAt, buffer.offsetsSize);
  return {
    br: transaction.reply ? 'BR_REPLY' : 'BR_TRANSACTION',
    ptr: node?.ptr ?? 0,
    cookie: node?.cookie ?? 0,
    code: transaction.code,
    flags: transaction.flags,
    sender: isKnown(t, transaction) ? transaction.sender : null,
    euid: transaction.euid,
    dataSize: buffer.dataSize,
    offsetsSize: buffer.offsetsSize,
    buffer: transaction.buffer,
    offsetsAt,
    data: dataSeen ? data : '',
    offsets: offsetsSeen ? payload.offsets : [],
    pieces: dataSeen && offsetsSeen ? pieces : [],
  };
};

/** The sender waits for the answer, and its pid, which is that of the opener, still is somebody's (TXN-46). */
const isKnown = (t: Turn, { from, sender }: Transaction): boolean => from !== NO_THREAD && taskOf(t, sender).alive;

/** DLV-07, READ-38: the reader takes over the urgency of the call. */
const adoptNice = (t: Turn, thread: ThreadKey, transaction: Transaction): void => {
  t.fire('DLV-07', 'READ-38');
  const saved = niceOf(t, thread);
  const { minPriority } = t.node(transaction.targetNode);
  t.changeTransaction(transaction.id, { savedNice: saved });
  const oneway = (transaction.flags & TF_ONE_WAY) !== 0;
  if (!oneway && transaction.nice < minPriority) setNice(t, thread, transaction.nice);
  else if ((!oneway || saved > minPriority) && minPriority <= 19) setNice(t, thread, minPriority);
};

/**
 * BC_REPLY, and the ways in which a call ends without one.
 *
 * A reply that has passed the stack checks ends the call whatever happens next (TXN-38): the replier sees
 * BR_TRANSACTION_COMPLETE, the caller the reply or the error.
 */
import { BR, TF_ACCEPT_FDS } from '../abi/constants.ts';
import type { Command } from '../abi/call.ts';
import { noteFailure, noteReceiver } from './journal/note.ts';
import { copyTo } from './copy.ts';
import { dead, paramOf, type Failure } from './failure.ts';
import { begin, failCall } from './transaction.ts';
import { NO_FILE, NO_THREAD, fileOf, type Id, type ThreadKey, type Transaction, type TransactionId } from './state.ts';
import { setNice } from './task.ts';
import { without, type Turn } from './turn.ts';
import { queueForThread, wake } from './work.ts';
import { bufferAt, changeBuffer } from './buffer.ts';

export type ReplyCommand = Command & { readonly bc: 'BC_REPLY' };

/** BC_REPLY and BC_REPLY_SG. */
export const reply = (t: Turn, thread: ThreadKey, command: ReplyCommand): void => {
  const id = begin(t, thread, 'reply', command.message);
  const { stack } = t.thread(thread);
  if (stack === 0) {
    t.fire('TXN-34');
    failCall(t, thread, id, { code: 'BR_FAILED_REPLY', errno: 'EPROTO' });
    return;
  }
  const answered = t.transaction(stack);
  if (answered.toThread !== thread) {
    t.fire('TXN-35');
    failCall(t, thread, id, { code: 'BR_FAILED_REPLY', errno: 'EPROTO' });
    return;
  }
  t.changeThread(thread, { stack: answered.toParent });
  t.fire('DLV-08', 'READ-39');
  setNice(t, thread, answered.savedNice);
  const failure = answer(t, thread, command, id, answered);
  if (failure === null) return;
  t.fire('TXN-38');
  noteFailure(t, BR[failure.code], paramOf(failure));
  noteError(t, answered.from, id, failure);
  t.changeThread(thread, { returnError: BR.BR_TRANSACTION_COMPLETE });
  queueForThread(t, thread, { work: 'return_error' });
  failReply(t, answered.id, failure.code);
};

/** TXN-36, TXN-37: to the exact thread that called. */
const answer = (t: Turn, thread: ThreadKey, command: ReplyCommand, id: Id, answered: Transaction): Failure | null => {
  const caller = answered.from;
  if (caller === NO_THREAD) {
    t.fire('TXN-40');
    return dead('OK');
  }
  t.fire('TXN-36', 'TXN-43');
  noteReceiver(t, fileOf(caller), caller);
  if (t.file(fileOf(caller)).frozen) t.fire('TXN-33');
  const copied = copyTo(t, {
    thread,
    id,
    command,
    target: null,
    to: fileOf(caller),
    toThread: caller,
    takesFds: (answered.flags & TF_ACCEPT_FDS) !== 0,
  });
  if (!copied.copied) return copied.failure;
  t.fire('TXN-37');
  queueForThread(t, thread, { work: 'complete' });
  popFrom(t, caller, answered.id);
  queueForThread(t, caller, { work: 'transaction', id });
  const { key, outstanding } = t.file(fileOf(caller));
  t.changeFile(key, { outstanding: outstanding + 1 });
  wake(t, caller);
  endTransaction(t, answered.id);
  return null;
};

/** IOC-07: the caller learns why, unless an earlier failure is still unread. */
const noteError = (t: Turn, caller: ThreadKey, id: Id, failure: Failure): void => {
  if (caller === NO_THREAD || t.thread(caller).error.command !== BR.BR_OK) return;
  t.changeThread(caller, {
    error: { id, command: BR[failure.code], param: paramOf(failure) },
  });
};

/** The call leaves the stack of the thread that made it. */
const popFrom = (t: Turn, caller: ThreadKey, id: TransactionId): void => {
  t.changeThread(caller, { stack: t.transaction(id).fromParent });
  t.changeTransaction(id, { from: NO_THREAD });
};

/** The record ends; its buffer, if it still has one, is on its own (binder_free_transaction). */
export const endTransaction = (t: Turn, id: TransactionId): void => {
  const { to, buffer } = t.transaction(id);
  if (to !== NO_FILE) {
    const file = t.fileIfAny(to);
    if (file !== undefined) t.changeFile(to, { outstanding: file.outstanding - 1 });
    if (file !== undefined && buffer >= 0 && bufferAt(t, to, buffer) !== undefined) {
      changeBuffer(t, to, buffer, { transaction: 0 });
    }
  }
  t.transactions = without(t.transactions, other => other.id === id);
};

/**
 * TXN-41, TXN-44, TXN-45: a call ends with an error code. A sender that is gone passes it up to whoever called it
 * (THR-43); a thread whose last such error is unread loses this one (THR-50).
 */
export const failReply = (t: Turn, id: TransactionId, code: Failure['code']): void => {
  const { from, fromParent } = t.transaction(id);
  if (from === NO_THREAD) {
    endTransaction(t, id);
    if (fromParent !== 0) {
      t.fire('THR-43', 'TXN-41');
      failReply(t, fromParent, code);
    }
    return;
  }
  t.fire('TXN-44');
  t.beside?.(t, fileOf(from), from);
  popFrom(t, from, id);
  if (t.thread(from).replyError === 0) {
    t.changeThread(from, { replyError: BR[code] });
    queueForThread(t, from, { work: 'reply_error' });
    wake(t, from);
  } else {
    t.fire('THR-50');
  }
  endTransaction(t, id);
};

/** An undelivered message whose receiver is gone (binder_cleanup_transaction). */
export const cleanUp = (t: Turn, id: TransactionId, code: Failure['code']): void => {
  const { targetNode, flags } = t.transaction(id);
  if (targetNode !== 0 && (flags & 1) === 0) {
    t.fire('TXN-45');
    failReply(t, id, code);
  } else {
    endTransaction(t, id);
  }
};

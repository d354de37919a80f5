/**
 * BC_TRANSACTION: a call or a oneway from a thread to a node.
 *
 * Target, thread, buffer, copy, dispatch: TXN-03 is the order in which a call is refused. A refused call leaves its
 * code in the sender's return_error slot (TXN-02), which also stops the parsing of its write buffer (WR-04).
 */
import { BR, TF_ONE_WAY } from '../abi/constants.ts';
import type { Command, Message } from '../abi/call.ts';
import { bufferAt } from './buffer.ts';
import { copyTo } from './copy.ts';
import { dispatch } from './dispatch.ts';
import { paramOf, type Failure } from './failure.ts';
import { noteFailure, noteNode, noteReceiver, noteSent } from './journal/note.ts';
import { pin, settle, unpinStrong } from './node.ts';
import { undo } from './release.ts';
import { NO_THREAD, OPENER, fileOf, holderOf, type Buffer, type Id, type Node, type ThreadKey } from './state.ts';
import { busy, findTarget, nestedThread } from './target.ts';
import { isInherited } from './task.ts';
import { without, type Turn } from './turn.ts';
import { queueDeferred, queueForThread } from './work.ts';

export type CallCommand = Command & { readonly bc: 'BC_TRANSACTION' };

/** TXN-01: every attempt takes an id and resets the thread's extended error. */
export const begin = (t: Turn, thread: ThreadKey, kind: 'call' | 'async' | 'reply', message: Message): Id => {
  const id = t.takeId();
  noteSent(t, thread, id, kind, message);
  t.fire('TXN-01', 'IOC-07');
  t.changeThread(thread, { error: { id, command: BR.BR_OK, param: 0 } });
  return id;
};

/** TXN-02: the sender reads the code, and its extended error says why. */
export const failCall = (t: Turn, thread: ThreadKey, id: Id, failure: Failure): void => {
  t.fire('TXN-02', 'TXN-03', 'WR-12');
  noteFailure(t, BR[failure.code], paramOf(failure));
  t.changeThread(thread, {
    error: { id, command: BR[failure.code], param: paramOf(failure) },
    returnError: BR[failure.code],
  });
  queueForThread(t, thread, { work: 'return_error' });
};

/** BC_TRANSACTION and BC_TRANSACTION_SG (binder_transaction). */
export const call = (t: Turn, thread: ThreadKey, command: CallCommand): void => {
  const oneway = (command.flags & TF_ONE_WAY) !== 0;
  const id = begin(t, thread, oneway ? 'async' : 'call', command.message);
  const failure = attempt(t, thread, command, id);
  if (failure !== null) failCall(t, thread, id, failure);
};

const attempt = (t: Turn, thread: ThreadKey, command: CallCommand, id: Id): Failure | null => {
  const oneway = (command.flags & TF_ONE_WAY) !== 0;
  const target = findTarget(t, fileOf(thread), command.target);
  if ('code' in target) return target;
  noteNode(t, target.id);
  const refusal = oneway ? null : busy(t, thread);
  if (refusal !== null) return refusal;
  if (oneway) t.fire('TXN-12');
  if (t.file(target.owner).proc === t.file(fileOf(thread)).proc) t.fire('TXN-14');
  if (t.file(fileOf(thread)).frozen) t.fire('FRZ-10');
  if (holderOf(thread) !== OPENER) t.fire('TXN-46');
  if (isInherited(t, thread)) t.fire('PROC-26');
  pin(t, target.id, true);
  const toThread = oneway ? NO_THREAD : nestedThread(t, thread, target.owner);
  noteReceiver(t, target.owner, toThread);
  const copied = copyTo(t, { thread, id, command, target, to: target.owner, toThread, takesFds: target.acceptFds });
  if (copied.copied) return send(t, thread, id, target, oneway, toThread, copied.spam);
  if (copied.pinned) unpinStrong(t, target.id);
  settle(t, target.id);
  return copied.failure;
};

/** TXN-25, TXN-26: the sender's completion, then the target. */
const send = (
  t: Turn,
  thread: ThreadKey,
  id: Id,
  target: Node,
  oneway: boolean,
  toThread: ThreadKey,
  spam: boolean,
): Failure | null => {
  const work = { work: spam ? 'spam_suspect' : 'complete' } as const;
  if (oneway) {
    t.fire('TXN-26');
    queueForThread(t, thread, work);
  } else {
    t.fire('TXN-25');
    queueDeferred(t, thread, work);
    t.changeTransaction(id, { needsReply: true, fromParent: t.thread(thread).stack });
    t.changeThread(thread, { stack: id });
  }
  const refused = dispatch(t, id, target.id, toThread);
  settle(t, target.id);
  if (refused === null) return null;
  withdraw(t, thread, id, oneway);
  return refused;
};

/** TXN-29, TXN-30: the message was made but not taken: its completion and its record go, its objects are undone. */
const withdraw = (t: Turn, thread: ThreadKey, id: Id, oneway: boolean): void => {
  const sent = t.transaction(id);
  if (!oneway) t.changeThread(thread, { stack: sent.fromParent });
  t.changeThread(thread, { todo: t.thread(thread).todo.slice(0, -1) });
  undo(t, sent.to, sent.buffer, (bufferAt(t, sent.to, sent.buffer) as Buffer).held, thread);
  t.transactions = without(t.transactions, other => other.id === id);
};

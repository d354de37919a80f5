/**
 * Where a message goes once it is made (binder_proc_transaction): the thread that was meant, the most recent idle
 * reader, the file's todo, or, for a oneway whose node is busy, the node's own queue.
 */
import { TF_ONE_WAY, TF_UPDATE_TXN } from '../abi/constants.ts';
import { giveBack, bufferAt, changeBuffer } from './buffer.ts';
import { dropContents } from './release.ts';
import { NO_THREAD, type Buffer, type Id, type NodeId, type ThreadKey, type Transaction } from './state.ts';
import { appended, without, type Turn } from './turn.ts';
import type { Failure } from './failure.ts';
import { queueForFile, queueForThread, selectThread, wake, wakeFor } from './work.ts';

/** Answers why the target did not take it, or `null`. */
export const dispatch = (t: Turn, id: Id, nodeId: NodeId, toThread: ThreadKey): Failure | null => {
  const transaction = t.transaction(id);
  const oneway = (transaction.flags & TF_ONE_WAY) !== 0;
  const file = t.file(transaction.to);
  if (file.frozen) {
    if (oneway) {
      t.fire('TXN-31', 'FRZ-09');
      t.changeFile(file.key, { asyncRecv: true });
    } else {
      t.fire('TXN-30', 'FRZ-08');
      t.changeFile(file.key, { syncRecv: true });
      return { code: 'BR_FROZEN_REPLY', errno: 'OK' };
    }
  }
  if (oneway) dispatchOneway(t, id, nodeId);
  else dispatchCall(t, id, toThread);
  t.fire('FRZ-05');
  t.changeFile(file.key, { outstanding: t.file(file.key).outstanding + 1 });
  return null;
};

/** THR-28, TXN-27 */
const dispatchCall = (t: Turn, id: Id, meant: ThreadKey): void => {
  const { to } = t.transaction(id);
  const thread = meant === NO_THREAD ? selectThread(t, to) : meant;
  t.fire('THR-28', 'TXN-27');
  if (thread === NO_THREAD) {
    queueForFile(t, to, { work: 'transaction', id });
    wakeFor(t, to, NO_THREAD);
    return;
  }
  queueForThread(t, thread, { work: 'transaction', id });
  wake(t, thread);
};

/** TXN-28: one oneway of a node is in flight; the others wait on the node and wake nobody. */
const dispatchOneway = (t: Turn, id: Id, nodeId: NodeId): void => {
  const node = t.node(nodeId);
  t.fire('TXN-28');
  if (!node.hasAsync) {
    t.fire('NODE-16');
    t.changeNode(nodeId, { hasAsync: true });
    dispatchCall(t, id, NO_THREAD);
    return;
  }
  const { flags, to } = t.transaction(id);
  if ((flags & TF_UPDATE_TXN) !== 0 && t.file(to).frozen) supersede(t, id, nodeId);
  t.changeNode(nodeId, { asyncTodo: appended(t.node(nodeId).asyncTodo, id) });
};

/** TXN-32, FRZ-11, REL-15: the oldest waiting oneway that this one replaces goes, with its buffer. */
const supersede = (t: Turn, id: Id, nodeId: NodeId): void => {
  const next = t.transaction(id);
  const senderOf = (message: Transaction): number => (bufferAt(t, message.to, message.buffer) as Buffer).sender;
  t.fire('TXN-32', 'FRZ-11');
  const outdated = t.node(nodeId).asyncTodo.find(other => {
    const old = t.transaction(other);
    return old.code === next.code && old.flags === next.flags && senderOf(old) === senderOf(next);
  });
  if (outdated === undefined) return;
  t.fire('REL-15');
  const { to, buffer } = t.transaction(outdated);
  t.changeNode(nodeId, { asyncTodo: t.node(nodeId).asyncTodo.filter(other => other !== outdated) });
  t.transactions = without(t.transactions, other => other.id === outdated);
  t.changeFile(to, { outstanding: t.file(to).outstanding - 1 });
  changeBuffer(t, to, buffer, { transaction: 0 });
  dropContents(t, to, bufferAt(t, to, buffer) as Buffer, NO_THREAD, true);
  giveBack(t, to, buffer);
};

/** BC_TRANSACTION and BC_REPLY: target, buffer, objects, queue; and who hears of a failure (section 4 of the rules). */
import { BR, TF_CLEAR_BUF, TF_ONE_WAY } from '../abi/constants.ts';
import { regionSize, wideRegionSize } from './arena.ts';
import { align8, offsetsStart } from './buffer.ts';
import { copyIn } from './copy.ts';
import type { Core } from './core.ts';
import { discardBuffer, dispatch } from './dispatch.ts';
import { logSend } from './log-send.ts';
import { readNumber } from './memory.ts';
import { decrementStrong, incrementStrong, putNode, type Node } from './node.ts';
import { copyData } from './object.ts';
import type { Process } from './process.ts';
import { getRef } from './ref.ts';
import { EFAULT, EINVAL, EPROTO, ESRCH } from './result.ts';
import type { Sending } from './sending.ts';
import { setNice, type Task } from './task.ts';
import type { Thread } from './thread.ts';
import { dropFixups, freeTransaction, popTransaction, sendFailedReply, type Transaction } from './transaction.ts';
import { enqueueOwn, wakeThread } from './wake.ts';
import { unqueue, WORK_COMPLETE, WORK_SPAM_SUSPECT, WORK_TRANSACTION, type Work } from './work.ts';

const { BR_OK, BR_FAILED_REPLY, BR_DEAD_REPLY, BR_TRANSACTION_COMPLETE } = BR;

/** Parts below this are added up as 32-bit integers. */
const NARROW = 0x4000_0000;

/** Performs the command whose structure lies at `place` of the task's memory; `sg`: with a word for extra buffers. */
export const send = (
  core: Core,
  sending: Sending,
  task: Task,
  thread: Thread,
  place: number,
  reply: boolean,
  sg: boolean,
): void => {
  sending.begin(++core.counter);
  thread.setError(sending.id, BR_OK, 0);
  const routed = reply ? routeReply(sending, task, thread) : routeCall(sending, task, thread, place);
  const { targetProcess, targetNode } = sending;
  if (routed && targetProcess !== null) {
    if (build(core, sending, task, thread, targetProcess, place, sg)) {
      logSend(core, sending, task, thread, place, reply, 0, 0);
      return;
    }
  } else if (targetNode !== null) {
    decrementStrong(core, targetNode, false);
    putNode(core, targetNode);
  }
  core.failedLog.copy(core.log, logSend(core, sending, task, thread, place, reply, sending.word, sending.param));
  fail(core, sending, thread);
};

/** TXN-34 to TXN-36, TXN-40, TXN-42: the call on top of the stack is over, whatever becomes of the reply. */
const routeReply = (sending: Sending, task: Task, thread: Thread): boolean => {
  const call = thread.stack;
  if (call === null || call.toThread !== thread) return sending.refuse(BR_FAILED_REPLY, EPROTO);
  thread.stack = call.toParent;
  setNice(task, call.savedNice);
  const caller = call.from;
  if (caller !== null && caller.stack !== call) return sending.refuse(BR_FAILED_REPLY, EPROTO);
  sending.answers = call;
  if (caller === null) return sending.refuse(BR_DEAD_REPLY, 0);
  sending.targetThread = caller;
  sending.targetProcess = caller.process;
  return true;
};

/** TXN-04 to TXN-12: the node, its owner, and the thread of it that must get a nested call. */
const routeCall = (sending: Sending, task: Task, thread: Thread, place: number): boolean => {
  const { view } = task.memory;
  const { process } = thread;
  const handle = view.getUint32(place, true);
  let node: Node | null;
  if (handle === 0) {
    node = process.context.manager;
  } else {
    const ref = getRef(process, handle, true);
    if (ref === null) return sending.refuse(BR_FAILED_REPLY, EINVAL);
    node = ref.node;
  }
  if (node === null || node.process === null) return sending.refuse(BR_DEAD_REPLY, EINVAL);
  const target = node.process;
  incrementStrong(node, false, null);
  node.temporary++;
  sending.targetNode = node;
  if (handle === 0 && target.group.pid === process.group.pid) return sending.refuse(BR_FAILED_REPLY, EINVAL);
  sending.nodeId = node.id;
  if (target === process) return sending.refuse(BR_FAILED_REPLY, EINVAL);
  if ((view.getUint32(place + 20, true) & TF_ONE_WAY) === 0) {
    const { head } = thread.todo;
    if (head !== null && head.kind === WORK_TRANSACTION) return sending.refuse(BR_FAILED_REPLY, EPROTO);
    const top = thread.stack;
    if (top !== null && top.toThread !== thread) return sending.refuse(BR_FAILED_REPLY, EPROTO);
    sending.targetThread = callerIn(target, top);
  }
  sending.targetProcess = target;
  return true;
};

/** The thread of a process that waits for this chain of calls (TXN-11). */
const callerIn = (process: Process, top: Transaction | null): Thread | null => {
  for (let transaction = top; transaction !== null; transaction = transaction.fromParent) {
    const { from } = transaction;
    if (from !== null && from.process === process) return from;
  }
  return null;
};

/** Makes the record and the buffer, fills the buffer, queues. `false`: everything is undone, `sending` says why. */
const build = (
  core: Core,
  sending: Sending,
  task: Task,
  thread: Thread,
  target: Process,
  place: number,
  sg: boolean,
): boolean => {
  const { view } = task.memory;
  const { targetNode, answers } = sending;
  const flags = view.getUint32(place + 20, true);
  const oneway = answers === null && (flags & TF_ONE_WAY) !== 0;
  const transaction = core.makeTransaction(sending.id);
  const complete = core.makeCompletion();
  transaction.from = answers === null && !oneway ? thread : null;
  transaction.toProcess = target;
  transaction.toThread = sending.targetThread;
  transaction.code = view.getUint32(place + 16, true);
  transaction.flags = flags;
  transaction.nice = task.nice;
  transaction.euid = thread.process.group.euid;

  const buffer = allocate(sending, task, target, place, sg, oneway);
  if (buffer === null) {
    if (targetNode !== null) decrementStrong(core, targetNode, false);
  } else {
    buffer.id = sending.id;
    buffer.transaction = transaction;
    buffer.targetNode = targetNode;
    buffer.clearOnFree = (flags & TF_CLEAR_BUF) !== 0;
    transaction.buffer = buffer;
    complete.kind = buffer.spamSuspect ? WORK_SPAM_SUSPECT : WORK_COMPLETE;
    if (
      copyOffsets(core, sending, task, target, place, sg, transaction) &&
      copyData(core, sending, task, thread, target, transaction, buffer) &&
      queue(core, sending, thread, target, transaction, complete)
    ) {
      if (targetNode !== null) putNode(core, targetNode);
      return true;
    }
    dropFixups(transaction);
    discardBuffer(core, target, buffer, sending.slot);
  }
  if (targetNode !== null) putNode(core, targetNode);
  core.forgetCompletion(complete);
  core.forgetTransaction(transaction);
  return false;
};

/** The buffer in the target's arena (TXN-16, ALLOC-15, ALLOC-46). */
const allocate = (
  sending: Sending,
  task: Task,
  target: Process,
  place: number,
  sg: boolean,
  oneway: boolean,
): ReturnType<Process['arena']['allocate']> => {
  const { view } = task.memory;
  // Nobody here can give a security context, as with AppArmor alone (TXN-16).
  if (sending.targetNode?.wantsContext === true) {
    sending.refuse(BR_FAILED_REPLY, EINVAL);
    return null;
  }
  const data = readNumber(view, place + 32);
  const offsets = readNumber(view, place + 40);
  const extra = sg ? readNumber(view, place + 64) : 0;
  const size =
    data < NARROW && offsets < NARROW && extra < NARROW
      ? regionSize(data, offsets, extra)
      : wideRegionSize(
          view.getBigUint64(place + 32, true),
          view.getBigUint64(place + 40, true),
          sg ? view.getBigUint64(place + 64, true) : 0n,
        );
  const buffer = target.arena.allocate(size, data, offsets, extra, oneway, task.group.pid);
  if (buffer === null) {
    const { refusal } = target.arena;
    sending.refuse(refusal === ESRCH ? BR_DEAD_REPLY : BR_FAILED_REPLY, refusal);
  }
  return buffer;
};

/** The offsets array, before its size is looked at; then the sizes (TXN-18 to TXN-20). */
const copyOffsets = (
  core: Core,
  sending: Sending,
  task: Task,
  target: Process,
  place: number,
  sg: boolean,
  transaction: Transaction,
): boolean => {
  const { memory } = task;
  const { buffer } = transaction;
  if (buffer === null) return false;
  sending.dataAddress = readNumber(memory.view, place + 48);
  sending.dataSize = buffer.dataSize;
  const { offsetsSize, extraSize } = buffer;
  const start = offsetsStart(buffer);
  if (offsetsSize > 0) {
    const address = readNumber(memory.view, place + 56);
    if (!copyIn(core, memory, address, target, start, offsetsSize)) return sending.refuse(BR_FAILED_REPLY, EFAULT);
    if (offsetsSize % 8 !== 0) return sending.refuse(BR_FAILED_REPLY, EINVAL);
  }
  if (sg && extraSize % 8 !== 0) return sending.refuse(BR_FAILED_REPLY, EINVAL);
  sending.pieceNext = start + align8(offsetsSize);
  sending.pieceEnd = sending.pieceNext + extraSize;
  return true;
};

/** TXN-25, TXN-26, TXN-37: the sender's completion first, then the message to its receiver. */
const queue = (
  core: Core,
  sending: Sending,
  thread: Thread,
  target: Process,
  transaction: Transaction,
  complete: Work,
): boolean => {
  const { answers, targetThread, targetNode } = sending;
  if (answers !== null && targetThread !== null) {
    enqueueOwn(core, thread, complete);
    popTransaction(targetThread, answers);
    targetThread.enqueue(transaction.work);
    target.outstanding++;
    wakeThread(core, targetThread);
    freeTransaction(core, answers);
    return true;
  }
  if (targetNode === null) return false;
  if (transaction.oneway) {
    enqueueOwn(core, thread, complete);
    dispatch(core, transaction, targetNode, target, null);
    return true;
  }
  thread.todo.push(complete);
  transaction.needsReply = true;
  transaction.fromParent = thread.stack;
  thread.stack = transaction;
  const refusal = dispatch(core, transaction, targetNode, target, targetThread);
  if (refusal === 0) return true;
  popTransaction(thread, transaction);
  unqueue(complete);
  return sending.refuse(refusal, 0);
};

/** TXN-02, TXN-38: a failed call is told to its sender, a failed reply to the caller. */
const fail = (core: Core, sending: Sending, thread: Thread): void => {
  const { answers, id, word, param } = sending;
  if (answers === null) {
    thread.setError(id, word, param);
    thread.returnError.word = word;
    enqueueOwn(core, thread, thread.returnError);
    return;
  }
  const caller = answers.from;
  if (caller !== null && caller.errorCommand === BR_OK) caller.setError(id, word, param);
  thread.returnError.word = BR_TRANSACTION_COMPLETE;
  enqueueOwn(core, thread, thread.returnError);
  sendFailedReply(core, answers, word);
};

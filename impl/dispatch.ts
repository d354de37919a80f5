/** Where a call or oneway goes once it is built (TXN-25 to TXN-32). */
import { BR, TF_ONE_WAY, TF_UPDATE_TXN } from '../abi/constants.ts';
import type { Buffer } from './buffer.ts';
import type { Core } from './core.ts';
import { releaseObjects } from './free-buffer.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';
import { dropFixups, type Transaction } from './transaction.ts';
import { selectThread, wakeThread, wakeWatching } from './wake.ts';
import { unqueue, type Work } from './work.ts';

/** Queues a message to a process, or to the thread of it that must get it; answers 0, or the word of the refusal. */
export const dispatch = (
  core: Core,
  transaction: Transaction,
  node: Node,
  process: Process,
  thread: Thread | null,
): number => {
  const { oneway } = transaction;
  if (process.frozen) {
    if (!oneway) {
      process.syncReceived = true;
      return BR.BR_FROZEN_REPLY;
    }
    process.asyncReceived = true;
  }
  if (oneway && node.hasAsync) {
    const outdated = process.frozen ? takeOutdated(node, transaction) : null;
    node.asyncTodo.push(transaction.work);
    process.outstanding++;
    if (outdated !== null) supersede(core, process, outdated);
    return 0;
  }
  if (oneway) node.hasAsync = true;
  const receiver = thread ?? selectThread(process);
  process.outstanding++;
  if (receiver === null) {
    process.todo.push(transaction.work);
    wakeWatching(core, process);
  } else {
    receiver.enqueue(transaction.work);
    wakeThread(core, receiver);
  }
  return 0;
};

/** The oldest waiting oneway that the new one replaces, taken out of the queue (TXN-32). */
const takeOutdated = (node: Node, fresh: Transaction): Transaction | null => {
  const both = TF_ONE_WAY | TF_UPDATE_TXN;
  if ((fresh.flags & both) !== both) return null;
  for (let work: Work | null = node.asyncTodo.head; work !== null; work = work.next) {
    const old = work.transaction;
    if (old === null || old.flags !== fresh.flags || old.code !== fresh.code) continue;
    if (old.buffer?.pid !== fresh.buffer?.pid) continue;
    unqueue(work);
    return old;
  }
  return null;
};

const supersede = (core: Core, process: Process, outdated: Transaction): void => {
  const { buffer } = outdated;
  process.outstanding--;
  dropFixups(outdated);
  if (buffer !== null) discardBuffer(core, process, buffer, buffer.offsetsSize >> 3);
  core.forgetTransaction(outdated);
};

/** Gives back a buffer that was never delivered, with the objects of its first slots (REL-14, REL-15). */
export const discardBuffer = (core: Core, process: Process, buffer: Buffer, slots: number): void => {
  buffer.transaction = null;
  releaseObjects(core, process, null, buffer, slots, false);
  process.arena.release(buffer);
};

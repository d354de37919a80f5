/** A message reaches its reader (DLV-01 to DLV-08, READ-24 to READ-30). */
import { BR } from '../abi/constants.ts';
import { offsetsStart, type Buffer } from './buffer.ts';
import type { Core } from './core.ts';
import { installFiles } from './descriptor.ts';
import { freeBuffer } from './free-buffer.ts';
import { writeNumber } from './memory.ts';
import type { Node } from './node.ts';
import { countReturn, putWord } from './put.ts';
import { EFAULT, OK } from './result.ts';
import { setNice, type Task } from './task.ts';
import type { Thread } from './thread.ts';
import { cleanupTransaction, freeTransaction, type Transaction } from './transaction.ts';

/** What one item did to the read; an errno is negative. */
export const MORE = 0;
/** The read is over (READ-13). */
export const ENDS = 1;
/** A call vanished because its reader ran out of descriptors; the read goes on (READ-35). */
export const DROPPED = 2;

/** Bytes of a message's return, word included. */
const LENGTH = 4 + 64;

/** Delivers a call, oneway or reply at the cursor. */
export const deliver = (core: Core, task: Task, thread: Thread, transaction: Transaction): number => {
  const { memory } = task;
  const { buffer, fixups, oneway } = transaction;
  if (buffer === null) return MORE;
  const node = buffer.targetNode;
  if (node !== null) inheritNice(task, transaction, node);
  if (fixups !== null && installFiles(task, thread.process, transaction, fixups) !== OK) {
    return dropUnreceived(core, task, thread, transaction, buffer);
  }
  const at = memory.locate(thread.readStart + thread.cursor, LENGTH);
  if (at < 0) {
    // The buffer stays allocated for ever, and a oneway keeps its node in flight (REL-17).
    cleanupTransaction(core, transaction, BR.BR_FAILED_REPLY);
    return EFAULT;
  }
  const { view } = memory;
  const word = node === null ? BR.BR_REPLY : BR.BR_TRANSACTION;
  const address = thread.process.arena.base + buffer.offset;
  const sender = transaction.from;
  view.setUint32(at, word, true);
  view.setInt32(at + 4, node === null ? 0 : node.ptrLow, true);
  view.setInt32(at + 8, node === null ? 0 : node.ptrHigh, true);
  view.setInt32(at + 12, node === null ? 0 : node.cookieLow, true);
  view.setInt32(at + 16, node === null ? 0 : node.cookieHigh, true);
  view.setUint32(at + 20, transaction.code, true);
  view.setUint32(at + 24, transaction.flags, true);
  view.setInt32(at + 28, sender === null ? 0 : senderPid(sender), true);
  view.setUint32(at + 32, transaction.euid, true);
  writeNumber(view, at + 36, buffer.dataSize);
  writeNumber(view, at + 44, buffer.offsetsSize);
  writeNumber(view, at + 52, address);
  writeNumber(view, at + 60, address - buffer.offset + offsetsStart(buffer));
  thread.cursor += LENGTH;
  countReturn(core, thread, word);
  buffer.userMayFree = true;
  if (node !== null && !oneway) {
    transaction.toParent = thread.stack;
    transaction.toThread = thread;
    thread.stack = transaction;
  } else {
    freeTransaction(core, transaction);
  }
  return ENDS;
};

/** READ-27: the pid of who opened the file, while there is such a process; whoever uses the file (PROC-26). */
const senderPid = ({ process: { group } }: Thread): number => (group.gone ? 0 : group.pid);

/** READ-38: a call brings its sender's nice value, down to the node's minimum. */
const inheritNice = (task: Task, transaction: Transaction, node: Node): void => {
  const { oneway, nice } = transaction;
  transaction.savedNice = task.nice;
  if (!oneway && nice < node.minNice) setNice(task, nice);
  else if (!oneway || task.nice > node.minNice) setNice(task, node.minNice);
};

/** OBJ-26: the reader has no free descriptor. */
const dropUnreceived = (core: Core, task: Task, thread: Thread, transaction: Transaction, buffer: Buffer): number => {
  const reply = buffer.targetNode === null;
  buffer.transaction = null;
  cleanupTransaction(core, transaction, BR.BR_FAILED_REPLY);
  freeBuffer(core, thread.process, thread, buffer, false);
  if (!reply) return DROPPED;
  if (!putWord(task.memory, thread, BR.BR_FAILED_REPLY)) return EFAULT;
  countReturn(core, thread, BR.BR_FAILED_REPLY);
  return ENDS;
};

/** How the mirror hands messages over: to the thread that waits for one, or into a list. */
import { removeFrom, rouse, type LiteMessage, type LiteThread } from './lite.ts';
import type { LiteSlot } from './lite-node.ts';

/** The read of a thread has returned. */
export const leaveRead = (thread: LiteThread): void => {
  if (thread.parked === 0) return;
  thread.parked = 0;
  thread.asleep = false;
  removeFrom(thread.file.waiting, thread);
};

/** To whoever waits for work of the file, or into its list. */
export const dispatch = (message: LiteMessage): void => {
  const { to } = message;
  const thread = to.waiting.pop();
  if (thread === undefined) {
    to.inbox.push(message);
    rouse(to);
    return;
  }
  thread.parked = 0;
  hand(thread, message);
};

/** To one thread, which waits for it or will read it later. */
export const direct = (thread: LiteThread, message: LiteMessage): void => {
  if (thread.parked === 0 || thread.asleep) {
    leaveRead(thread);
    thread.inbox.push(message);
    return;
  }
  leaveRead(thread);
  hand(thread, message);
};

/** Delivers a message to a waiting thread that has room for it. */
const hand = (thread: LiteThread, message: LiteMessage): void => {
  if (thread.parkedSize >= 80 || thread.parkedSize < 4) deliver(thread, message);
  else thread.inbox.push(message);
};

/** A thread has read a message. */
export const deliver = (thread: LiteThread, message: LiteMessage): void => {
  const { file } = thread;
  file.buffers.push(message);
  if (message.reply) thread.stack.pop();
  else if (!message.oneway) thread.stack.push(message);
  const { slots } = message;
  for (let slot = 0; slot < slots.length; slot++) {
    const { node, strong } = slots[slot] as LiteSlot;
    if (node === undefined || node.owner === file) continue;
    const ref = file.ref(node, message.of, message.cmd, slot);
    if (strong) ref.strongInBuffers++;
    else ref.weakInBuffers++;
  }
};

/** The caller of a message reads that it failed. */
export const fail = (caller: LiteThread, message: LiteMessage): void => {
  message.from = undefined;
  removeFrom(caller.stack, message);
  caller.ready = true;
  leaveRead(caller);
};

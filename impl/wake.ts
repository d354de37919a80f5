/** Who runs next: the waiting list of an open file (THR-26, THR-27) and the queue of woken threads. */
import type { Core } from './core.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';

/** Lets a parked thread look again. Threads that are not parked need no wake-up. */
export const wakeThread = (core: Core, thread: Thread): void => {
  if (!thread.parked || thread.woken) return;
  thread.woken = true;
  core.runnable.push(thread);
};

/** Takes the most recently blocked thread off the waiting list. */
export const selectThread = (process: Process): Thread | null => {
  const thread = process.waiting;
  if (thread !== null) stopWaiting(thread);
  return thread;
};

/** Wakes one waiting thread of an open file for work in its todo list (THR-29). Nobody sleeps in poll here. */
export const wakeProcess = (core: Core, process: Process): void => {
  const thread = selectThread(process);
  if (thread !== null) wakeThread(core, thread);
};

/** Puts a thread at the front of its open file's waiting list. */
export const startWaiting = (thread: Thread): void => {
  const { process } = thread;
  thread.waits = true;
  thread.waitsBefore = process.waiting;
  thread.waitsAfter = null;
  if (process.waiting !== null) process.waiting.waitsAfter = thread;
  process.waiting = thread;
};

/** Takes a thread off the waiting list; nothing happens when it is not on it. */
export const stopWaiting = (thread: Thread): void => {
  if (!thread.waits) return;
  const { waitsBefore, waitsAfter } = thread;
  if (waitsAfter === null) thread.process.waiting = waitsBefore;
  else waitsAfter.waitsBefore = waitsBefore;
  if (waitsBefore !== null) waitsBefore.waitsAfter = waitsAfter;
  thread.waits = false;
  thread.waitsBefore = null;
  thread.waitsAfter = null;
};

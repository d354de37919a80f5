/** Who runs next: the waiting list of an open file (THR-26, THR-27) and the queues of woken threads. */
import type { Core } from './core.ts';
import { rouseWatches } from './epoll.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';
import type { Work } from './work.ts';

/** Lets a parked thread look again, and whoever watches in its wait queue. */
export const wakeThread = (core: Core, thread: Thread): void => {
  if (thread.watches !== null) rouseWatches(core, thread.watches);
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

/** Wakes one waiting thread of an open file for work in its todo list, else those that watch it (THR-29). */
export const wakeProcess = (core: Core, process: Process): void => {
  const thread = selectThread(process);
  if (thread !== null) wakeThread(core, thread);
  else wakeWatching(core, process);
};

/** Nobody waits for the work of an open file: every idle thread whose wait queue is watched is woken (THR-37). */
export const wakeWatching = (core: Core, process: Process): void => {
  if (process.watches.size === 0) return;
  for (const thread of process.sortedThreads()) {
    if (thread.watches !== null && thread.idle) rouseWatches(core, thread.watches);
  }
};

/** Queues work of a thread to itself: whoever watches in its wait queue looks again, once (THR-38). */
export const enqueueOwn = (core: Core, thread: Thread, work: Work): void => {
  const first = !thread.processTodo;
  thread.enqueue(work);
  if (first && thread.watches !== null) rouseWatches(core, thread.watches);
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

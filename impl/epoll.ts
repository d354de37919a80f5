/**
 * epoll in front of the driver: watched open files, those of them that may be readable, and the threads asleep on it.
 *
 * A watch hangs in the wait queue of the thread that added it, whoever waits. What a wait finds: `poll.ts`.
 */
import type { Core } from './core.ts';
import type { Process } from './process.ts';
import type { Task } from './task.ts';
import type { Thread } from './thread.ts';

/** One watched open file. */
export class Watch {
  readonly epoll: Epoll;
  readonly process: Process;
  /** The descriptor under which it was added. */
  readonly fd: number;
  /** In whose wait queue it hangs; `null` once that is gone: then nothing rouses it any more (THR-47). */
  thread: Thread | null;
  /** It is on the ready list. */
  ready = false;

  constructor(epoll: Epoll, process: Process, thread: Thread, fd: number) {
    this.epoll = epoll;
    this.process = process;
    this.thread = thread;
    this.fd = fd;
  }
}

/** One epoll instance. */
export class Epoll {
  readonly watches = new Set<Watch>();
  /** Watches to be asked at the next wait, in the order in which they were roused. */
  readonly ready: Watch[] = [];
  /** Threads asleep on it; the last one is roused first. */
  readonly sleepers: EpollWait[] = [];

  /** The watch on an open file that was added under a descriptor; `null` when there is none. */
  find(process: Process, fd: number): Watch | null {
    for (const watch of this.watches) if (watch.process === process && watch.fd === fd) return watch;
    return null;
  }
}

/** A sleep in epoll_wait. */
export interface EpollWait {
  readonly epoll: Epoll;
  readonly task: Task;
  /** Most descriptors that it asks for. */
  readonly most: number;
  /** The readable descriptors that ended it; none while it lasts, and when a signal ended it. */
  found: readonly number[];
}

/** Hangs a new watch in the wait queue of a thread. */
export const startWatch = (epoll: Epoll, process: Process, thread: Thread, fd: number): Watch => {
  const watch = new Watch(epoll, process, thread, fd);
  epoll.watches.add(watch);
  process.watches.add(watch);
  (thread.watches ??= []).push(watch);
  return watch;
};

/** Takes a watch away. */
export const endWatch = (watch: Watch): void => {
  const { epoll, process, thread } = watch;
  epoll.watches.delete(watch);
  process.watches.delete(watch);
  if (watch.ready) epoll.ready.splice(epoll.ready.indexOf(watch), 1);
  const queue = thread?.watches ?? null;
  if (queue !== null) queue.splice(queue.indexOf(watch), 1);
};

/** An epoll instance goes with its watches; who sleeps there is gone. */
export const endEpoll = (epoll: Epoll): void => {
  for (const { task } of epoll.sleepers) task.wait = null;
  for (const watch of epoll.watches) endWatch(watch);
};

/** A watch may be readable: it goes to the end of the ready list, and one sleeper looks. */
export const rouse = (core: Core, watch: Watch): void => {
  const { epoll } = watch;
  if (!watch.ready) {
    watch.ready = true;
    epoll.ready.push(watch);
  }
  rouseSleeper(core, epoll);
};

/** The wait queue of a thread is woken. */
export const rouseWatches = (core: Core, watches: readonly Watch[]): void => {
  for (const watch of watches) rouse(core, watch);
};

/** The wait queue of a thread goes: its watches look once more and hang nowhere then (THR-47). */
export const detachWatches = (core: Core, thread: Thread): void => {
  const { watches } = thread;
  if (watches === null) return;
  thread.watches = null;
  for (const watch of watches) watch.thread = null;
  rouseWatches(core, watches);
};

/** Lets the thread that fell asleep last look again. */
export const rouseSleeper = (core: Core, { sleepers }: Epoll): void => {
  const wait = sleepers.pop();
  if (wait !== undefined) core.roused.push(wait);
};

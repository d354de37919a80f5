/** poll and epoll_wait: what is readable for the task that asks (THR-35, THR-36). */
import type { Core } from './core.ts';
import { endWatch, rouse, rouseSleeper, startWatch, type Epoll, type EpollWait, type Watch } from './epoll.ts';
import type { Process } from './process.ts';
import { EEXIST, ENOENT, OK } from './result.ts';
import type { Task } from './task.ts';
import { LOOPER_POLL, threadOf } from './thread.ts';

/** Whether an open file reports POLLIN to a task; makes its thread record if need be. */
export const isReadable = (core: Core, process: Process, task: Task): boolean => {
  const thread = threadOf(core, process, task);
  thread.looper |= LOOPER_POLL;
  return thread.hasWork(thread.idle);
};

/**
 * Adds an open file under a descriptor, where it hangs with the task that adds it, and asks it; asks it once more,
 * where it hangs (PROC-12); or takes it away. EEXIST and ENOENT: it is there already, it is not there.
 */
export const changeWatch = (
  core: Core,
  epoll: Epoll,
  process: Process,
  task: Task,
  fd: number,
  change: 'add' | 'mod' | 'del',
): number => {
  const known = epoll.find(process, fd);
  if (change === 'add' && known !== null) return EEXIST;
  if (change !== 'add' && known === null) return ENOENT;
  if (change === 'del') {
    if (known !== null) endWatch(known);
    return OK;
  }
  const readable = isReadable(core, process, task);
  const watch = known ?? startWatch(epoll, process, threadOf(core, process, task), fd);
  if (readable) rouse(core, watch);
  return OK;
};

/**
 * The descriptors that are readable for a task, `most` at most. Only the ready list is asked: who is not on it says
 * nothing, whatever it has. What is readable stays on it, behind the rest; what is not leaves it.
 */
export const takeReady = (core: Core, epoll: Epoll, task: Task, most: number): number[] => {
  const found: number[] = [];
  const { ready } = epoll;
  for (let left = ready.length; left > 0 && found.length < most; left--) {
    const watch = ready.shift() as Watch;
    watch.ready = isReadable(core, watch.process, task);
    if (!watch.ready) continue;
    found.push(watch.fd);
    ready.push(watch);
  }
  if (ready.length > 0) rouseSleeper(core, epoll);
  return found;
};

/** A task sleeps until one of its watches is roused. */
export const fallAsleep = (wait: EpollWait): void => {
  wait.task.wait = wait;
  wait.epoll.sleepers.push(wait);
};

/** A roused sleeper asks again; it sleeps on where nothing is readable for it. */
export const lookAgain = (core: Core, wait: EpollWait): void => {
  wait.found = takeReady(core, wait.epoll, wait.task, wait.most);
  if (wait.found.length > 0) wakeUp(core, wait);
  else fallAsleep(wait);
};

/** A signal ends the sleep. */
export const interruptSleep = (core: Core, wait: EpollWait): void => {
  const { sleepers } = wait.epoll;
  sleepers.splice(sleepers.indexOf(wait), 1);
  wakeUp(core, wait);
};

const wakeUp = (core: Core, wait: EpollWait): void => {
  wait.task.wait = null;
  core.waited.push(wait);
};

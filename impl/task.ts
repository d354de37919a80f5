/** The operating system's side of a caller: a process and its native threads. */
import type { Epoll, EpollWait } from './epoll.ts';
import type { FileTable } from './files.ts';
import type { Memory } from './memory.ts';
import type { Thread } from './thread.ts';

/** A process. */
export class TaskGroup {
  readonly pid: number;
  readonly files: FileTable;
  /** Epoll instances that it has. */
  readonly epolls = new Set<Epoll>();
  euid = 0;
  /** It ended; its pid is nobody's any more. */
  gone = false;
  /** It may choose any nice value. */
  privileged = true;

  constructor(pid: number, files: FileTable) {
    this.pid = pid;
    this.files = files;
  }
}

/** A native thread with the memory of the system call that it makes. */
export class Task {
  readonly tid: number;
  readonly group: TaskGroup;
  readonly memory: Memory;
  nice = 0;
  /** The thread record in which it sleeps. */
  parkedOn: Thread | null = null;
  /** Its sleep in epoll_wait. */
  wait: EpollWait | null = null;

  constructor(tid: number, group: TaskGroup, memory: Memory) {
    this.tid = tid;
    this.group = group;
    this.memory = memory;
  }
}

/** Sets the nice value where the process may: values out of range and unprivileged changes have no effect (READ-37). */
export const setNice = (task: Task, nice: number): void => {
  if (task.group.privileged && nice >= -20 && nice <= 19) task.nice = nice;
};

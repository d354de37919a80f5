/** What the driver sees of operating-system processes: who they are, how nice, and which descriptors they have. */
import { FIRST_FILE } from '../abi/resolve.ts';
import type { ProcIndex } from '../abi/ids.ts';
import { OPENER, fileOf, holderOf, indexOf, type FileKey, type Task, type ThreadKey } from './state.ts';
import { withTask } from './record.ts';
import { inserted, type Turn } from './turn.ts';

/** Files of its own that a process may be given by the harness. */
const FILES = 16;
/** Lowest number that a received descriptor can get. */
const FIRST_FREE = 3;

export const newTask = (proc: ProcIndex): Task => ({
  proc,
  alive: true,
  euid: 0,
  ended: [],
  nice: {},
  fds: [],
  fdLimit: null,
  held: NOTHING_HELD,
});
const NOTHING_HELD: Task['held'] = [];

/** The process of the log; it exists from the first op that mentions it. */
export const taskOf = (t: Turn, proc: ProcIndex): Task => {
  for (const task of t.tasks) if (task.proc === proc) return task;
  const task = newTask(proc);
  t.tasks = inserted(t.tasks, task, other => other.proc > proc);
  return task;
};

export const changeTask = (t: Turn, proc: ProcIndex, change: Partial<Task>): void => {
  taskOf(t, proc);
  t.tasks = t.tasks.map(task => (task.proc === proc ? withTask(task, change) : task));
};

export const euidOf = (t: Turn, proc: ProcIndex): number => taskOf(t, proc).euid;

/** The process whose thread it is: it executes the calls, whoever opened the file (TXN-46). */
export const procOf = (t: Turn, thread: ThreadKey): ProcIndex => {
  const holder = holderOf(thread);
  return holder === OPENER ? t.file(fileOf(thread)).proc : holder;
};

/** Whether the thread's process has the file from a fork (PROC-26). */
export const isInherited = (t: Turn, thread: ThreadKey): boolean => {
  const holder = holderOf(thread);
  if (holder === OPENER) return false;
  const file = fileOf(thread);
  return taskOf(t, holder).held.some(held => held.file === file && held.inherited);
};

/** Whether a process has a descriptor of a file that another one opened. */
export const isHeld = (t: Turn, file: FileKey): boolean => {
  for (const { held } of t.tasks) {
    if (held.some(other => other.file === file)) return true;
  }
  return false;
};

/** nice of a native thread. */
export const niceOf = (t: Turn, thread: ThreadKey): number => taskOf(t, procOf(t, thread)).nice[indexOf(thread)] ?? 0;

/** Sets the nice value of a native thread, as the driver does when it hands over urgency. */
export const setNice = (t: Turn, thread: ThreadKey, nice: number): void => {
  if (niceOf(t, thread) === nice) return;
  const proc = procOf(t, thread);
  changeTask(t, proc, { nice: niceWith(taskOf(t, proc).nice, indexOf(thread), nice) });
};

/** `nice` with one thread changed; 0 is not kept. */
export const niceWith = (nice: Task['nice'], thread: number, value: number): Task['nice'] => {
  const next: Record<number, number> = {};
  for (const other in nice) if (Number(other) !== thread) next[Number(other)] = nice[other] as number;
  if (value !== 0) next[thread] = value;
  return next;
};

/** Whether a number names an open file of the process. */
export const hasFd = (t: Turn, proc: ProcIndex, fd: number): boolean =>
  (fd >= FIRST_FILE && fd < FIRST_FILE + FILES) || taskOf(t, proc).fds.includes(fd);

/** The `place`-th lowest number that is free, from 0 on. */
const freeFd = (fds: readonly number[], place: number): number => {
  let fd = FIRST_FREE;
  for (let left = place; ; fd++) {
    if (fds.includes(fd)) continue;
    if (left === 0) return fd;
    left--;
  }
};

/** Whether the process would get another descriptor. */
export const hasFreeFd = (t: Turn, proc: ProcIndex): boolean => {
  const { fds, fdLimit } = taskOf(t, proc);
  return fdLimit === null || freeFd(fds, 0) < fdLimit;
};

/** RLIMIT_NOFILE: from now on just so many free numbers are below the limit. */
export const limitFds = (t: Turn, proc: ProcIndex, free: number | undefined): void =>
  changeTask(t, proc, { fdLimit: free === undefined ? null : freeFd(taskOf(t, proc).fds, free) });

/** OBJ-22, READ-45: the lowest free numbers for so many received files; fewer when the table is full (OBJ-26). */
export const reserveFds = (t: Turn, proc: ProcIndex, count: number): readonly number[] => {
  const { fds, fdLimit } = taskOf(t, proc);
  const numbers = Array.from({ length: count }, (_, place) => freeFd(fds, place));
  return fdLimit === null ? numbers : numbers.filter(fd => fd < fdLimit);
};

/** The files are there under their numbers. */
export const installFds = (t: Turn, proc: ProcIndex, numbers: readonly number[]): void =>
  changeTask(t, proc, { fds: [...taskOf(t, proc).fds, ...numbers].sort((a, b) => a - b) });

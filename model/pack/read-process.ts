/** Processes, their open files, threads and lists of work, from the numbers of a row. */
import { BR } from '../../abi/constants.ts';
import { noArena } from '../buffer.ts';
import {
  LOOPER,
  type EpollEntry,
  type EpollSet,
  type HeldFile,
  type Parked,
  type Thread,
  type ThreadKey,
  type Work,
} from '../state.ts';
import { noError } from '../thread.ts';
import { taskKey } from '../turn.ts';
import { takeFile, takeRecord, takeThread, takeTransaction, type Unpacking } from './reading.ts';
import { readPages } from './read-arena.ts';
import { ERRORS, WORKS } from './row.ts';

/** Ids of ops in which unpacked threads sleep: this and the number of the thread. */
export const PARKED_OP = 1_000_000;
/** Ids of ops in which unpacked threads sleep in epoll_wait: this and the number of the native thread. */
const SLEEPER_OP = 2_000_000;

const READ = { size: 256, consumed: 0 } as const;
const NOTHING_YET = [{ br: 'BR_NOOP' }] as const;
const NO_WORK: readonly Work[] = [];

/** A process with all that is in its files but for the arenas. */
export const readTask = (u: Unpacking, proc: number): void => {
  const from = u.from;
  const flags = from.take();
  if (flags === 0) return;
  const alive = ((flags - 1) & 1) !== 0;
  const ended: number[] = [];
  const fds: number[] = [];
  const nice: Record<number, number> = {};
  let euid = 0;
  if (((flags - 1) & 2) !== 0) {
    const bits = from.take();
    for (let thread = 0; thread < u.layout.threads; thread++) if ((bits >>> thread) & 1) ended.push(thread);
    euid = from.take();
    for (let left = from.take(); left > 0; left--) fds.push(from.take());
    for (let left = from.take(); left > 0; left--) {
      const thread = from.take();
      nice[thread] = from.take() - 20;
    }
  }
  const task = { proc, alive, euid, ended, nice, fds, fdLimit: null as number | null, held: [] as HeldFile[] };
  u.tasks.push(task);
  for (let left = from.take(); left > 0; left--) readFile(u, proc);
  if (((flags - 1) & 4) === 0) return;
  const limit = from.take();
  task.fdLimit = limit === 0 ? null : limit - 1;
  for (let left = from.take(); left > 0; left--) u.epolls.push(readSet(u, proc));
  for (let left = from.take(); left > 0; left--) {
    const number = from.take();
    task.held.push({ fd: number >>> 1, file: takeFile(u), inherited: (number & 1) !== 0 });
  }
};

const readSet = (u: Unpacking, proc: number): EpollSet => {
  const from = u.from;
  const thread = from.take();
  const sleeper = from.take() === 0 ? null : SLEEPER_OP + taskKey(proc, thread);
  const entries: EpollEntry[] = [];
  for (let left = from.take(); left > 0; left--) {
    const file = takeFile(u);
    const fd = from.take();
    const flags = from.take();
    entries.push({ file, fd, hooked: (flags & 1) !== 0, ready: (flags & 2) !== 0 });
  }
  return { proc, thread, entries, sleeper };
};

const readFile = (u: Unpacking, proc: number): void => {
  const from = u.from;
  const key = u.files.length;
  const flags = from.take();
  const rare = (flags & 4) !== 0;
  const switches = rare ? from.take() : 0;
  const maxThreads = rare ? from.take() : 0;
  const requested = rare ? from.take() : 0;
  const started = rare ? from.take() : 0;
  const device = rare ? from.take() : 0;
  const fd = rare ? from.take() : 0;
  const defaultNice = rare ? from.take() - 20 : 0;
  const mapped = rare ? from.take() : -1;
  const gone = rare ? readPages(u) : [];
  const hidden = rare ? readPages(u) : [];
  const todo = readWorks(u, key);
  const delivered = readWorks(u, key);
  const waiting: ThreadKey[] = [];
  for (let left = from.take(); left > 0; left--) waiting.push(takeThread(u));
  const outstanding = from.take();
  u.files.push({
    key,
    proc,
    fd,
    device,
    open: (flags & 1) !== 0,
    nonblock: (switches & 1) !== 0,
    readonly: (switches & 64) !== 0,
    defaultNice,
    todo,
    delivered,
    waiting,
    maxThreads,
    requested,
    started,
    frozen: (switches & 2) !== 0,
    syncRecv: (switches & 4) !== 0,
    asyncRecv: (switches & 8) !== 0,
    outstanding,
    spamDetection: (switches & 16) !== 0,
    arena: {
      ...noArena,
      live: (flags & 2) !== 0,
      readable: (switches & 128) === 0,
      spamDetected: (switches & 32) !== 0,
      mapped,
      gone,
      hidden,
    },
  });
  for (let left = from.take(); left > 0; left--) readThread(u, key);
};

/** Death work names its ref by handle until the refs are read. */
const readWorks = (u: Unpacking, file: number): readonly Work[] => {
  const from = u.from;
  let left = from.take();
  if (left === 0) return NO_WORK;
  const works: Work[] = [];
  for (; left > 0; left--) {
    const work = WORKS[from.take()] as Work['work'];
    switch (work) {
      case 'transaction':
        works.push({ work, id: takeTransaction(u) });
        break;
      case 'node':
        works.push({ work, id: from.take() });
        break;
      case 'dead_binder':
      case 'dead_binder_and_clear':
      case 'clear_death': {
        const handle = from.take();
        const cookie = from.take();
        const item = { work, ref: 0, cookie };
        works.push(item);
        if (handle > 0) u.named.push({ item, file, handle: handle - 1 });
        break;
      }
      default:
        works.push({ work });
    }
  }
  return works;
};

/** Gives death work the refs that it is about. */
export const nameDeaths = (u: Unpacking): void => {
  for (const { item, file, handle } of u.named) {
    item.ref = u.refs.find(ref => ref.file === file && ref.handle === handle)?.id ?? 0;
  }
};

const readThread = (u: Unpacking, file: number): void => {
  const from = u.from;
  const key = takeRecord(u, file);
  const flags = from.take();
  const parked = (flags & 1) !== 0;
  let looper = 0;
  let errors = 0;
  let error: Thread['error'] = noError;
  if ((flags & 8) !== 0) {
    looper = from.take();
    errors = from.take();
    if (from.take() !== 0) {
      const id = from.take();
      const command = from.take();
      error = { id, command: command === 0 ? BR.BR_OK : (ERRORS[command] as number), param: -from.take() };
    }
  }
  const stack = takeTransaction(u);
  const todo = readWorks(u, file);
  u.threads.push({
    key,
    looper: parked ? looper | LOOPER.WAITING : looper,
    needReturn: (flags & 4) !== 0,
    stack,
    todo,
    processTodo: (flags & 2) !== 0,
    returnError: ERRORS[errors % 5] as number,
    replyError: ERRORS[Math.floor(errors / 5)] as number,
    error,
  });
  if (!parked) return;
  const how = from.take();
  let read: Parked['read'] = READ;
  if ((how & 2) !== 0) {
    const size = from.take();
    const consumed = from.take();
    const limit = from.take();
    read = limit === 0 ? { size, consumed } : { size, consumed, limit: limit - 1 };
  }
  const filled = read.consumed === 0 ? 4 : read.consumed;
  const returns = read.consumed === 0 ? NOTHING_YET : [];
  const op = PARKED_OP + key;
  u.parked.push({ thread: key, op, wrote: 0, read, filled, returns, forProc: (how & 1) !== 0 });
};

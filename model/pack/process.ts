/** Processes, their open files, threads and lists of work, as numbers of a row. */
import { BR } from '../../abi/constants.ts';
import { LOOPER, type EpollSet, type File, type FileKey, type Parked } from '../state.ts';
import type { Task, Thread, ThreadKey, Work } from '../state.ts';
import { packPages } from './arena.ts';
import { WORKS, cookieNumber, errorNumber, meet, type Packing } from './row.ts';

/** A process: whether it lives, what is set, and its files. */
export const packTask = (p: Packing, proc: number): void => {
  const out = p.out;
  let task: Task | undefined;
  const { tasks } = p.state;
  for (let at = 0; at < tasks.length; at++) if ((tasks[at] as Task).proc === proc) task = tasks[at];
  if (task === undefined) {
    out.put(0);
    return;
  }
  const { alive, ended, euid, fds, fdLimit, held } = task;
  const nice = p.layout.nice ? Object.entries(task.nice) : NOTHING;
  const rare = ended.length > 0 || euid !== 0 || fds.length > 0 || nice.length > 0;
  const { epolls } = p.state;
  const sets = epolls.length === 0 ? epolls : epolls.filter(set => set.proc === proc);
  const more = fdLimit !== null || sets.length > 0 || held.length > 0;
  out.put(1 + (alive ? 1 : 0) + (rare ? 2 : 0) + (more ? 4 : 0));
  if (rare) {
    let bits = 0;
    for (const thread of ended) bits |= 1 << p.names.threadPlace(proc, thread);
    out.put(bits);
    out.put(euid);
    out.put(fds.length);
    for (const fd of fds) out.put(fd);
    out.put(nice.length);
    for (const [thread, value] of nice) {
      out.put(p.names.threadPlace(proc, Number(thread)));
      out.put(value + 20);
    }
  }
  let count = 0;
  const { files } = p.names;
  for (let at = 0; at < files.length; at++) if ((files[at] as File).proc === proc) count++;
  out.put(count);
  for (let at = 0; at < files.length; at++) if ((files[at] as File).proc === proc) packFile(p, files[at] as File);
  if (!more) return;
  out.put(fdLimit === null ? 0 : fdLimit + 1);
  packSets(p, sets);
  out.put(held.length);
  for (const { fd, file, inherited } of held) {
    out.put(2 * fd + (inherited ? 1 : 0));
    out.put(p.names.file(file));
  }
};

/** Epoll sets in the order of their threads' places. */
const packSets = (p: Packing, sets: readonly EpollSet[]): void => {
  const out = p.out;
  const placed = sets.map(set => ({ set, place: p.names.threadPlace(set.proc, set.thread) }));
  out.put(placed.length);
  for (const { set, place } of placed.sort((a, b) => a.place - b.place)) {
    out.put(place);
    out.put(set.sleeper === null ? 0 : 1);
    out.put(set.entries.length);
    for (const { file, fd, hooked, ready } of set.entries) {
      out.put(p.names.file(file));
      out.put(fd);
      out.put((hooked ? 1 : 0) | (ready ? 2 : 0));
    }
  }
};

const packFile = (p: Packing, file: File): void => {
  const out = p.out;
  const { arena } = file;
  const flags = (file.open ? 1 : 0) | (arena.live ? 2 : 0);
  const switches =
    (file.nonblock ? 1 : 0) |
    (file.frozen ? 2 : 0) |
    (file.syncRecv ? 4 : 0) |
    (file.asyncRecv ? 8 : 0) |
    (file.spamDetection ? 16 : 0) |
    (arena.spamDetected ? 32 : 0) |
    (file.readonly ? 64 : 0) |
    (arena.size > 0 && !arena.readable ? 128 : 0);
  const pool = file.maxThreads + file.requested + file.started;
  const rare = switches !== 0 || pool !== 0 || file.device !== 0 || file.fd !== 0 || file.defaultNice !== 0;
  const torn = arena.mapped !== arena.size || arena.gone.length > 0 || arena.hidden.length > 0;
  out.put(flags | (rare || torn ? 4 : 0));
  if (rare || torn) {
    out.put(switches);
    out.put(file.maxThreads);
    out.put(file.requested);
    out.put(file.started);
    out.put(file.device);
    out.put(file.fd);
    out.put(file.defaultNice + 20);
    out.put(arena.mapped);
    packPages(p, arena.gone);
    packPages(p, arena.hidden);
  }
  packWorks(p, file.key, file.todo);
  packWorks(p, file.key, file.delivered);
  out.put(file.waiting.length);
  for (let at = 0; at < file.waiting.length; at++) out.put(p.names.thread(file.waiting[at] as ThreadKey));
  out.put(file.outstanding);
  const threads = p.names.threadsOf(file);
  out.put(threads.length);
  for (let at = 0; at < threads.length; at++) packThread(p, threads[at] as Thread, file);
};

const NOTHING: readonly (readonly [string, number])[] = [];

const packWorks = (p: Packing, file: FileKey, works: readonly Work[]): void => {
  const out = p.out;
  out.put(works.length);
  for (let at = 0; at < works.length; at++) {
    const work = works[at] as Work;
    out.put(WORKS.indexOf(work.work));
    switch (work.work) {
      case 'transaction':
        out.put(meet(p, work.id));
        break;
      case 'node':
        out.put(p.names.node(work.id));
        break;
      case 'dead_binder':
      case 'dead_binder_and_clear':
      case 'clear_death':
        out.put(work.ref === 0 ? 0 : handleOf(p, work.ref) + 1);
        out.put(cookieNumber(p, file, work.cookie));
        break;
      default:
    }
  }
};

const handleOf = (p: Packing, ref: number): number => {
  for (const { id, handle } of p.state.refs) if (id === ref) return handle;
  throw new Error(`the model is wrong: no ref ${ref}`);
};

const errorNumbers = ({ returnError, replyError }: Thread): number =>
  returnError === 0 && replyError === 0 ? 0 : errorNumber(returnError) + 5 * errorNumber(replyError);

const packThread = (p: Packing, thread: Thread, file: File): void => {
  const out = p.out;
  let parked: Parked | undefined;
  const asleep = p.state.parked;
  for (let at = 0; at < asleep.length; at++) if ((asleep[at] as Parked).thread === thread.key) parked = asleep[at];
  const looper = thread.looper & ~LOOPER.WAITING;
  const error = p.layout.errors && (thread.error.command !== BR.BR_OK || thread.error.id !== 0);
  const rare = looper !== 0 || thread.returnError !== 0 || thread.replyError !== 0 || error;
  out.put(p.names.recordPlace(thread.key, file));
  out.put((parked === undefined ? 0 : 1) | (thread.processTodo ? 2 : 0) | (thread.needReturn ? 4 : 0) | (rare ? 8 : 0));
  if (rare) {
    out.put(looper);
    out.put(errorNumbers(thread));
    out.put(error ? 1 : 0);
    if (error) {
      out.put(thread.error.id === 0 ? 0 : 1);
      out.put(thread.error.command === BR.BR_OK ? 0 : errorNumber(thread.error.command));
      out.put(-thread.error.param);
    }
  }
  out.put(meet(p, thread.stack));
  packWorks(p, file.key, thread.todo);
  if (parked === undefined) return;
  const { size, consumed, limit } = parked.read;
  const plain = size === 256 && consumed === 0 && limit === undefined;
  out.put((parked.forProc ? 1 : 0) | (plain ? 0 : 2));
  if (plain) return;
  out.put(size);
  out.put(consumed);
  out.put(limit === undefined ? 0 : limit + 1);
};

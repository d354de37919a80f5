/** Processes, their open files, threads and lists of work, as numbers of a row. */
import { BR } from '../../abi/constants.ts';
import { LOOPER, THREADS, type File, type Thread, type Work } from '../state.ts';
import { packPages } from './arena.ts';
import { WORK_NUMBER, errorNumber, meet, small, type Packing } from './row.ts';

/** A process: whether it lives, what is set, and its files. */
export const packTask = (p: Packing, proc: number): void => {
  const out = p.out;
  const task = p.state.tasks.find(other => other.proc === proc);
  if (task === undefined) {
    out.put(0);
    return;
  }
  const { alive, ended, euid, fds } = task;
  const nice = p.layout.nice ? Object.entries(task.nice) : [];
  const rare = ended.length > 0 || euid !== 0 || fds.length > 0 || nice.length > 0;
  out.put(1 + (alive ? 1 : 0) + (rare ? 2 : 0));
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
  const files = p.names.filesOf(proc);
  out.put(files.length);
  for (const file of files) packFile(p, file);
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
  const torn = arena.mapped !== arena.size || arena.gone.length > 0;
  out.put(flags | (rare || torn ? 4 : 0));
  if (rare || torn) {
    for (const value of [switches, file.maxThreads, file.requested, file.started, file.device, file.fd]) out.put(value);
    out.put(file.defaultNice + 20);
    out.put(arena.mapped);
    packPages(p, arena.gone);
  }
  packWorks(p, file.todo);
  packWorks(p, file.delivered);
  out.put(file.waiting.length);
  for (const thread of file.waiting) out.put(p.names.thread(thread));
  out.put(file.outstanding);
  const threads = p.names.threadsOf(file);
  out.put(threads.length);
  for (const thread of threads) packThread(p, thread, file);
};

const packWorks = (p: Packing, works: readonly Work[]): void => {
  const out = p.out;
  out.put(works.length);
  for (const work of works) {
    out.put(WORK_NUMBER[work.work]);
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
        out.put(small(work.cookie));
        break;
      default:
    }
  }
};

const handleOf = (p: Packing, ref: number): number => {
  for (const { id, handle } of p.state.refs) if (id === ref) return handle;
  throw new Error(`the model is wrong: no ref ${ref}`);
};

const packThread = (p: Packing, thread: Thread, file: File): void => {
  const out = p.out;
  const parked = p.state.parked.find(other => other.thread === thread.key);
  const looper = thread.looper & ~LOOPER.WAITING;
  const error = p.layout.errors && (thread.error.command !== BR.BR_OK || thread.error.id !== 0);
  const rare = looper !== 0 || thread.returnError !== 0 || thread.replyError !== 0 || error;
  out.put(p.names.threadPlace(file.proc, thread.key % THREADS));
  out.put((parked === undefined ? 0 : 1) | (thread.processTodo ? 2 : 0) | (thread.needReturn ? 4 : 0) | (rare ? 8 : 0));
  if (rare) {
    out.put(looper);
    out.put(errorNumber(thread.returnError) + 5 * errorNumber(thread.replyError));
    out.put(error ? 1 : 0);
    if (error) {
      out.put(thread.error.id === 0 ? 0 : 1);
      out.put(thread.error.command === BR.BR_OK ? 0 : errorNumber(thread.error.command));
      out.put(-thread.error.param);
    }
  }
  out.put(meet(p, thread.stack));
  packWorks(p, thread.todo);
  if (parked === undefined) return;
  const { size, consumed, limit } = parked.read;
  const plain = size === 256 && consumed === 0 && limit === undefined;
  out.put((parked.forProc ? 1 : 0) | (plain ? 0 : 2));
  if (plain) return;
  out.put(size);
  out.put(consumed);
  out.put(limit === undefined ? 0 : limit + 1);
};

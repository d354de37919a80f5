/**
 * The read half of BINDER_WRITE_READ (binder_thread_read): work items become returns in the read buffer.
 *
 * A read that finds nothing parks its thread. It goes on when it is woken, in the turn of whoever woke it; where
 * several readers of one file run at the same time the driver may serve them in any order (THR-30).
 */
import { exchanged } from '../abi/done.ts';
import type { ReadRequest, Status, WriteRead } from '../abi/call.ts';
import type { Return } from '../abi/observation.ts';
import { fits, hasRoom, type Cursor } from './cursor.ts';
import { deliver } from './delivery.ts';
import { nextItem } from './item.ts';
import { noteReturn } from './journal/note.ts';
import { letReleaseRun } from './leave.ts';
import { LOOPER, NO_THREAD, fileOf, indexOf, type FileKey, type Parked, type ThreadKey } from './state.ts';
import { procOf, setNice } from './task.ts';
import { wantsThread } from './thread.ts';
import { appended, inserted, taskKey, without, type Turn } from './turn.ts';
import { hasWork, isFreeForFileWork, isLooper } from './ready.ts';
import { runSleepers } from './epoll.ts';
import { wakeFile } from './work.ts';

/** How a read ended, or that it sleeps. */
export type ReadEnd =
  'parked' | { readonly status: Status; readonly read: number; readonly returns: readonly Return[] };

/** Starts a read. `wrote` is what a parked read reports as write_consumed when it ends. */
export const read = (t: Turn, thread: ThreadKey, call: WriteRead, wrote: number, request: ReadRequest): ReadEnd => {
  const { key: file, nonblock } = t.file(fileOf(thread));
  const { notes } = t;
  const cursor: Cursor = { request, nonblock, filled: request.consumed, returns: [], file, notes, short: false };
  if (request.consumed === 0) {
    t.fire('READ-01');
    if (!fits(request, 0, 4)) return end(t, thread, cursor, 'EFAULT');
    cursor.returns.push({ br: 'BR_NOOP' });
    cursor.filled = 4;
    if (request.size < 4) t.fire('READ-02');
  }
  return wait(t, thread, cursor, call.id, wrote);
};

/** READ-05 .. READ-08: waits for work, or for the end of waiting. */
const wait = (t: Turn, thread: ThreadKey, cursor: Cursor, op: number, wrote: number): ReadEnd => {
  const forProc = isFreeForFileWork(t, thread);
  const file = t.file(fileOf(thread));
  t.fire('READ-05');
  if (!forProc && file.todo.length > 0) t.fire('THR-33');
  if (!cursor.nonblock) cursor.short = false;
  if (forProc) {
    if (!isLooper(t.thread(thread).looper)) t.fire('THR-17');
    t.fire('READ-06', 'DLV-06');
    setNice(t, thread, file.defaultNice);
  }
  if (hasWork(t, thread, forProc)) {
    t.fire('READ-07');
    if (cursor.short) return end(t, thread, cursor, 'ENOMEM');
    return gather(t, thread, cursor, forProc, op, wrote);
  }
  if (cursor.nonblock) {
    t.fire('READ-08', 'READ-10');
    return end(t, thread, cursor, 'EAGAIN');
  }
  park(t, thread, cursor, forProc, op, wrote);
  return 'parked';
};

/** THR-13, THR-26: the thread sleeps, and stands on the waiting list if it may take work of the file. */
const park = (t: Turn, thread: ThreadKey, cursor: Cursor, forProc: boolean, op: number, wrote: number): void => {
  t.fire('READ-07', 'THR-13', 'THR-26');
  const parked: Parked = {
    thread,
    op,
    wrote,
    read: cursor.request,
    filled: cursor.filled,
    returns: cursor.returns,
    forProc,
  };
  t.parked = inserted(t.parked, parked, other => other.thread > thread);
  t.changeThread(thread, { looper: t.thread(thread).looper | LOOPER.WAITING });
  if (forProc) {
    const { key, waiting } = t.file(fileOf(thread));
    t.changeFile(key, { waiting: waiting.length === 0 ? [thread] : [thread, ...waiting] });
  }
};

/** READ-11 .. READ-13: items until one ends the read, the room ends, or nothing is left. */
const gather = (t: Turn, thread: ThreadKey, cursor: Cursor, forProc: boolean, op: number, wrote: number): ReadEnd => {
  for (;;) {
    letReleaseRun(t, thread, forProc);
    if (forProc && mustShare(t, thread)) letOthersRun(t, thread);
    if (t.thread(thread).todo.length === 0 && !(forProc && mustShare(t, thread))) {
      if (cursor.filled === 4 && !t.thread(thread).needReturn) {
        t.fire('READ-12');
        return wait(t, thread, cursor, op, wrote);
      }
      break;
    }
    t.fire('READ-11');
    if (!hasRoom(cursor)) {
      t.fire('READ-03', 'READ-04');
      if (t.thread(thread).todo[0]?.work === 'transaction') t.fire('THR-51');
      break;
    }
    const delivered = deliver(t, thread, cursor, nextItem(t, thread));
    if (delivered === 'fault') {
      t.fire('READ-40', 'READ-10');
      return end(t, thread, cursor, 'EFAULT');
    }
    if (delivered === 'short') return end(t, thread, cursor, 'ENOMEM');
    if (delivered === 'last') {
      t.fire('READ-13');
      break;
    }
  }
  return finish(t, thread, cursor);
};

/** READ-11: nothing of its own is left, and the file has work. */
const mustShare = (t: Turn, thread: ThreadKey): boolean =>
  t.thread(thread).todo.length === 0 && t.file(fileOf(thread)).todo.length > 0;

/** READ-14, THR-19 .. THR-21, THR-24: a successful read may carry the request for another thread, over the BR_NOOP. */
const finish = (t: Turn, thread: ThreadKey, cursor: Cursor): ReadEnd => {
  t.fire('READ-14', 'UAPI-09');
  if (t.thread(thread).needReturn) t.fire('THR-04');
  if (asksForThread(t, thread)) {
    t.fire('THR-19', 'THR-20', 'THR-24');
    t.changeFile(fileOf(thread), { requested: 1 });
    if (!fits(cursor.request, 0, 4)) {
      t.fire('THR-23');
      return end(t, thread, cursor, 'EFAULT', true);
    }
    noteReturn(cursor.notes, cursor.file, 'BR_SPAWN_LOOPER');
    if (cursor.request.consumed === 0) cursor.returns[0] = { br: 'BR_SPAWN_LOOPER' };
  }
  return end(t, thread, cursor, 'OK');
};

/** THR-19; THR-25: a reader in transit may have left the waiting list already, or ask first itself. */
const asksForThread = (t: Turn, thread: ThreadKey): boolean => {
  const { waiting } = t.file(fileOf(thread));
  if (!wantsThread(t, thread) || waiting.some(other => !t.woken.includes(other))) return false;
  const rivals = rivalsOf(t, thread);
  if (rivals.length === 0) return true;
  t.fire('THR-25');
  return (t.choose(2) === 0) === (waiting.length === 0);
};

/** THR-31: whatever the result, work that is left wakes one more reader. An error reports nothing as read (READ-10). */
const end = (t: Turn, thread: ThreadKey, cursor: Cursor, status: Status, advanced = status === 'OK'): ReadEnd => {
  const file = fileOf(thread);
  if (t.file(file).todo.length > 0) {
    t.fire('THR-31');
    wakeFile(t, file);
  }
  return {
    status,
    read: advanced ? cursor.filled : cursor.request.consumed,
    returns: advanced ? cursor.returns : [],
  };
};

/** A woken reader goes on. `signal`: it was a signal that woke it (READ-09). */
export const resume = (t: Turn, thread: ThreadKey, signal = false): ReadEnd => {
  const parked = t.parkedOn(thread);
  if (parked === undefined) throw new Error('the model is wrong: nobody sleeps here');
  const cursor: Cursor = {
    request: parked.read,
    nonblock: false,
    filled: parked.filled,
    returns: [...parked.returns],
    file: fileOf(thread),
    notes: t.notes,
    short: false,
  };
  const { key, waiting } = t.file(fileOf(thread));
  if (waiting.includes(thread)) t.changeFile(key, { waiting: waiting.filter(other => other !== thread) });
  t.parked = without(t.parked, other => other.thread === thread);
  t.changeThread(thread, { looper: t.thread(thread).looper & ~LOOPER.WAITING });
  if (signal) {
    t.fire('READ-09', 'READ-10');
    return end(t, thread, cursor, 'EINTR');
  }
  if (!hasWork(t, thread, parked.forProc)) {
    t.fire('THR-30');
    letOthersRun(t, thread);
    park(t, thread, cursor, parked.forProc, parked.op, parked.wrote);
    return 'parked';
  }
  return gather(t, thread, cursor, parked.forProc, parked.op, parked.wrote);
};

/** Runs a woken reader until it returns or sleeps again, and reports it. */
export const runWoken = (t: Turn, thread: ThreadKey, signal = false): void => {
  t.woken = without(t.woken, other => other === thread);
  const parked = t.parkedOn(thread);
  if (parked === undefined) return;
  const { current } = t;
  t.current = taskKey(procOf(t, thread), indexOf(thread));
  const ended = resume(t, thread, signal);
  t.current = current;
  if (ended === 'parked') return;
  t.fire('THR-03');
  t.changeThread(thread, { needReturn: false });
  t.completions = appended(t.completions, {
    op: parked.op,
    done: exchanged(ended.status, parked.wrote, ended.read, ended.returns),
  });
};

/** Readers of the same file that are woken and have not run. Readers of other files cannot be told apart by order. */
const rivalsOf = (t: Turn, thread: ThreadKey): readonly ThreadKey[] =>
  t.woken.length === 0 ? t.woken : t.woken.filter(other => other !== thread && fileOf(other) === fileOf(thread));

/** Those of them who will look for work of the file, as this reader does. */
const contenders = (t: Turn, thread: ThreadKey): readonly ThreadKey[] =>
  rivalsOf(t, thread).filter(other => t.parkedOn(other)?.forProc === true && t.thread(other).todo.length === 0);

/** THR-30: before this reader looks at the work of the file, those who are woken may do so, in any order. */
const letOthersRun = (t: Turn, thread: ThreadKey): void => {
  for (;;) {
    const others = contenders(t, thread);
    if (others.length === 0) return;
    const answer = t.choose(others.length + 1);
    if (answer === 0) return;
    t.fire('THR-30');
    runWoken(t, others[answer - 1] as ThreadKey);
  }
};

/** Before something comes to a thread, or to a file, those who are woken and would read it may run. */
export const runConcerned = (t: Turn, file: FileKey, thread: ThreadKey): void => {
  const isConcerned = (reader: ThreadKey): boolean =>
    thread === NO_THREAD ? fileOf(reader) === file && t.parkedOn(reader)?.forProc === true : reader === thread;
  for (;;) {
    const readers = t.woken.filter(isConcerned);
    const answer = t.choose(readers.length + 1);
    if (answer === 0) return;
    runWoken(t, readers[answer - 1] as ThreadKey);
  }
};

/** Runs everyone who was woken, in the order of waking. */
export const runAllWoken = (t: Turn): void => {
  while (t.woken.length > 0) runWoken(t, t.woken[0] as ThreadKey);
  runSleepers(t);
};

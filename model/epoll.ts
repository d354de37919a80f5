/**
 * epoll sets. Every native thread has one; an entry is an open file, looked at by that thread (THR-36).
 *
 * An entry stands on the wait queue of the thread record that was there when it was added. Each wake-up of that queue
 * puts it on the set's ready list, and only what is on that list is looked at by a wait: what changes without a wake-up
 * goes unseen (PROC-12, THR-47). What is found readable stays on the list, the rest leaves it.
 */
import type { Call } from '../abi/call.ts';
import { shaped } from '../abi/done.ts';
import type { Done, Result } from '../abi/observation.ts';
import type { FdIndex, ProcIndex, ThreadIndex } from '../abi/ids.ts';
import { hasWork, isFreeForFileWork } from './ready.ts';
import {
  LOOPER,
  fileOf,
  indexOf,
  threadKey,
  type EpollEntry,
  type EpollSet,
  type FileKey,
  type ThreadKey,
} from './state.ts';
import { procOf } from './task.ts';
import { threadFor } from './thread.ts';
import { appended, inserted, taskKey, without, type Turn } from './turn.ts';

type Of<Kind extends Call['op']> = Call & { readonly op: Kind };

const keyOf = (set: EpollSet): number => taskKey(set.proc, set.thread);

const setWith = (t: Turn, key: number): EpollSet | undefined => t.epolls.find(set => keyOf(set) === key);

/** The thread's set, empty when nothing was put into it. */
const setOf = (t: Turn, proc: ProcIndex, thread: ThreadIndex): EpollSet =>
  setWith(t, taskKey(proc, thread)) ?? { proc, thread, entries: [], sleeper: null };

/** Keeps a set; one that is as at first is not kept. */
const keep = (t: Turn, set: EpollSet): void => {
  const others = t.epolls.filter(other => keyOf(other) !== keyOf(set));
  const empty = set.entries.length === 0 && set.sleeper === null;
  t.epolls = empty ? others : inserted(others, set, other => keyOf(other) > keyOf(set));
};

const keepEntry = (t: Turn, { proc, thread, entries, sleeper }: EpollSet, entry: EpollEntry): void => {
  const others = entries.filter(({ file, fd }) => file !== entry.file || fd !== entry.fd);
  const next = [...others, entry].sort((a, b) => a.file - b.file || a.fd - b.fd);
  keep(t, { proc, thread, entries: next, sleeper });
};

/** Keeps a set with other entries, or another sleeper. */
const keepWith = (
  t: Turn,
  { proc, thread, entries, sleeper }: EpollSet,
  change: { readonly entries?: EpollSet['entries']; readonly sleeper?: EpollSet['sleeper'] },
): void =>
  keep(t, {
    proc,
    thread,
    entries: change.entries ?? entries,
    sleeper: change.sleeper === undefined ? sleeper : change.sleeper,
  });

/** THR-35, THR-36: readable when a read would not wait; makes the thread's record and marks it as a poller (THR-14). */
export const isReadable = (t: Turn, key: ThreadKey): boolean => {
  threadFor(t, key);
  t.fire('THR-14', 'THR-35', 'THR-36');
  t.changeThread(key, { looper: t.thread(key).looper | LOOPER.POLL });
  return hasWork(t, key, isFreeForFileWork(t, key));
};

/** epoll_ctl: looks at the file, unless it leaves. */
export const control = (t: Turn, call: Of<'epoll_ctl'>, thread: ThreadKey): Done => {
  const { fd } = call;
  const file = fileOf(thread);
  const set = setOf(t, call.proc, call.thread);
  const known = set.entries.find(entry => entry.file === file && entry.fd === fd);
  if (call.ctl === 'add') {
    if (known !== undefined) return { status: 'EEXIST' };
    keepEntry(t, set, { file, fd, hooked: true, ready: isReadable(t, thread) });
    return { status: 'OK' };
  }
  if (known === undefined) return { status: 'ENOENT' };
  if (call.ctl === 'mod') {
    const ready = isReadable(t, thread) || known.ready;
    keepEntry(t, set, { file, fd, hooked: known.hooked, ready });
  } else {
    keepWith(t, set, { entries: set.entries.filter(entry => entry !== known) });
  }
  return { status: 'OK' };
};

/** epoll_wait: what is readable, or sleep. */
export const wait = (t: Turn, call: Of<'epoll_wait'>): Result => {
  const ready = look(t, taskKey(call.proc, call.thread));
  if (ready.length > 0 || call.sleep !== true) return { status: 'OK', ready };
  keepWith(t, setOf(t, call.proc, call.thread), { sleeper: call.id });
  return 'pending';
};

/** Looks at what is on the ready list; what is not readable leaves it. */
const look = (t: Turn, key: number): readonly FdIndex[] => {
  const set = setWith(t, key);
  if (set === undefined) return NONE;
  const recordIn = (file: FileKey): ThreadKey => threadKey(t.file(file), set.proc, set.thread);
  const readable = set.entries.filter(({ file, ready }) => ready && isReadable(t, recordIn(file)));
  keepWith(t, set, {
    entries: set.entries.map(entry => changedEntry(entry, entry.hooked, readable.includes(entry))),
  });
  return readable.map(({ fd }) => fd).sort((a, b) => a - b);
};

const changedEntry = ({ file, fd }: EpollEntry, hooked: boolean, ready: boolean): EpollEntry => ({
  file,
  fd,
  hooked,
  ready,
});

const NONE: readonly FdIndex[] = [];

/** The thread no longer sleeps. */
const rise = (t: Turn, set: EpollSet, done: Done): void => {
  if (set.sleeper === null) return;
  t.completions = appended(t.completions, { op: set.sleeper, done: shaped(done) });
  keepWith(t, set, { sleeper: null });
};

/** A thread that was woken in epoll_wait looks, and sleeps on when it finds nothing. */
const runSleeper = (t: Turn, key: number): void => {
  t.wokenSets = without(t.wokenSets, other => other === key);
  const ready = look(t, key);
  const set = setWith(t, key);
  if (ready.length > 0 && set !== undefined) rise(t, set, { status: 'OK', ready });
};

/** Everybody who was woken in epoll_wait looks. */
export const runSleepers = (t: Turn): void => {
  for (let key = t.wokenSets[0]; key !== undefined; key = t.wokenSets[0]) runSleeper(t, key);
};

/** A signal ends the sleep in epoll_wait. */
export const interruptWait = (t: Turn, proc: ProcIndex, thread: ThreadIndex): void =>
  rise(t, setOf(t, proc, thread), { status: 'EINTR' });

/** Whether the thread sleeps in epoll_wait. */
export const sleepsInEpoll = (sets: readonly EpollSet[], proc: ProcIndex, thread: ThreadIndex): boolean =>
  sets.some(set => set.proc === proc && set.thread === thread && set.sleeper !== null);

/** The wait queue of a thread record is woken; answers whether an entry stands on it. */
export const alert = (t: Turn, thread: ThreadKey): boolean => {
  const file = fileOf(thread);
  if (t.fileIfAny(file) === undefined) return false;
  const key = taskKey(procOf(t, thread), indexOf(thread));
  const isAlerted = (entry: EpollEntry): boolean => entry.file === file && entry.hooked;
  const before = setWith(t, key)?.entries.filter(isAlerted) ?? [];
  if (before.length === 0) return false;
  // It may have been woken for another file, and may be up already.
  if (!before.every(({ ready }) => ready) && t.wokenSets.includes(key) && t.choose(2) === 1) runSleeper(t, key);
  const set = setWith(t, key) as EpollSet;
  keepWith(t, set, {
    entries: set.entries.map(entry => (isAlerted(entry) ? changedEntry(entry, true, true) : entry)),
  });
  if (set.sleeper !== null && !t.wokenSets.includes(key)) t.wokenSets = appended(t.wokenSets, key);
  return true;
};

/** THR-37: no reader waits, so work of the file is for everybody who polls and is idle (binder_wakeup_poll_threads_ilocked). */
export const alertPollers = (t: Turn, file: FileKey): void => {
  for (const { key, looper } of t.threads) {
    if (fileOf(key) !== file || (looper & LOOPER.POLL) === 0 || !isFreeForFileWork(t, key)) continue;
    if (alert(t, key)) t.fire('THR-37');
  }
};

/** Before work of the file goes, those who were woken for it may look. */
export const letSleepersLook = (t: Turn, file: FileKey): void => {
  for (const key of t.wokenSets) {
    const concerned = setWith(t, key)?.entries.some(entry => entry.file === file && entry.ready) === true;
    if (concerned && t.choose(2) === 1) runSleeper(t, key);
  }
};

/** THR-47: the record of a poller ends: its entry is woken for the last time and stays deaf (wake_up_pollfree). */
export const detachEntry = (t: Turn, thread: ThreadKey): void => {
  if (t.epolls.length === 0 || !alert(t, thread)) return;
  t.fire('THR-47');
  const file = fileOf(thread);
  const set = setOf(t, procOf(t, thread), indexOf(thread));
  const isDetached = (entry: EpollEntry): boolean => entry.file === file && entry.hooked;
  keepWith(t, set, {
    entries: set.entries.map(entry => (isDetached(entry) ? changedEntry(entry, false, true) : entry)),
  });
};

/** Whether the thread of this record sleeps in epoll_wait for its file (PROC-12). */
export const sleepsFor = (t: Turn, thread: ThreadKey): boolean => {
  const file = fileOf(thread);
  const set = setOf(t, procOf(t, thread), indexOf(thread));
  return set.sleeper !== null && set.entries.some(entry => entry.file === file && entry.hooked);
};

/** The open file goes for good, and leaves every set; nobody is woken. */
export const leaveSets = (t: Turn, file: FileKey): void => {
  for (const set of t.epolls) {
    const entries = set.entries.filter(entry => entry.file !== file);
    if (entries.length < set.entries.length) keepWith(t, set, { entries });
  }
};

/** The sets of a process go, or that of one thread. */
export const dropSets = (t: Turn, proc: ProcIndex, thread?: ThreadIndex): void => {
  if (t.epolls.length === 0) return;
  t.epolls = t.epolls.filter(set => set.proc !== proc || (thread !== undefined && set.thread !== thread));
};

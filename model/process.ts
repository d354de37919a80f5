/**
 * The life of a file and of the processes that have it: opened (binder_open), handed on, copied by a fork, closed.
 *
 * What a close leaves to a kernel worker is in `end.ts`; the mapping keeps the file alive after its descriptor is closed
 * (PROC-13).
 */
import type { Call, Status } from '../abi/call.ts';
import { noArena } from './buffer.ts';
import { dropSets } from './epoll.ts';
import { noteMade } from './journal/note.ts';
import { isLetGo } from './mapping.ts';
import { withArena } from './record.ts';
import { LOOPER, fileOf, type File } from './state.ts';
import { changeTask, hasFreeFd, isHeld, niceWith, procOf, taskOf } from './task.ts';
import { appended, without, type Deferred, type Turn } from './turn.ts';
import { wakeFile } from './work.ts';

type Of<Kind extends Call['op']> = Call & { readonly op: Kind };

/** PROC-01, PROC-02: every open is a file of its own. */
export const open = (t: Turn, call: Of<'open'>): Status => {
  // The number is reserved before the driver is asked.
  if (!hasFreeFd(t, call.proc)) return 'EMFILE';
  t.fire('PROC-01', 'PROC-03');
  if (t.files.some(file => file.proc === call.proc)) t.fire('PROC-02');
  if (call.device > 0) t.fire('PROC-32');
  const task = taskOf(t, call.proc);
  const file: File = {
    key: t.nextFile,
    proc: call.proc,
    fd: call.fd,
    device: call.device,
    open: true,
    nonblock: call.nonblock,
    readonly: call.readonly,
    defaultNice: task.nice[call.thread] ?? 0,
    todo: [],
    delivered: [],
    waiting: [],
    maxThreads: 0,
    requested: 0,
    started: 0,
    frozen: false,
    syncRecv: false,
    asyncRecv: false,
    outstanding: 0,
    spamDetection: false,
    arena: noArena,
  };
  t.nextFile++;
  t.files = appended(t.files, file);
  noteMade(t, 'proc');
  return 'OK';
};

/** PROC-29: the driver has no such operation; what the file may not do at all is refused before. */
export const fileIo = (t: Turn, call: Of<'file_io'>, file: File): Status => {
  if (call.call === 'write' && file.readonly) return 'EBADF';
  t.fire('PROC-29');
  return call.call === 'lseek' ? 'ESPIPE' : 'EINVAL';
};

/** TXN-46: the process gets a number for the open file, unless it has none left. */
export const share = (t: Turn, call: Of<'share'>, file: File): Status => {
  if (!hasFreeFd(t, call.to)) return 'EMFILE';
  const { held } = taskOf(t, call.to);
  changeTask(t, call.to, {
    held: [...held, { fd: call.as, file: file.key, inherited: false }].sort((a, b) => a.fd - b.fd),
  });
  return 'OK';
};

/** PROC-26: the child has what the parent has: descriptors, limit, user, and the nice value of the thread that forked. */
export const fork = (t: Turn, call: Of<'fork'>): void => {
  const { euid, nice, fds, fdLimit, held } = taskOf(t, call.proc);
  const own = t.files.filter(({ proc, open: isOpen }) => proc === call.proc && isOpen);
  const copied = [...own.map(({ fd, key }) => ({ fd, file: key })), ...held].sort((a, b) => a.fd - b.fd);
  changeTask(t, call.child, {
    ...{ euid, fds, fdLimit },
    nice: niceWith({}, 0, nice[call.thread] ?? 0),
    held: copied.map(({ fd, file }) => ({ fd, file, inherited: true })),
  });
};

/** PROC-11, PROC-13: the descriptor goes; the file follows when nobody has another one and nothing is mapped. */
export const close = (t: Turn, call: Of<'close'>, file: File): void => {
  if (call.proc === file.proc) t.changeFile(file.key, { open: false });
  else changeTask(t, call.proc, { held: taskOf(t, call.proc).held.filter(({ fd }) => fd !== call.fd) });
  t.deferred = appended(t.deferred, { file: file.key, what: 'flush' });
  if (isLetGo(t, file.key)) t.deferred = appended(t.deferred, { file: file.key, what: 'release' });
  else if (!t.file(file.key).open && !isHeld(t, file.key)) t.fire('PROC-13');
};

/** Every descriptor of the process is closed, its mappings and the reads of its threads end. */
export const kill = (t: Turn, proc: number): void => {
  const { held } = taskOf(t, proc);
  changeTask(t, proc, { alive: false, held: [] });
  dropSets(t, proc);
  const own = t.files.filter(file => file.proc === proc);
  for (const { key, arena } of own) {
    const change = arena.size === 0 ? {} : { live: false, readable: false, mapped: 0 };
    t.changeFile(key, { open: false, arena: withArena(arena, change) });
  }
  endReads(t, proc);
  // What is only mapped goes with the mappings, before the descriptors are closed in their order.
  const gone = own.map(({ key, fd, open }) => ({ fd: open ? fd : -1, file: key }));
  const closed = [...gone, ...held].sort((a, b) => a.fd - b.fd);
  const ending = closed.flatMap(({ fd, file }): Deferred[] =>
    isLetGo(t, file) ? [{ file, what: 'release' }] : fd >= 0 ? [{ file, what: 'flush' }] : [],
  );
  defer(t, ending);
};

/** The threads of a dead process leave their reads; where others have the file, these go on (THR-31). */
const endReads = (t: Turn, proc: number): void => {
  const ended = t.parked.filter(({ thread }) => procOf(t, thread) === proc);
  t.parked = without(t.parked, parked => ended.includes(parked));
  for (const { thread } of ended) {
    const { key, waiting, todo } = t.file(fileOf(thread));
    t.changeFile(key, { waiting: waiting.filter(other => other !== thread) });
    t.changeThread(thread, { looper: t.thread(thread).looper & ~LOOPER.WAITING, needReturn: false });
    if (todo.length > 0 && !isLetGo(t, key)) wakeFile(t, key);
  }
};

/** With more files than this only three orders are allowed: there would be too many. */
const MOST_ORDERED = 4;

/**
 * The orders of a worker that takes what was asked of it last, and may take something whenever it was asked for more.
 * The first of them: it begins when all was asked.
 */
const orders = (asked: readonly Deferred[], pending: readonly Deferred[] = []): (readonly Deferred[])[] => {
  const [next, ...others] = asked;
  if (next === undefined) return [pending.toReversed()];
  const later = orders(others, [...pending, next]);
  const last = pending.at(-1);
  return last === undefined ? later : [...later, ...orders(asked, pending.slice(0, -1)).map(order => [last, ...order])];
};

/**
 * PROC-14: a killed process asks for the ends of its files in their order, while the worker runs beside it. Nobody can
 * tell when a file is flushed that nobody waits for.
 */
const defer = (t: Turn, asked: readonly Deferred[]): void => {
  const isQuiet = ({ file, what }: Deferred): boolean =>
    what === 'flush' && t.epolls.length === 0 && t.parked.every(({ thread }) => fileOf(thread) !== file);
  const telling = asked.filter(each => !isQuiet(each));
  t.deferred = [...t.deferred, ...asked.filter(isQuiet)];
  if (telling.length === 0) return;
  const [first, ...rest] = telling as [Deferred, ...Deferred[]];
  const lastFirst = rest.toReversed();
  const ways =
    telling.length <= MOST_ORDERED ? orders(telling) : [[...lastFirst, first], [first, ...lastFirst], telling];
  t.deferred = [...t.deferred, ...(ways[t.choose(ways.length)] as readonly Deferred[])];
};

/**
 * Opening, mapping and leaving: the life of a file (binder_open, binder_mmap, binder_flush, binder_release).
 *
 * Flush and release run on a kernel worker after the call that asked for them; the mapping keeps the file alive after
 * its descriptor is closed (PROC-13).
 */
import { match } from 'ts-pattern';
import type { Call, Status } from '../abi/call.ts';
import { newArena, noArena } from './buffer.ts';
import { notifyDeath } from './death.ts';
import { dropSets, leaveSets, sleepsFor } from './epoll.ts';
import { dropWork, endThread } from './exit.ts';
import { noteMade } from './journal/note.ts';
import { dropNode, settle } from './node.ts';
import { addPages, commonPages, countPages } from './page.ts';
import { runWoken } from './read.ts';
import { isConcerned, leaveNext } from './leave.ts';
import { endTransaction } from './reply.ts';
import { LOOPER, NO_FILE, OPENER, fileOf, holderOf, type File, type FileKey, type Node } from './state.ts';
import { changeTask, hasFreeFd, isHeld, niceWith, procOf, taskOf } from './task.ts';
import { wantsThread } from './thread.ts';
import { without, type Deferred, type Turn } from './turn.ts';
import { withArena, withTransaction } from './record.ts';
import { unqueueNode, wake, wakeFile } from './work.ts';
import { PAGE } from '../abi/ids.ts';

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
  t.files = [...t.files, file];
  noteMade(t, 'proc');
  return 'OK';
};

/** PROC-07, ALLOC-07: the checks of mmap in their order. */
export const mmap = (t: Turn, call: Of<'mmap'>, file: File): Status =>
  match({
    size: call.size,
    foreign: call.proc !== file.proc,
    prot: call.prot,
    shared: !call.private,
    readonly: file.readonly,
    mapped: file.arena.size > 0,
  })
    .returnType<Status>()
    .with({ size: 0 }, () => 'EINVAL')
    // The file system's own check, before the driver is asked.
    .with({ prot: 'write', shared: true, readonly: true }, () => 'EACCES')
    .with({ foreign: true }, () => {
      t.fire('ALLOC-02', 'PROC-07', 'ALLOC-07');
      return 'EINVAL';
    })
    .with({ prot: 'write' }, () => {
      t.fire('ALLOC-04', 'PROC-07', 'ALLOC-07');
      return 'EPERM';
    })
    .with({ mapped: true }, () => {
      t.fire('ALLOC-06', 'PROC-07', 'ALLOC-07');
      return 'EBUSY';
    })
    .otherwise(() => {
      t.fire('ALLOC-01', 'PROC-08', 'ALLOC-08');
      t.changeFile(file.key, { arena: newArena(call.size, call.prot === 'read') });
      return 'OK';
    });

/** ALLOC-10, PROC-09: any part that goes ends the mapping for good; the last part lets a closed file end. */
export const munmap = (t: Turn, call: Of<'munmap'>, file: File): Status => {
  const { arena } = file;
  const whole = Math.ceil((arena.mapped + countPages(arena.gone) * PAGE) / PAGE);
  const first = (call.offset ?? 0) / PAGE;
  const end = call.length === undefined ? whole : first + Math.ceil(call.length / PAGE);
  if (!Number.isInteger(first) || end === first) return 'EINVAL';
  if (first >= whole) return 'OK';
  t.fire('ALLOC-10', 'PROC-09');
  const gone = addPages(arena.gone, [first, Math.min(end, whole)]);
  const mapped = (whole - countPages(gone)) * PAGE;
  t.changeFile(file.key, { arena: withArena(arena, { live: false, gone, mapped }) });
  if (isLetGo(t, file.key)) t.deferred.push({ file: file.key, what: 'release' });
  return 'OK';
};

/** ALLOC-05: the mapping is sealed against writing; whether it can be read is its owner's affair. */
export const mprotect = (t: Turn, call: Of<'mprotect'>, file: File): Status => {
  t.fire('ALLOC-05');
  if (call.prot === 'write') return 'EACCES';
  t.changeFile(file.key, { arena: withArena(file.arena, { readable: call.prot === 'read' }) });
  return 'OK';
};

/** ALLOC-34: the pages are gone for user space; for the driver they are there. */
export const madvise = (t: Turn, call: Of<'madvise'>, file: File): Status => {
  const first = (call.offset ?? 0) / PAGE;
  if (!Number.isInteger(first)) return 'EINVAL';
  const { arena } = file;
  const end = call.length === undefined ? Infinity : first + Math.ceil(call.length / PAGE);
  const hidden = commonPages(arena.populated, [[first, end]]).reduce(addPages, arena.hidden);
  if (hidden !== arena.hidden) t.fire('ALLOC-34');
  t.changeFile(file.key, { arena: withArena(arena, { hidden }) });
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

/** Nobody has a descriptor of the file, and nothing of it is mapped. */
const isLetGo = (t: Turn, key: FileKey): boolean => {
  const { open, arena } = t.file(key);
  return !open && arena.mapped === 0 && !isHeld(t, key);
};

/** PROC-11, PROC-13: the descriptor goes; the file follows when nobody has another one and nothing is mapped. */
export const close = (t: Turn, call: Of<'close'>, file: File): void => {
  if (call.proc === file.proc) t.changeFile(file.key, { open: false });
  else changeTask(t, call.proc, { held: taskOf(t, call.proc).held.filter(({ fd }) => fd !== call.fd) });
  t.deferred.push({ file: file.key, what: 'flush' });
  if (isLetGo(t, file.key)) t.deferred.push({ file: file.key, what: 'release' });
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

/**
 * PROC-14: what was asked of the worker last is done first, but it may have begun with the first before the next was
 * asked for, or have kept up. Nobody can tell when a file is flushed that nobody waits for.
 */
const defer = (t: Turn, asked: readonly Deferred[]): void => {
  const isQuiet = ({ file, what }: Deferred): boolean =>
    what === 'flush' && t.epolls.length === 0 && t.parked.every(({ thread }) => fileOf(thread) !== file);
  const telling = asked.filter(each => !isQuiet(each));
  const [first, ...rest] = telling;
  t.deferred.push(...asked.filter(isQuiet));
  if (first === undefined) return;
  const way = t.choose(Math.min(telling.length, 3));
  if (way === 0) t.deferred.push(...rest.reverse(), first);
  else t.deferred.push(first, ...(way === 1 ? rest.reverse() : rest));
};

/** PROC-11, PROC-12: every thread must return; those who sleep in a read are woken. */
export const flush = (t: Turn, key: FileKey): void => {
  t.fire('PROC-11');
  for (const thread of t.threads) {
    if (fileOf(thread.key) !== key) continue;
    t.beside?.(t, key, thread.key);
    t.changeThread(thread.key, { needReturn: true });
    if ((thread.looper & LOOPER.WAITING) !== 0) wake(t, thread.key);
    else if (t.epolls.length > 0 && sleepsFor(t, thread.key)) t.fire('PROC-12');
  }
  mixWoken(t, key);
};

/** Records are woken in the order of their threads' pids; who asks for a thread may come before others of other processes. */
const mixWoken = (t: Turn, file: FileKey): void => {
  const readers = t.woken.filter(thread => fileOf(thread) === file);
  const asking = readers.filter(thread => wantsThread(t, thread));
  const isMixed = asking.length > 0 && readers.some(thread => holderOf(thread) !== OPENER);
  if (!isMixed || readers.length < 2 || t.choose(2) === 0) return;
  for (const thread of asking.reverse()) {
    t.woken.splice(t.woken.indexOf(thread), 1);
    t.woken.unshift(thread);
  }
};

/** PROC-15: the order of the end (binder_deferred_release). */
export const release = (t: Turn, key: FileKey): void => {
  const file = t.file(key);
  t.fire('PROC-14', 'PROC-15');
  leaveSets(t, key);
  loseManager(t, file);
  t.changeFile(key, { frozen: false, syncRecv: false, asyncRecv: false });
  for (const thread of t.threads) {
    if (fileOf(thread.key) !== key) continue;
    t.fire('PROC-17');
    endThread(t, thread.key);
  }
  const nodes = t.nodes.filter(node => node.owner === key).sort((a, b) => (BigInt(a.ptr) < BigInt(b.ptr) ? -1 : 1));
  for (const node of nodes) releaseNode(t, node.id);
  const refs = t.refs.filter(ref => ref.file === key).sort((a, b) => a.handle - b.handle);
  t.leaving = refs.map(({ id }) => id);
  runConcerned(t);
  while (t.leaving.length > 0) {
    leaveNext(t);
    runConcerned(t);
  }
  if (t.file(key).todo.length > 0) t.fire('PROC-21', 'PROC-22', 'REL-19');
  dropWork(t, t.file(key).todo);
  t.fire('PROC-23', 'ALLOC-48');
  t.transactions = t.transactions.map(transaction =>
    transaction.to === key ? withTransaction(transaction, { buffer: -1 }) : transaction,
  );
  t.files = without(t.files, other => other.key === key);
};

/** PROC-14: readers that are awake run beside the release, as far as it makes a difference to them. */
const runConcerned = (t: Turn): void => {
  while (t.leaving.length > 0) {
    const readers = t.woken.filter(thread => isConcerned(t, thread));
    const answer = t.choose(readers.length + 1);
    if (answer === 0) return;
    runWoken(t, readers[answer - 1] as number);
  }
};

/** PROC-16, CTX-06 */
const loseManager = (t: Turn, file: File): void => {
  t.devices = t.devices.map((device, index) => {
    if (index !== file.device || device.manager === 0 || t.node(device.manager).owner !== file.key) return device;
    t.fire('PROC-16', 'CTX-06');
    return { manager: 0, managerUid: device.managerUid };
  });
};

/** PROC-18: a node dies with its owner; if somebody holds it, it stays as a dead node. */
const releaseNode = (t: Turn, id: number): void => {
  t.fire('PROC-18');
  const node: Node = t.node(id);
  for (const waiting of node.asyncTodo) endTransaction(t, waiting);
  unqueueNode(t, id);
  if (node.refs.length === 0) {
    dropNode(t, id);
    return;
  }
  t.changeNode(id, { owner: NO_FILE, localStrong: 0, localWeak: 0, asyncTodo: [] });
  notifyDeath(t, id);
  settle(t, id);
};

/**
 * The optimised driver: bytes in, bytes out.
 *
 * Whoever runs it owns the processes (`TaskGroup`), their native threads (`Task`) and memory, and calls it as the
 * operating system would. Every call answers at once. An ioctl that has to wait answers PARKED; when a later call ends
 * the wait, the thread stands in `completed` with its result.
 */
import { PAGE } from '../abi/ids.ts';
import { managedSize } from './arena.ts';
import { BytePool } from './byte-pool.ts';
import { Core } from './core.ts';
import { readDebugFile } from './debugfs.ts';
import { endEpoll, endWatch, Epoll, type EpollWait } from './epoll.ts';
import { ioctl } from './ioctl.ts';
import type { Access } from './mapping.ts';
import { changeWatch, fallAsleep, interruptSleep, isReadable, lookAgain, takeReady } from './poll.ts';
import { defer, Process, runDeferred } from './process.ts';
import { chainWake, interruptRead, resumeRead } from './read.ts';
import { EACCES, EBUSY, EINVAL, ENOMEM, EPERM, OK, PARKED } from './result.ts';
import { Sending } from './sending.ts';
import type { Task, TaskGroup } from './task.ts';
import { threadOf, type Thread } from './thread.ts';

/** Above this no process has addresses. */
const ADDRESS_SPACE = 2 ** 47;

export class BinderDriver {
  #core: Core;
  readonly #bytes = new BytePool();
  readonly #sending = new Sending();

  constructor(devices = 1) {
    this.#core = new Core(devices, this.#bytes, null);
  }

  /** Begins anew with nothing open. */
  reset(devices: number): void {
    for (const { arena } of this.#core.processes) this.#bytes.give(arena.bytes);
    this.#core = new Core(devices, this.#bytes, this.#core);
  }

  /** All state, for snapshots. */
  get core(): Core {
    return this.#core;
  }

  /** Payload bytes copied so far. */
  get copied(): number {
    return this.#core.copied;
  }

  /** Opens a device as descriptor `fd`: everything behind the new file. `null` for a device that does not exist. */
  open(device: number, task: Task, nonblock: boolean, fd = 0): Process | null {
    const context = this.#core.contexts[device];
    if (context === undefined) return null;
    const process = new Process(task.group, context, fd, task.nice);
    process.nonblock = nonblock;
    process.hasDebugFile = this.#core.processes.every(({ group }) => group.pid !== task.group.pid);
    this.#core.processes.push(process);
    this.#core.procs.live++;
    this.#core.procs.total++;
    return process;
  }

  /**
   * Maps `length` bytes at an address that the environment chose. Answers 0, EINVAL (no length, or another process than
   * the one that opened), ENOMEM (too long), EPERM (writable) or EBUSY (not the first time); order PROC-07.
   */
  mmap(process: Process, task: Task, base: number, length: number, access: Access): number {
    if (length <= 0) return EINVAL;
    const pages = Math.ceil(length / PAGE) * PAGE;
    if (pages >= ADDRESS_SPACE) return ENOMEM;
    if (task.group !== process.group) return EINVAL;
    if (access.write) return EPERM;
    const { arena } = process;
    if (arena.size !== 0) return EBUSY;
    arena.map(base, pages, access.read, this.#core.bytes.take(managedSize(pages)));
    process.references++;
    return OK;
  }

  /** Unmaps part of the mapping: that is final for the arena (ALLOC-10), and the file goes when nothing is left. */
  munmap(process: Process, from: number, length: number): number {
    const { arena } = process;
    const { mapping } = arena;
    if (from % PAGE !== 0 || length <= 0) return EINVAL;
    if (mapping === null || !mapping.cut(from, from + length)) return OK;
    arena.alive = false;
    if (mapping.gone) {
      arena.mapping = null;
      this.#dropReference(process);
    }
    this.#settle();
    return OK;
  }

  /** Changes the access to what is left of the mapping. EACCES: it is never made writable (ALLOC-05). */
  mprotect(process: Process, access: Access): number {
    const { mapping } = process.arena;
    if (access.write) return EACCES;
    if (mapping !== null) mapping.readable = access.read;
    return OK;
  }

  /**
   * The owner gives up what is still mapped of a range (MADV_DONTNEED): its pages vanish from the owner's sight, and the
   * driver counts on them as before (ALLOC-34). Answers 0, or EINVAL where the range does not begin with a page.
   */
  madvise(process: Process, from: number, length: number): number {
    if (from % PAGE !== 0) return EINVAL;
    const { mapping, pages } = process.arena;
    mapping?.within(from, from + length, (start, end) => pages.hide(start, end));
    return OK;
  }

  /** Performs an ioctl; the argument is an address in the task's memory. Answers 0, a negative errno, or PARKED. */
  ioctl(process: Process, task: Task, command: number, argument: number): number {
    const core = this.#core;
    core.current = task;
    const result = ioctl(core, this.#sending, process, task, command, argument);
    if (result === PARKED) this.#park(process, task);
    this.#settle();
    return result;
  }

  /** Whether poll reports POLLIN (THR-35); makes the thread record if need be (THR-36). */
  poll(process: Process, task: Task): boolean {
    return isReadable(this.#core, process, task);
  }

  /** A new epoll instance of a process. */
  epollCreate(group: TaskGroup): Epoll {
    const epoll = new Epoll();
    group.epolls.add(epoll);
    return epoll;
  }

  /** The last descriptor of an epoll instance was closed. */
  epollClose(group: TaskGroup, epoll: Epoll): void {
    group.epolls.delete(epoll);
    endEpoll(epoll);
  }

  /** Adds an open file under a descriptor, EEXIST; asks it again, ENOENT; or takes it away, ENOENT. */
  epollCtl(epoll: Epoll, process: Process, task: Task, fd: number, change: 'add' | 'mod' | 'del'): number {
    const result = changeWatch(this.#core, epoll, process, task, fd, change);
    this.#settle();
    return result;
  }

  /**
   * The readable descriptors of an epoll instance, `most` at most. Where there are none and the task `sleeps`: `null`;
   * `takeWaited` then tells of the end of its sleep.
   */
  epollWait(epoll: Epoll, task: Task, most: number, sleeps: boolean): readonly number[] | null {
    const found = takeReady(this.#core, epoll, task, most);
    const parks = sleeps && found.length === 0;
    if (parks) fallAsleep({ epoll, task, most, found });
    this.#settle();
    return parks ? null : found;
  }

  /**
   * One more descriptor of the file, in any process: its threads then use the file as the opener's do, with their own
   * memory, tids and descriptors (TXN-46). `close` ends it.
   */
  share(process: Process): void {
    process.references++;
  }

  /** A descriptor of the file was closed, but not the last one: the flush happens behind the caller's back (PROC-11). */
  flush(process: Process): void {
    defer(this.#core, process).flushDue = true;
    this.#settle();
  }

  /** The descriptor was closed: flush, and release when nothing else keeps the file (PROC-13). */
  close(process: Process): void {
    this.#closeDescriptor(process);
    this.#settle();
  }

  /** A process ends: its sleeping threads vanish, its mappings and descriptors go. `open`: the file of each of those. */
  exit(group: TaskGroup, open: readonly Process[]): void {
    const core = this.#core;
    group.gone = true;
    for (const epoll of group.epolls) this.epollClose(group, epoll);
    const asleep = core.processes.flatMap(({ threads }) =>
      [...threads.values()].filter(({ task, parked }) => parked && task.group === group),
    );
    for (const thread of asleep) {
      interruptRead(thread);
      thread.needReturn = false;
      this.#unpark(thread);
    }
    // Their reads end as all reads do: others who have the file may go on (THR-31).
    for (const thread of asleep) chainWake(core, thread);
    for (const process of core.processes) {
      const { arena } = process;
      if (process.group !== group || arena.mapping === null) continue;
      arena.alive = false;
      arena.mapping = null;
      this.#dropReference(process);
    }
    for (const process of open) this.#closeDescriptor(process);
    this.#settle();
  }

  /** A signal reaches a task: a sleeping read ends with EINTR (READ-09), and so does a sleep in epoll_wait. */
  signal(task: Task): void {
    const { parkedOn: thread, wait } = task;
    if (thread !== null) this.#complete(thread, interruptRead(thread));
    if (wait !== null) interruptSleep(this.#core, wait);
    this.#settle();
  }

  /** Memory pressure: all pages that can be reclaimed are (ALLOC-31). */
  reclaim(): void {
    for (const { arena } of this.#core.processes) {
      const { alive, mapping, pages } = arena;
      // What is still mapped after a part was unmapped belongs to a mapping that the driver no longer knows.
      pages.reclaim(page => alive || mapping === null || !mapping.covers(page * PAGE, (page + 1) * PAGE));
    }
  }

  /** The text of a debugfs file, such as `state` or `proc/1000`; `null` when there is no such file. */
  debugFile(path: string): string | null {
    return readDebugFile(this.#core, path);
  }

  /** Takes a thread whose ioctl was PARKED and is now finished with `result`; `undefined` when there is none. */
  takeCompleted(): Thread | undefined {
    return this.#core.completed.shift();
  }

  /** Takes a sleep in epoll_wait that is over; a signal ended it when it found nothing. `undefined`: there is none. */
  takeWaited(): EpollWait | undefined {
    return this.#core.waited.shift();
  }

  #park(process: Process, task: Task): void {
    const thread = threadOf(this.#core, process, task);
    thread.parked = true;
    task.parkedOn = thread;
    process.references++;
  }

  #unpark(thread: Thread): void {
    thread.parked = false;
    thread.task.parkedOn = null;
    this.#dropReference(thread.process);
  }

  #complete(thread: Thread, result: number): void {
    chainWake(this.#core, thread);
    thread.argument.store(thread.task.memory.view, thread.argumentPlace);
    thread.needReturn = false;
    thread.result = result;
    this.#unpark(thread);
    this.#core.completed.push(thread);
  }

  /**
   * Woken threads run in the order of their wake-ups, those asleep in epoll after the others; then the deferred work of
   * files; until nothing is left.
   */
  #settle(): void {
    const { runnable, roused, deferred } = this.#core;
    while (runnable.length > 0 || roused.length > 0 || deferred.length > 0) {
      const thread = runnable.shift();
      if (thread !== undefined) this.#run(thread);
      else if (roused.length > 0) lookAgain(this.#core, roused.shift() as EpollWait);
      else runDeferred(this.#core);
    }
  }

  #run(thread: Thread): void {
    thread.woken = false;
    if (!thread.parked) return;
    this.#core.current = thread.task;
    const result = resumeRead(this.#core, thread.task, thread);
    if (result !== PARKED) this.#complete(thread, result);
  }

  #closeDescriptor(process: Process): void {
    defer(this.#core, process).flushDue = true;
    this.#dropReference(process);
  }

  #dropReference(process: Process): void {
    process.references--;
    if (process.references > 0) return;
    process.hasDebugFile = false;
    for (const watch of process.watches) endWatch(watch);
    defer(this.#core, process).releaseDue = true;
  }
}

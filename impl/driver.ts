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
import { ioctl } from './ioctl.ts';
import { flushProcess, Process, releaseProcess } from './process.ts';
import { chainWake, interruptRead, resumeRead } from './read.ts';
import { EBUSY, EINVAL, ENOMEM, EPERM, OK, PARKED } from './result.ts';
import { Sending } from './sending.ts';
import type { Task, TaskGroup } from './task.ts';
import { LOOPER_POLL, threadOf, type Thread } from './thread.ts';

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
  mmap(
    process: Process,
    task: Task,
    base: number,
    length: number,
    access: { readonly read: boolean; readonly write: boolean },
  ): number {
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
    const thread = threadOf(this.#core, process, task);
    thread.looper |= LOOPER_POLL;
    return thread.hasWork(thread.idle);
  }

  /** A descriptor of the file was closed, but not the last one: the flush happens behind the caller's back (PROC-11). */
  flush(process: Process): void {
    this.#defer(process).flushDue = true;
    this.#settle();
  }

  /** The descriptor was closed: flush, and release when nothing else keeps the file (PROC-13). */
  close(process: Process): void {
    this.#closeDescriptor(process);
    this.#settle();
  }

  /** A process ends: its sleeping threads vanish, its mappings and descriptors go. `open`: files with a descriptor. */
  exit(group: TaskGroup, open: readonly Process[]): void {
    const core = this.#core;
    for (const process of core.processes) {
      for (const thread of process.threads.values()) {
        if (thread.task.group !== group || !thread.parked) continue;
        interruptRead(thread);
        this.#unpark(thread);
      }
    }
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

  /** A signal reaches a task: a sleeping read ends with EINTR (READ-09). */
  signal(task: Task): void {
    const thread = task.parkedOn;
    if (thread === null) return;
    this.#complete(thread, interruptRead(thread));
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

  /** Woken threads run in the order of their wake-ups; then the deferred work of files; until nothing is left. */
  #settle(): void {
    const { runnable, deferred } = this.#core;
    while (runnable.length > 0 || deferred.length > 0) {
      const thread = runnable.shift();
      if (thread === undefined) this.#runDeferred();
      else this.#run(thread);
    }
  }

  #run(thread: Thread): void {
    thread.woken = false;
    if (!thread.parked) return;
    this.#core.current = thread.task;
    const result = resumeRead(this.#core, thread.task, thread);
    if (result !== PARKED) this.#complete(thread, result);
  }

  #runDeferred(): void {
    const core = this.#core;
    for (let process = core.deferred.pop(); process !== undefined; process = core.deferred.pop()) {
      const { flushDue, releaseDue } = process;
      process.flushDue = false;
      process.releaseDue = false;
      if (flushDue) flushProcess(core, process);
      if (releaseDue) releaseProcess(core, process);
    }
  }

  #closeDescriptor(process: Process): void {
    this.#defer(process).flushDue = true;
    this.#dropReference(process);
  }

  #dropReference(process: Process): void {
    process.references--;
    if (process.references > 0) return;
    process.hasDebugFile = false;
    this.#defer(process).releaseDue = true;
  }

  #defer(process: Process): Process {
    if (!process.flushDue && !process.releaseDue) this.#core.deferred.push(process);
    return process;
  }
}

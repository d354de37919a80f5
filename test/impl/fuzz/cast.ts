/** The processes of a fuzzed world: memory, threads, open files, and a table of descriptors that counts what it holds. */
import type { Dice } from '../../../properties/generator/dice.ts';
import type { BinderDriver } from '../../../impl/driver.ts';
import type { Epoll } from '../../../impl/epoll.ts';
import { FileTable } from '../../../impl/files.ts';
import { Memory } from '../../../impl/memory.ts';
import type { Process } from '../../../impl/process.ts';
import { Task, TaskGroup } from '../../../impl/task.ts';

/** A process's memory: one region for everything, and one that ends where nothing is mapped, far from the first. */
export const BASE = 0x1_0000;
export const SIZE = 0x1_0000;
export const EDGE = 0x9_0000;
export const EDGE_SIZE = 0x1000;
/** Place of the second region in the bytes. */
export const EDGE_PLACE = SIZE;
/** Threads of a process. */
export const THREADS = 3;

/** Places in the first region: structures, one page of commands and one of returns a thread, and what messages carry. */
export const argumentAt = (thread: number): number => thread * 0x100;
export const writeAt = (thread: number): number => 0x1000 + thread * 0x2000;
export const readAt = (thread: number): number => 0x2000 + thread * 0x2000;
export const DATA = 0x8000;
export const OFFSETS = 0xa000;
export const PIECES = 0xc000;

const FIRST_FILE = 100;
const FILES = 20;
const ROOM = 12;

/** Files 100 to 119 exist; received ones take the numbers from 3 to 14, unless there is less room. */
export class CountingTable extends FileTable {
  /** Files that are held for somebody. */
  held = 0;
  /** Numbers that it gives out. */
  room = ROOM;
  readonly #installed = new Set<number>();

  override take(fd: number): number {
    const known = (fd >= FIRST_FILE && fd < FIRST_FILE + FILES) || this.#installed.has(fd);
    if (!known) return -1;
    this.held++;
    return fd;
  }

  override install(): number {
    for (let fd = 3; fd < 3 + this.room; fd++) {
      if (this.#installed.has(fd)) continue;
      this.#installed.add(fd);
      return fd;
    }
    return -1;
  }

  override drop(): void {
    this.held--;
  }

  override close(fd: number): void {
    this.#installed.delete(fd);
  }
}

/** An open file of a player. */
export interface Opened {
  readonly process: Process;
  closed: boolean;
}

/** A process with its threads and open files. */
export class Player {
  readonly bytes = new Uint8Array(SIZE + EDGE_SIZE);
  readonly memory = new Memory(this.bytes);
  readonly files = new CountingTable();
  readonly group: TaskGroup;
  readonly tasks: readonly Task[];
  readonly opened: Opened[] = [];
  /** Addresses of buffers that it was given. */
  readonly given: number[] = [];
  readonly #epolls = new Map<Task, Epoll>();

  constructor(pid: number) {
    this.memory.map(BASE, SIZE, 0);
    this.memory.map(EDGE, EDGE_SIZE, EDGE_PLACE);
    this.group = new TaskGroup(pid, this.files);
    this.tasks = Array.from({ length: THREADS }, (_, index) => new Task(pid + index, this.group, this.memory));
  }

  get view(): DataView {
    return this.memory.view;
  }

  /** Open files that system calls can name. */
  get usable(): readonly Opened[] {
    return this.opened.filter(({ closed }) => !closed);
  }

  /** Threads that do not sleep in the driver. */
  get awake(): readonly Task[] {
    return this.tasks.filter(({ parkedOn, wait }) => parkedOn === null && wait === null);
  }

  /** The epoll instance of a thread. */
  epollOf(driver: BinderDriver, task: Task): Epoll {
    let epoll = this.#epolls.get(task);
    if (epoll === undefined) {
      epoll = driver.epollCreate(this.group);
      this.#epolls.set(task, epoll);
    }
    return epoll;
  }

  /** Closes that. */
  closeEpoll(driver: BinderDriver, task: Task): void {
    driver.epollClose(this.group, this.epollOf(driver, task));
    this.#epolls.delete(task);
  }

  /** Opens a device, and maps some of it or nothing. */
  open(driver: BinderDriver, dice: Dice, device: number, fd: number): void {
    const [task] = this.tasks;
    if (task === undefined) return;
    const process = driver.open(device, task, dice.chance(70), fd);
    if (process === null) return;
    this.opened.push({ process, closed: false });
    const size = dice.pick([
      4096,
      8192,
      16384,
      16384,
      65536,
      65536,
      65536,
      1 << 20,
      1 << 20,
      dice.chance(50) ? 5000 : 0,
    ]);
    // Mappings lie far apart, but on addresses that may look like sizes and offsets.
    if (size > 0) driver.mmap(process, task, 0x10_0000 * (fd + 2), size, { read: true, write: false });
  }
}

/** Who plays whom: the processes and open files of a log in the agent's processes and registers. */
import type { DeviceIndex, FdIndex, ProcIndex, ThreadIndex } from '../../../abi/ids.ts';
import { PAGE } from '../../../abi/ids.ts';
import { contextOf, VIRTUAL_MACHINE, type Ground } from './ground.ts';
import type { Value } from './program.ts';

/** Processes of one slot that may live at once, and threads in each: limits of the agent. */
export const MOST_PROCESSES = 24;
export const MOST_THREADS = 16;
/** Descriptor names in one process. Each takes two of the agent's registers. */
const MOST_FILES = 24;
const PID_REGISTER = 2 * MOST_FILES;
/** A process id that no process has. */
export const NOBODY = 0x3fffffff;

/** A thread of the log. */
export interface NativeThread {
  readonly proc: ProcIndex;
  readonly thread: ThreadIndex;
}

/** An op log asks for more than the agent can hold. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';
}

/** One open file of the device. What is only known from answers is filled in as they are read. */
export class OpenFile {
  readonly actor: Actor;
  readonly fd: FdIndex;
  readonly device: DeviceIndex;
  /** Address of the mapping; 0 before there is one. */
  base = 0;
  /** Bytes of address space that the mapping was given. */
  mapped = 0;
  /** Parts of it that are unmapped again, as [from, to) offsets. */
  holes: readonly (readonly [number, number])[] = [];
  /** A call that changes the mapping was sent and its answer not read yet. */
  unsettled = false;
  /** The descriptor was closed. */
  closed = false;
  /** Rising with each open of the process. */
  readonly order: number;

  constructor(actor: Actor, fd: FdIndex, device: DeviceIndex) {
    if (fd >= MOST_FILES) throw new TooLarge(`the agent holds ${MOST_FILES} descriptor names a process`);
    this.actor = actor;
    this.order = actor.opened++;
    this.fd = fd;
    this.device = device;
  }

  get fdRegister(): number {
    return this.fd * 2;
  }

  get baseRegister(): number {
    return this.fd * 2 + 1;
  }

  /** The descriptor, for a call of its own process. */
  get descriptor(): Value {
    return { register: this.fdRegister };
  }

  /** An address in the mapping. */
  address(offset: number): Value {
    return { register: this.baseRegister, add: offset };
  }

  /** The driver still has it: the descriptor is open, or something of the mapping is left. */
  get isAlive(): boolean {
    return !this.closed || (this.base !== 0 && this.remaining(0, Infinity).length > 0);
  }

  /** Whether nothing of it is left in the driver. */
  get isGone(): boolean {
    return this.closed && !this.unsettled && this.remaining(0, Infinity).length === 0;
  }

  /** Whether all these bytes are still part of the mapping. */
  covers(offset: number, length: number): boolean {
    if (offset < 0 || offset + length > Math.ceil(this.mapped / PAGE) * PAGE) return false;
    return this.holes.every(([from, to]) => offset + length <= from || offset >= to);
  }

  /** The parts of [from, to) that are still mapped. */
  remaining(from: number, to: number): readonly (readonly [number, number])[] {
    let parts: (readonly [number, number])[] = [[from, Math.min(to, Math.ceil(this.mapped / PAGE) * PAGE)]];
    for (const [low, high] of this.holes) {
      parts = parts.flatMap(([start, end]): (readonly [number, number])[] => [
        [start, Math.min(end, low)],
        [Math.max(start, high), end],
      ]);
      parts = parts.filter(([start, end]) => start < end);
    }
    return parts.filter(([start, end]) => start < end);
  }
}

/** A living process of the log. */
export class Actor {
  readonly proc: ProcIndex;
  /** The agent's number for it. */
  readonly seat: number;
  readonly files = new Map<FdIndex, OpenFile>();
  readonly #strangers: ThreadIndex[] = [];
  readonly #used = new Map<number, ThreadIndex>();
  euid = 0;
  /** Files opened so far. */
  opened = 0;
  /** Threads of the log by the kernel's thread id, as far as it was asked. */
  readonly tids = new Map<number, ThreadIndex>();
  /** Whether the descriptor numbers from 3 up are free for what it receives. */
  lowFree = false;
  /** Whether it may run out of descriptors. */
  limited = false;
  /** The agent's numbers of the threads that have an epoll set. */
  readonly epolls = new Set<number>();

  constructor(proc: ProcIndex, seat: number) {
    this.proc = proc;
    this.seat = seat;
  }

  /** Its process id. */
  get pid(): Value {
    return { register: PID_REGISTER, process: this.seat };
  }

  /**
   * The agent's number for a thread. Thread ids ascend with it, except that of the last, which is for the first number
   * that is too large; such threads open and close, and take no calls.
   */
  thread(thread: ThreadIndex): number {
    let at = this.#strangers.indexOf(thread);
    if (at < 0 && thread >= MOST_THREADS - 1) at = this.#strangers.push(thread) - 1;
    const seat = at < 0 ? thread : MOST_THREADS - 1 - at;
    const taken = this.#used.get(seat) ?? thread;
    if (seat < 0 || taken !== thread) throw new TooLarge(`the agent holds ${MOST_THREADS} threads a process`);
    this.#used.set(seat, thread);
    return seat;
  }

  /** The agent's numbers of the threads that took calls, with those of the log. */
  get threads(): IterableIterator<[number, ThreadIndex]> {
    return this.#used.entries();
  }

  get pidRegister(): number {
    return PID_REGISTER;
  }
}

/** Everyone in one sequence. */
export class Cast {
  readonly #actors = new Map<ProcIndex, Actor>();
  readonly #seats: (Actor | undefined)[] = Array.from({ length: MOST_PROCESSES }, () => undefined);
  readonly #pids = new Map<number, ProcIndex>();
  readonly #tids = new Map<number, NativeThread>();
  /** User that each device's first manager was (CTX-04). */
  readonly managers = new Map<DeviceIndex, number>();
  /** Descriptors travel in this sequence. */
  passesFiles = false;
  readonly ground: Ground;
  readonly #firstDevice: number;

  constructor(firstDevice: number, ground = VIRTUAL_MACHINE) {
    this.#firstDevice = firstDevice;
    this.ground = ground;
  }

  /** The path of a device of the log. */
  deviceOf(device: DeviceIndex): string {
    const path = this.ground.devices[this.#firstDevice + device];
    if (path === undefined) throw new TooLarge(`the machine has ${this.ground.devices.length} devices`);
    return path;
  }

  /** The living process with that number, if it was mentioned already. */
  find(proc: ProcIndex): Actor | undefined {
    return this.#actors.get(proc);
  }

  /** Every living process. */
  all(): IterableIterator<Actor> {
    return this.#actors.values();
  }

  /** The device of the log whose context has this name. */
  deviceIn(context: string): DeviceIndex {
    return this.ground.devices.findIndex(device => contextOf(device) === context) - this.#firstDevice;
  }

  /** Whether the next process finds no seat. */
  get isFull(): boolean {
    return !this.#seats.includes(undefined);
  }

  /** A process that the driver knows nothing of any more, and that is as a fresh one would be. */
  idle(isBusy: (actor: Actor) => boolean): Actor | undefined {
    for (const actor of this.#actors.values()) {
      if (actor.euid !== 0 || actor.files.size === 0 || isBusy(actor)) continue;
      if ([...actor.files.values()].every(file => file.isGone)) return actor;
    }
    return undefined;
  }

  /** Gives a new process of the log a free seat. */
  enter(proc: ProcIndex): Actor {
    const seat = this.#seats.indexOf(undefined);
    if (seat < 0) throw new TooLarge(`the agent holds ${MOST_PROCESSES} living processes a sequence`);
    const actor = new Actor(proc, seat);
    this.#seats[seat] = actor;
    this.#actors.set(proc, actor);
    return actor;
  }

  /** A killed process gives up its seat. */
  leave(actor: Actor): void {
    this.#seats[actor.seat] = undefined;
    this.#actors.delete(actor.proc);
  }

  /** Remembers a process id; it outlives the process. */
  learn(pid: number, proc: ProcIndex): void {
    this.#pids.set(pid, proc);
  }

  /** Remembers a thread id; it outlives the thread. */
  learnThread(tid: number, who: NativeThread): void {
    this.#tids.set(tid, who);
  }

  /** The thread of the log with this id, as far as it was asked. */
  threadOf(tid: number): NativeThread | undefined {
    return this.#tids.get(tid);
  }

  /** Every process id that was learned, with its process. */
  get pids(): IterableIterator<[number, ProcIndex]> {
    return this.#pids.entries();
  }

  /** The process of the log with this id. */
  procOf(pid: number): ProcIndex | null {
    return this.#pids.get(pid) ?? null;
  }
}

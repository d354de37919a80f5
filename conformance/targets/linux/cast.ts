/** Who plays whom: the processes and threads of a log in the agent's processes. */
import type { DeviceIndex, FdIndex, ProcIndex, ThreadIndex } from '../../../abi/ids.ts';
import { contextOf, VIRTUAL_MACHINE, type Ground } from './ground.ts';
import { Descriptor, type OpenFile } from './open-file.ts';
import type { Value } from './program.ts';

/** Processes of one slot that may live at once, and threads in each: limits of the agent. */
export const MOST_PROCESSES = 24;
export const MOST_THREADS = 16;
/** User that is certainly not the first manager of a device. */
const STRANGER = 65_000;
/** Behind the registers of the mappings. */
const PID_REGISTER = 48;
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

/** A living process of the log. */
export class Actor {
  readonly proc: ProcIndex;
  /** The agent's number for it. */
  readonly seat: number;
  /** Its descriptors by name, also closed ones. */
  readonly descriptors = new Map<FdIndex, Descriptor>();
  /** Files that it opened, oldest first. */
  readonly opened: OpenFile[] = [];
  /** Whether it ever was given a descriptor of another process. */
  holds = false;
  /** Whether it has ended. */
  hasLeft = false;
  readonly #strangers: ThreadIndex[] = [];
  readonly #used = new Map<number, ThreadIndex>();
  euid = 0;
  /** Its threads that the kernel's ids are known of. */
  readonly known = new Set<ThreadIndex>();
  /** Whether the descriptor numbers from 3 up are free for what it receives. */
  lowFree = false;
  /** Whether it may run out of descriptors. */
  limited = false;
  /** Whether it ever might: then not every descriptor that was to be opened may be. */
  wasLimited = false;
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

  /** Whether its next descriptor gets this number by itself, where nothing below the first one is free. */
  givesNext({ fd }: Descriptor): boolean {
    const below = [...this.descriptors.values()].filter(descriptor => descriptor.fd < fd && descriptor.isOpen);
    return below.length === fd && !this.wasLimited;
  }

  /** It has ended, and no file that it opened is in other hands: nothing refers to its registers any more. */
  get isForgotten(): boolean {
    return this.hasLeft && this.opened.every(({ hands }) => hands.size === 0);
  }
}

/** Everyone in one sequence. */
export class Cast {
  readonly #actors = new Map<ProcIndex, Actor>();
  readonly #seats: (Actor | undefined)[] = Array.from({ length: MOST_PROCESSES }, () => undefined);
  readonly #pids = new Map<number, ProcIndex>();
  readonly #tids = new Map<number, NativeThread>();
  /** User that each device's first manager was (CTX-04). */
  readonly #managers = new Map<DeviceIndex, number>();
  /** Descriptors travel in this sequence. */
  passesFiles = false;
  readonly ground: Ground;
  /** The logs of the driver will be read, which name threads that have ended. */
  readonly isRemembered: boolean;
  readonly #firstDevice: number;

  constructor(firstDevice: number, ground = VIRTUAL_MACHINE, isRemembered = false) {
    this.#firstDevice = firstDevice;
    this.ground = ground;
    this.isRemembered = isRemembered;
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

  /** Every living process, and those that have ended while others have a file of theirs. */
  get openers(): readonly Actor[] {
    const left = this.#seats.flatMap(actor => (actor?.hasLeft === true && !actor.isForgotten ? [actor] : []));
    return [...this.#actors.values(), ...left];
  }

  /** The device of the log whose context has this name. */
  deviceIn(context: string): DeviceIndex {
    return this.ground.devices.findIndex(device => contextOf(device) === context) - this.#firstDevice;
  }

  /** Whether the next process finds no seat. */
  get isFull(): boolean {
    return this.#freeSeat < 0;
  }

  /** A process that the driver knows nothing of any more, and that is as a fresh one would be. */
  idle(isBusy: (actor: Actor) => boolean): Actor | undefined {
    for (const actor of this.#actors.values()) {
      // The threads of a holder may be known to files of others.
      if (actor.euid !== 0 || actor.holds || actor.opened.length === 0 || isBusy(actor)) continue;
      if (actor.opened.every(file => file.isGone)) return actor;
    }
    return undefined;
  }

  /**
   * The user that a process must be when it asks to be manager of a device. A device remembers the user of its first
   * manager for ever (CTX-04), but is used by many sequences. So whoever is the first manager in this sequence is root
   * while it asks, and everybody else is not.
   */
  managerUser(device: DeviceIndex, euid: number): number {
    const first = this.#managers.get(device) ?? euid;
    this.#managers.set(device, first);
    if (first === euid) return 0;
    return euid === 0 ? STRANGER : euid;
  }

  /** Gives a new process of the log a free seat. */
  enter(proc: ProcIndex): Actor {
    const seat = this.#freeSeat;
    if (seat < 0) throw new TooLarge(`the agent holds ${MOST_PROCESSES} living processes a sequence`);
    const actor = new Actor(proc, seat);
    this.#seats[seat] = actor;
    this.#actors.set(proc, actor);
    return actor;
  }

  /** Gives a copy of a process a seat, and what that has. */
  fork(parent: Actor, proc: ProcIndex): Actor {
    const child = this.enter(proc);
    for (const { fd, file, isOpen } of parent.descriptors.values()) {
      if (isOpen) child.descriptors.set(fd, new Descriptor(child, fd, file));
    }
    child.holds = true;
    child.euid = parent.euid;
    child.lowFree = parent.lowFree;
    child.limited = parent.limited;
    child.wasLimited = parent.wasLimited;
    return child;
  }

  /** A killed process gives up its seat, at the latest when nobody else has a file of it. */
  leave(actor: Actor): void {
    actor.hasLeft = true;
    for (const descriptor of actor.descriptors.values()) descriptor.close();
    this.#actors.delete(actor.proc);
  }

  get #freeSeat(): number {
    return this.#seats.findIndex(actor => actor === undefined || actor.isForgotten);
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

/** Who drives the optimised driver: the processes of a log, their threads and descriptors, and where their memory lies. */
import type { IoctlArgument, WriteRead } from '../../abi/call.ts';
import type { Reader } from '../../abi/decode.ts';
import { Image, SLACK, type Relocation, type Segment } from '../../abi/image.ts';
import { writeU64 } from '../../abi/u64.ts';
import type { Epoll } from '../../impl/epoll.ts';
import { Memory } from '../../impl/memory.ts';
import type { Process } from '../../impl/process.ts';
import { Task, TaskGroup } from '../../impl/task.ts';
import { Descriptors } from './impl-files.ts';

/** Pids: FIRST_PID + PIDS * proc; tids count up from the pid. */
const FIRST_PID = 1000;
const PIDS = 100;
/** Segment number n of an image lies at FIRST_SEGMENT + n * STRIDE, so that between segments nothing is mapped. */
export const FIRST_SEGMENT = 0x10_0000_0000;
const STRIDE = 0x1000_0000;
/** The mapping of descriptor `fd` begins at FIRST_MAPPING + fd * MAPPING_STRIDE. */
const FIRST_MAPPING = 0x4000_0000_0000;
const MAPPING_STRIDE = 0x2_0000_0000;

/** What a native thread needs for its system calls; kept from one sequence to the next. */
export interface Room {
  readonly image: Image;
  readonly memory: Memory;
}

/** A native thread. Its image lives until the ioctl that uses it is over. */
export class NativeThread extends Task {
  readonly image: Image;
  call: WriteRead | undefined;
  descriptor: Descriptor | undefined;
  /** Position of the read buffer in the image. */
  readAt = 0;
  /** Its epoll set, from the first op that names it. */
  epoll: Epoll | undefined;
  /** Number of the op with which it sleeps there. */
  waitOp = 0;

  constructor(tid: number, group: TaskGroup, room: Room) {
    super(tid, group, room.memory);
    this.image = room.image;
  }
}

/** A descriptor of the log with the open file behind it. */
export class Descriptor implements Reader {
  readonly process: Process;
  readonly base: number;
  readonly readonly: boolean;
  /** The process got it from another one: it does not see the mapping. */
  readonly held: boolean;
  /** Length of its mapping; 0 when it has none. */
  mapped = 0;
  closed = false;

  constructor(process: Process, readonly: boolean, held: boolean) {
    this.process = process;
    this.readonly = readonly;
    this.held = held;
    this.base = FIRST_MAPPING + process.fd * MAPPING_STRIDE;
  }

  peek(offset: number, length: number): Uint8Array | undefined {
    return this.process.arena.peek(offset, length);
  }

  procOf(pid: number): number {
    return procOfPid(pid);
  }
}

/** A process of the log. */
export class NativeProcess {
  readonly files = new Descriptors();
  readonly group: TaskGroup;
  readonly threads = new Map<number, NativeThread>();
  readonly descriptors = new Map<number, Descriptor>();

  constructor(proc: number) {
    this.group = new TaskGroup(FIRST_PID + PIDS * proc, this.files);
  }
}

/** Everybody in a sequence, each there from the first call that names him. */
export class Cast {
  #processes = new Map<number, NativeProcess>();
  /** Rooms of threads of former sequences. */
  readonly #spareRooms: Room[] = [];

  /** The processes by their numbers in the log, in the order in which they came. */
  get processes(): readonly (readonly [number, NativeProcess])[] {
    return [...this.#processes];
  }

  /** The sequence is over, and nobody of it is left. */
  leave(): void {
    for (const { threads } of this.#processes.values()) {
      for (const { image, memory } of threads.values()) this.#spareRooms.push({ image, memory });
    }
    // A map that is cleared links what it held to what it will hold: for the garbage collector all of it is in use.
    this.#processes = new Map();
  }

  processOf(proc: number): NativeProcess {
    let native = this.#processes.get(proc);
    if (native === undefined) {
      native = new NativeProcess(proc);
      this.#processes.set(proc, native);
    }
    return native;
  }

  threadOf(proc: number, index: number): NativeThread {
    const { threads, group } = this.processOf(proc);
    let thread = threads.get(index);
    if (thread === undefined) {
      const room = this.#spareRooms.pop() ?? { image: new Image(), memory: new Memory() };
      thread = new NativeThread(group.pid + index, group, room);
      threads.set(index, thread);
    }
    return thread;
  }
}

/** Process of the log with that pid. */
export const procOfPid = (pid: number): number => (pid - FIRST_PID) / PIDS;

/** Thread of the log with that tid. */
export const threadOfTid = (tid: number): { readonly proc: number; readonly thread: number } => {
  const thread = (tid - FIRST_PID) % PIDS;
  return { proc: procOfPid(tid - thread), thread };
};

/** The pid that an ioctl names. */
export const pidOf = (target: NonNullable<IoctlArgument['target']>): number =>
  'pid' in target ? target.pid : FIRST_PID + PIDS * target.proc;

/** Gives every segment of a thread's image its address, and every pointer in it its value. */
export const layOut = (thread: NativeThread, base: number): void => {
  const { image, memory } = thread;
  const { segments, relocations, view } = image;
  memory.clear(image.bytes, view);
  for (let number = 0; number < segments.length; number++) {
    const { start, length, guarded } = segments[number] as Segment;
    memory.map(FIRST_SEGMENT + number * STRIDE, guarded ? length : length + SLACK, start);
  }
  for (let number = 0; number < relocations.length; number++) {
    const { at, to } = relocations[number] as Relocation;
    writeU64(view, at, 'mapping' in to ? base + to.mapping : FIRST_SEGMENT + to.segment * STRIDE + to.addend);
  }
};

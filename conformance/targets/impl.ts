/** The optimised driver as a target: calls become bytes in memory, bytes become observations. */
import type { Call, IoctlArgument, Status, WriteRead } from '../../abi/call.ts';
import { decodeIoctl, decodeReturns, relativeHex, type Reader } from '../../abi/decode.ts';
import type { Driver, World } from '../../abi/driver.ts';
import { encodeIoctl, encodeWriteRead, ioctlNumber } from '../../abi/encode.ts';
import { errnoName } from '../../abi/errno.ts';
import { BAD_POINTER, Image, SLACK, type Relocation, type Segment } from '../../abi/image.ts';
import { IOCTL } from '../../abi/constants.ts';
import { WRITE_READ } from '../../abi/layout.ts';
import type { Completion, Done, Observation, Result } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { readU64, writeU64 } from '../../abi/u64.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { Memory } from '../../impl/memory.ts';
import type { Process } from '../../impl/process.ts';
import { PARKED } from '../../impl/result.ts';
import { snapshotOf } from '../../impl/snapshot.ts';
import { Task, TaskGroup } from '../../impl/task.ts';
import type { DriverClass } from './faulty.ts';
import { Descriptors } from './impl-files.ts';

/** Pids: FIRST_PID + PIDS * proc; tids count up from the pid. */
const FIRST_PID = 1000;
const PIDS = 100;
/** Segment number n of an image lies at FIRST_SEGMENT + n * STRIDE, so that between segments nothing is mapped. */
const FIRST_SEGMENT = 0x10_0000_0000;
const STRIDE = 0x1000_0000;
/** The mapping of descriptor `fd` begins at FIRST_MAPPING + fd * MAPPING_STRIDE. */
const FIRST_MAPPING = 0x4000_0000_0000;
const MAPPING_STRIDE = 0x2_0000_0000;

/** What a native thread needs for its system calls; kept from one sequence to the next. */
interface Room {
  readonly image: Image;
  readonly memory: Memory;
}

/** A native thread. Its image lives until the ioctl that uses it is over. */
class NativeThread extends Task {
  readonly image: Image;
  call: WriteRead | undefined;
  descriptor: Descriptor | undefined;
  /** Position of the read buffer in the image. */
  readAt = 0;

  constructor(tid: number, group: TaskGroup, room: Room) {
    super(tid, group, room.memory);
    this.image = room.image;
  }
}

/** A descriptor of the log with the open file behind it. */
class Descriptor implements Reader {
  readonly process: Process;
  readonly base: number;
  readonly readonly: boolean;
  /** Length of its mapping; 0 when it has none. */
  mapped = 0;
  closed = false;

  constructor(process: Process, fd: number, readonly: boolean) {
    this.process = process;
    this.readonly = readonly;
    this.base = FIRST_MAPPING + fd * MAPPING_STRIDE;
  }

  peek(offset: number, length: number): Uint8Array | undefined {
    return this.process.arena.peek(offset, length);
  }

  procOf(pid: number): number {
    return (pid - FIRST_PID) / PIDS;
  }
}

/** A process of the log. */
class NativeProcess {
  readonly files = new Descriptors();
  readonly group: TaskGroup;
  readonly threads = new Map<number, NativeThread>();
  readonly descriptors = new Map<number, Descriptor>();

  constructor(proc: number) {
    this.group = new TaskGroup(FIRST_PID + PIDS * proc, this.files);
  }
}

const OK: Done = { status: 'OK' };
const NO_COMPLETIONS: readonly Completion[] = [];

export class ImplTarget implements Driver {
  readonly #driver: BinderDriver;
  #processes = new Map<number, NativeProcess>();
  /** Rooms of threads of former sequences. */
  readonly #spareRooms: Room[] = [];

  /** `Driver`: which optimised driver, where it is not the right one (`faulty.ts`). */
  constructor(Driver: DriverClass = BinderDriver) {
    this.#driver = new Driver();
  }

  /** The driver that is driven. */
  get driver(): BinderDriver {
    return this.#driver;
  }

  reset(world: World): void {
    for (const { threads } of this.#processes.values()) {
      for (const { image, memory } of threads.values()) this.#spareRooms.push({ image, memory });
    }
    // A map that is cleared links what it held to what it will hold: for the garbage collector all of it is in use.
    this.#processes = new Map();
    this.#driver.reset(world.devices);
  }

  perform(call: Call): Observation {
    const result = this.#perform(call);
    const thread = this.#driver.takeCompleted();
    if (thread === undefined) return { op: call.id, result, completions: NO_COMPLETIONS };
    return this.#collect(call, result, thread.task as NativeThread, thread.result);
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#driver.core, {
      procOf: group => (group.pid - FIRST_PID) / PIDS,
      threadOf: task => task.tid - task.group.pid,
    });
  }

  /** The observation of a call that completed parked ops, perhaps itself. */
  #collect(call: Call, own: Result, first: NativeThread, firstResult: number): Observation {
    let result = own;
    const completions: Completion[] = [];
    const add = (thread: NativeThread, code: number): void => {
      const { call: parked, descriptor } = thread;
      if (parked === undefined || descriptor === undefined) return;
      const op = parked.id;
      const done = writeReadDone(thread, parked, descriptor, code);
      if (op === call.id) result = done;
      else completions.push({ op, done });
    };
    add(first, firstResult);
    for (let next = this.#driver.takeCompleted(); next !== undefined; next = this.#driver.takeCompleted()) {
      add(next.task as NativeThread, next.result);
    }
    completions.sort((a, b) => a.op - b.op);
    return { op: call.id, result, completions };
  }

  #perform(call: Call): Result {
    const driver = this.#driver;
    switch (call.op) {
      case 'write_read':
        return this.#writeRead(call);
      case 'ioctl':
        return this.#ioctl(call);
      case 'open':
        return this.#open(call);
      case 'reclaim':
        driver.reclaim();
        return OK;
      case 'kill':
        this.#kill(this.#processOf(call.proc));
        return OK;
      case 'signal':
        driver.signal(this.#threadOf(call.proc, call.thread));
        return OK;
      case 'exit_task':
        // The driver is told nothing (THR-49).
        return OK;
      case 'set_nice':
        this.#threadOf(call.proc, call.thread).nice = call.nice;
        return OK;
      case 'get_nice':
        return { status: 'OK', nice: this.#threadOf(call.proc, call.thread).nice };
      case 'set_euid':
        // The processes keep their capabilities: nice values stay theirs to choose (READ-37).
        this.#processOf(call.proc).group.euid = call.euid;
        return OK;
      default:
        return this.#onDescriptor(call);
    }
  }

  /** Calls on a descriptor that need no memory. */
  #onDescriptor(
    call: Call & { readonly op: 'mmap' | 'munmap' | 'close' | 'flush' | 'poll' | 'set_nonblock' | 'peek' },
  ): Result {
    const driver = this.#driver;
    const thread = this.#threadOf(call.proc, call.thread);
    const native = this.#processOf(call.proc);
    const descriptor = native.descriptors.get(call.fd);
    if (descriptor === undefined) return { status: 'EBADF' };
    const { process } = descriptor;
    switch (call.op) {
      case 'mmap': {
        const write = call.prot === 'write';
        // The operating system refuses this before the driver is asked.
        if (write && !call.private && descriptor.readonly) return { status: 'EACCES' };
        const result = driver.mmap(process, thread, descriptor.base, call.size, { read: call.prot !== 'none', write });
        if (result === 0) descriptor.mapped = call.size;
        return done(result);
      }
      case 'munmap':
        return done(driver.munmap(process, call.offset ?? 0, call.length ?? descriptor.mapped));
      case 'close':
        descriptor.closed = true;
        native.files.setBinder(call.fd, false);
        driver.close(process);
        return OK;
      case 'flush':
        driver.flush(process);
        return OK;
      case 'poll':
        return { status: 'OK', readable: driver.poll(process, thread) };
      case 'set_nonblock':
        process.nonblock = call.nonblock;
        return OK;
      case 'peek':
        return { status: 'OK', bytes: peekedHex(descriptor, call.offset, call.length) };
    }
  }

  #open(call: Call & { readonly op: 'open' }): Result {
    const native = this.#processOf(call.proc);
    const thread = this.#threadOf(call.proc, call.thread);
    const process = this.#driver.open(call.device, thread, call.nonblock, call.fd);
    if (process === null) return { status: 'EINVAL' };
    native.descriptors.set(call.fd, new Descriptor(process, call.fd, call.readonly));
    native.files.setBinder(call.fd, true);
    return OK;
  }

  #kill(native: NativeProcess): void {
    const open = [...native.descriptors].filter(([, { closed }]) => !closed).sort(([a], [b]) => a - b);
    native.descriptors.clear();
    this.#driver.exit(
      native.group,
      open.map(([, { process }]) => process),
    );
  }

  #writeRead(call: WriteRead): Result {
    const thread = this.#threadOf(call.proc, call.thread);
    const descriptor = this.#processOf(call.proc).descriptors.get(call.fd);
    if (descriptor === undefined) return { status: 'EBADF' };
    const { image } = thread;
    const { read } = encodeWriteRead(image, call);
    layOut(thread, descriptor.base);
    thread.call = call;
    thread.descriptor = descriptor;
    thread.readAt = read < 0 ? 0 : image.at(read);
    const argument = call.bad === true ? BAD_POINTER : FIRST_SEGMENT;
    const result = this.#driver.ioctl(descriptor.process, thread, IOCTL.BINDER_WRITE_READ, argument);
    return result === PARKED ? 'pending' : writeReadDone(thread, call, descriptor, result);
  }

  #ioctl(call: Call & { readonly op: 'ioctl' }): Result {
    const thread = this.#threadOf(call.proc, call.thread);
    const descriptor = this.#processOf(call.proc).descriptors.get(call.fd);
    if (descriptor === undefined) return { status: 'EBADF' };
    const { image } = thread;
    const good = encodeIoctl(image, call, pidOf);
    layOut(thread, descriptor.base);
    const number = ioctlNumber(call.cmd);
    const result = this.#driver.ioctl(descriptor.process, thread, number, good ? FIRST_SEGMENT : BAD_POINTER);
    if (result !== 0) return done(result);
    const out = decodeIoctl(number, image.bytes);
    return out === undefined ? OK : { status: 'OK', out };
  }

  #processOf(proc: number): NativeProcess {
    let native = this.#processes.get(proc);
    if (native === undefined) {
      native = new NativeProcess(proc);
      this.#processes.set(proc, native);
    }
    return native;
  }

  #threadOf(proc: number, index: number): NativeThread {
    const { threads, group } = this.#processOf(proc);
    let thread = threads.get(index);
    if (thread === undefined) {
      const room = this.#spareRooms.pop() ?? { image: new Image(), memory: new Memory() };
      thread = new NativeThread(group.pid + index, group, room);
      threads.set(index, thread);
    }
    return thread;
  }
}

const pidOf = (target: NonNullable<IoctlArgument['target']>): number =>
  'pid' in target ? target.pid : FIRST_PID + PIDS * target.proc;

/** Gives every segment of a thread's image its address, and every pointer in it its value. */
const layOut = (thread: NativeThread, base: number): void => {
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

/** What a finished BINDER_WRITE_READ made visible. */
const writeReadDone = (thread: NativeThread, call: WriteRead, descriptor: Descriptor, result: number): Done => {
  const status = statusOf(result);
  if (call.bad === true) return { status };
  const { bytes, view } = thread.image;
  const { fields } = WRITE_READ;
  const wrote = Number(readU64(view, fields.write_consumed.at));
  const read = Number(readU64(view, fields.read_consumed.at));
  if (call.read === undefined) return { status, wrote, read };
  const { readAt } = thread;
  return {
    status,
    wrote,
    read,
    returns: decodeReturns(bytes, readAt + call.read.consumed, readAt + read, descriptor, view),
  };
};

const statusOf = (result: number): Status => (result === 0 ? 'OK' : (errnoName(-result) ?? 'EINVAL'));

const done = (result: number): Done => (result === 0 ? OK : { status: statusOf(result) });

/** Bytes of a mapping in hex; an address in the mapping is an offset there, also where only a part of it is asked for. */
const peekedHex = (descriptor: Descriptor, offset: number, length: number): string | null => {
  if (descriptor.peek(offset, length) === undefined) return null;
  const { bytes } = descriptor.process.arena;
  // Addresses stand at multiples of 4: a word that begins up to 8 bytes earlier reaches into the range.
  const from = Math.max(0, (offset - 8) & ~3);
  const wide = relativeHex(bytes.subarray(from, offset + length + 8), descriptor.base, descriptor.mapped);
  return wide.slice((offset - from) * 2, (offset - from + length) * 2);
};

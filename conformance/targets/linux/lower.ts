/** Calls as instructions of the agent, and how the answers to them are read. */
import type { Call, WriteRead } from '../../../abi/call.ts';
import { IOCTL } from '../../../abi/constants.ts';
import { encodeIoctl, encodeWriteRead, ioctlNumber } from '../../../abi/encode.ts';
import type { ExpectedDelivery } from '../../../abi/driver.ts';
import { PAGE, type ProcIndex, type ThreadIndex } from '../../../abi/ids.ts';
import { BAD_POINTER, Image, SLACK } from '../../../abi/image.ts';
import { WRITE_READ } from '../../../abi/layout.ts';
import type { Done } from '../../../abi/observation.ts';
import type { Reader } from '../../../abi/decode.ts';
import { NOBODY, OpenFile, type Actor, type Cast } from './cast.ts';
import * as descriptors from './descriptors.ts';
import { placesOf } from './places.ts';
import { Program, type Relocation } from './program.ts';
import * as raise from './raise.ts';
import * as requests from './requests.ts';
import * as sys from './sys.ts';
import type { SystemCalls } from './sys.ts';
import type { Completion } from './wire.ts';

/** Where a delivered payload is read back. */
export interface Peek {
  readonly file: OpenFile;
  readonly buffer: number;
  readonly length: number;
  readonly tag: number;
}

/** An instruction that tells the ids of a process, and of one of its threads. */
export interface Born {
  readonly actor: Actor;
  readonly proc: ProcIndex;
  readonly tag: number;
  readonly thread?: ThreadIndex;
}

/** A call as it was put into a program. */
export interface Lowered {
  readonly call: Call;
  readonly actor: Actor | undefined;
  readonly file: OpenFile | undefined;
  /** Tags of its first instruction, of the one that answers for it, and one past the last, peeks included. */
  readonly first: number;
  readonly main: number;
  readonly end: number;
  /** Processes that it brought to life, with the instruction that tells their id. */
  readonly born: readonly Born[];
  readonly peeks: readonly Peek[];
  /** Reads the answer. */
  readonly done: (answer: Completion, reader: Reader) => Done;
}

/** User that is certainly not the first manager of a device. */
const STRANGER = 65_000;

/** Puts calls of one sequence into programs. */
export class Lowering {
  readonly #cast: Cast;
  readonly #image = new Image();
  program: Program;
  /** Time that calls of this program may rest in the driver by themselves. */
  restMs = 0;
  readonly #calls: SystemCalls;
  #born: Born[] = [];

  constructor(cast: Cast) {
    this.#cast = cast;
    this.#calls = cast.ground.calls;
    this.program = new Program();
  }

  /** Begins the next program. */
  next(): void {
    this.program = new Program(this.program.tag);
    this.restMs = 0;
  }

  /** Appends a call and the reading of what it may deliver. */
  lower(call: Call, expected: readonly ExpectedDelivery[]): Lowered {
    const { program } = this;
    this.#born = [];
    const first = program.tag;
    const actor = call.op === 'reclaim' ? undefined : this.#actor(call.proc);
    const file = 'fd' in call ? this.#file(actor as Actor, call) : undefined;
    const { main, done } = this.#main(call, actor as Actor, file as OpenFile);
    const peeks = this.#peeks(expected);
    return { call, actor, file, first, main, done, end: program.tag, born: this.#born, peeks };
  }

  /** Ends a process of which nothing is left, to make room for another. */
  retire(actor: Actor): void {
    this.program.kill(actor.seat);
    this.#cast.leave(actor);
  }

  #actor(proc: ProcIndex): Actor {
    const found = this.#cast.find(proc);
    if (found !== undefined) return found;
    const actor = this.#cast.enter(proc);
    this.#born.push({ actor, proc, tag: this.program.ids(actor.seat, 0, { pid: actor.pidRegister }) });
    return actor;
  }

  /** Asks for the thread ids of everybody who took a call and is not known yet. */
  identify(): readonly Born[] {
    this.#born = [];
    for (const actor of this.#cast.all()) {
      const known = new Set(actor.tids.values());
      for (const [seat, thread] of actor.threads) if (!known.has(thread)) this.#identify(actor, seat, thread);
    }
    return this.#born;
  }

  #identify(actor: Actor, seat: number, thread: ThreadIndex): void {
    this.#born.push({
      actor,
      proc: actor.proc,
      thread,
      tag: this.program.ids(actor.seat, seat, { tid: raise.SCRATCH }),
    });
  }

  #file(actor: Actor, call: Call & { readonly fd: number }): OpenFile {
    const found = actor.files.get(call.fd);
    if (call.op !== 'open') {
      if (found === undefined) throw new Error(`${call.op} on descriptor ${call.fd}, which is not open`);
      return found;
    }
    const file = new OpenFile(actor, call.fd, call.device);
    if (found !== undefined) this.program.setRegister(actor.seat, file.baseRegister, 0);
    actor.files.set(call.fd, file);
    return file;
  }

  #main(call: Call, actor: Actor, file: OpenFile): descriptors.Main {
    const { program } = this;
    switch (call.op) {
      case 'write_read':
        return this.#writeRead(call, actor, file);
      case 'ioctl':
        return this.#ioctl(call, actor, file);
      case 'open':
        return this.#open(call, actor, file);
      case 'mmap':
        return this.#mmap(call, actor, file);
      case 'munmap':
        return this.#munmap(call, actor, file);
      case 'close': {
        const main = this.#call(actor, call.thread, this.#calls.close, [file.descriptor]);
        program.waitKernel();
        file.closed = true;
        return { main, done: raise.status };
      }
      case 'flush':
        return descriptors.flush(this.#place(actor, call.thread), file);
      case 'kill': {
        const main = program.kill(actor.seat);
        program.waitKernel();
        this.#cast.leave(actor);
        return { main, done: raise.status };
      }
      case 'poll':
        return {
          main: program.call(actor.seat, actor.thread(call.thread), requests.poll(this.#cast.ground, file)),
          done: raise.polled,
        };
      case 'set_nonblock': {
        const flags = call.nonblock ? sys.O_NONBLOCK : 0;
        const main = this.#call(actor, call.thread, this.#calls.fcntl, [file.descriptor, sys.F_SETFL, flags]);
        return { main, done: raise.status };
      }
      case 'signal':
        return { main: program.signal(actor.seat, actor.thread(call.thread)), done: raise.status };
      case 'exit_task':
        this.#identify(actor, actor.thread(call.thread), call.thread);
        return { main: program.exitThread(actor.seat, actor.thread(call.thread)), done: raise.status };
      case 'set_nice': {
        const main = this.#call(actor, call.thread, this.#calls.setpriority, [sys.PRIO_PROCESS, 0, call.nice]);
        return { main, done: raise.status };
      }
      case 'get_nice': {
        const main = this.#call(actor, call.thread, this.#calls.getpriority, [sys.PRIO_PROCESS, 0]);
        return { main, done: raise.nice };
      }
      case 'set_euid':
        actor.euid = call.euid;
        return { main: program.euid(actor.seat, call.euid), done: raise.status };
      case 'reclaim':
        // The target has done it already, for every sequence that asked.
        return { main: program.settle(), done: raise.status };
      case 'peek': {
        const { from, to } = raise.windowOf(call.offset, call.length);
        const main = program.peek(actor.seat, file.address(from), to - from);
        return { main, done: answer => raise.peeked(answer, file, call.offset, call.length) };
      }
      case 'limit_fds':
        this.#freeLow(actor);
        return descriptors.limit(this.program, actor, call);
      case 'epoll_wait':
        return descriptors.lower(this.#place(actor, call.thread), call, undefined);
      default:
        return descriptors.lower(this.#place(actor, call.thread), call, file);
    }
  }

  /** A system call that never rests for long and needs no memory. */
  #call(actor: Actor, thread: number, number: number, args: Parameters<Program['call']>[2]['args'] & object): number {
    return this.program.call(actor.seat, actor.thread(thread), { number, args, mustComplete: true });
  }

  #open(call: Call & { readonly op: 'open' }, actor: Actor, file: OpenFile): descriptors.Main {
    const { program } = this;
    if (actor.limited) {
      const request = requests.open(call, this.#cast.ground, this.#cast.deviceOf(call.device), file);
      return descriptors.openLimited(this.#place(actor, call.thread), request, file);
    }
    // The new descriptor must not take a number that the driver would give to a received file.
    if (actor.lowFree) program.files(actor.seat, 'occupy');
    const request = requests.open(call, this.#cast.ground, this.#cast.deviceOf(call.device), file);
    const main = program.call(actor.seat, actor.thread(call.thread), request);
    actor.lowFree = false;
    if (this.#cast.passesFiles) this.#freeLow(actor);
    return { main, done: raise.status };
  }

  #place(actor: Actor, thread: ThreadIndex): descriptors.Place {
    return { program: this.program, ground: this.#cast.ground, actor, seat: actor.thread(thread) };
  }

  #freeLow(actor: Actor): void {
    if (actor.lowFree) return;
    actor.lowFree = true;
    this.program.files(actor.seat, 'free');
  }

  #mmap(call: Call & { readonly op: 'mmap' }, actor: Actor, file: OpenFile): descriptors.Main {
    file.unsettled = true;
    const main = this.program.call(actor.seat, actor.thread(call.thread), requests.mmap(call, this.#cast.ground, file));
    return { main, done: answer => raise.mapped(answer, file, call.size) };
  }

  /** Unmaps what is still mapped of the range, and nothing that came to lie there since. */
  #munmap(call: Call & { readonly op: 'munmap' }, actor: Actor, file: OpenFile): descriptors.Main {
    const { program } = this;
    const from = call.offset ?? 0;
    const length = call.length ?? file.mapped;
    const to = from + Math.ceil(length / PAGE) * PAGE;
    const unmap = (offset: number, bytes: number): number =>
      this.#call(actor, call.thread, this.#calls.munmap, [file.address(offset), bytes]);
    // An impossible range is the kernel's to refuse.
    const parts = from % PAGE !== 0 || length === 0 ? [[from, from + length] as const] : file.remaining(from, to);
    let main = program.tag;
    if (parts.length === 0) main = program.settle();
    for (const [low, high] of parts) main = unmap(low, high - low);
    // Only the last reference that goes leaves work behind (PROC-13).
    if (file.closed) program.waitKernel();
    file.unsettled = true;
    return { main, done: answer => raise.unmapped(answer, file, from, to) };
  }

  #ioctl(call: Call & { readonly op: 'ioctl' }, actor: Actor, file: OpenFile): descriptors.Main {
    const image = this.#image;
    const number = ioctlNumber(call.cmd);
    const relocations: Relocation[] = [];
    const good = encodeIoctl(image, call, target => {
      if ('pid' in target) return target.pid;
      const other = this.#cast.find(target.proc);
      if (other === undefined) return NOBODY;
      relocations.push({ segment: 0, offset: 0, width: 4, value: other.pid });
      return 0;
    });
    const length = image.segments[0]?.length ?? 0;
    if (number === IOCTL.BINDER_FREEZE) this.restMs += call.arg.timeoutMs ?? 0;
    const swaps = this.#swapUser(call, number, actor, file);
    const main = this.program.call(actor.seat, actor.thread(call.thread), {
      number: this.#calls.ioctl,
      args: [file.descriptor, number, good ? { segment: 0 } : BAD_POINTER],
      segments: [{ bytes: image.bytes.subarray(0, length), length: length + SLACK }],
      relocations,
      outs: [{ segment: 0, length }],
      mustComplete: true,
    });
    if (swaps) this.#setUser(actor, call.thread, actor.euid);
    return { main, done: answer => raise.ioctl(answer, number) };
  }

  /**
   * A device remembers the user of its first manager for ever (CTX-04), but is used by many sequences. So whoever is
   * the first manager in this sequence is root while it asks, and everybody else is not.
   */
  #swapUser(call: Call & { readonly op: 'ioctl' }, number: number, actor: Actor, file: OpenFile): boolean {
    if (number === IOCTL.BINDER_SET_CONTEXT_MGR_EXT ? call.arg.bad === true : number !== IOCTL.BINDER_SET_CONTEXT_MGR)
      return false;
    const { managers } = this.#cast;
    const first = managers.get(file.device) ?? actor.euid;
    managers.set(file.device, first);
    const wanted = first === actor.euid ? 0 : actor.euid === 0 ? STRANGER : actor.euid;
    if (wanted === actor.euid) return false;
    this.#setUser(actor, call.thread, wanted);
    return true;
  }

  #setUser(actor: Actor, thread: number, euid: number): void {
    this.#call(actor, thread, this.#calls.setresuid, [sys.SAME_USER, euid, sys.SAME_USER]);
  }

  #writeRead(call: WriteRead, actor: Actor, file: OpenFile): descriptors.Main {
    const image = this.#image;
    if (!this.#cast.passesFiles && call.write.some(raise.mayPassFiles)) {
      this.#cast.passesFiles = true;
      for (const other of this.#cast.all()) this.#freeLow(other);
    }
    const encoded = encodeWriteRead(image, call);
    const places = placesOf(image, encoded.read);
    const { fields } = WRITE_READ;
    const read = call.read === undefined ? undefined : places.of(encoded.read);
    const main = this.program.call(actor.seat, actor.thread(call.thread), {
      number: this.#calls.ioctl,
      args: [file.descriptor, IOCTL.BINDER_WRITE_READ, call.bad === true ? BAD_POINTER : { segment: 0 }],
      segments: places.segments,
      relocations: places.relocations(file),
      outs: [
        { segment: 0, length: WRITE_READ.size },
        ...(read === undefined ? [] : [{ ...read, limit: { segment: 0, offset: fields.read_consumed.at } }]),
      ],
    });
    return { main, done: (answer, reader) => raise.writeRead(answer, call, reader) };
  }

  /** The longest region at each place. */
  #peeks(expected: readonly ExpectedDelivery[]): readonly Peek[] {
    if (expected.length === 0) return [];
    const longest = new Map<string, ExpectedDelivery>();
    for (const each of expected) {
      const key = `${each.proc} ${each.fd} ${each.buffer}`;
      if (each.length > (longest.get(key)?.length ?? 0)) longest.set(key, each);
    }
    const peeks: Peek[] = [];
    for (const { proc, fd, buffer, length } of longest.values()) {
      const actor = this.#cast.find(proc);
      const file = actor?.files.get(fd);
      if (actor === undefined || file === undefined) continue;
      peeks.push({ file, buffer, length, tag: this.peek(file, buffer, length) });
    }
    return peeks;
  }

  /** Appends the reading of a part of a mapping. */
  peek(file: OpenFile, offset: number, length: number): number {
    return this.program.peek(file.actor.seat, file.address(offset), length);
  }
}

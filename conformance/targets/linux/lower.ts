/** Calls as instructions of the agent, and how the answers to them are read. */
import type { Call, WriteRead } from '../../../abi/call.ts';
import { IOCTL } from '../../../abi/constants.ts';
import { encodeIoctl, encodeWriteRead, ioctlNumber } from '../../../abi/encode.ts';
import type { ExpectedDelivery } from '../../../abi/driver.ts';
import type { FdIndex, ProcIndex, ThreadIndex } from '../../../abi/ids.ts';
import { BAD_POINTER, Image, SLACK } from '../../../abi/image.ts';
import { WRITE_READ } from '../../../abi/layout.ts';
import type { Done } from '../../../abi/observation.ts';
import type { Reader } from '../../../abi/decode.ts';
import { NOBODY, type Actor, type Cast } from './cast.ts';
import * as descriptors from './descriptors.ts';
import * as mappings from './mappings.ts';
import { Descriptor, OpenFile } from './open-file.ts';
import { longest, type Peek } from './peeks.ts';
import { systemCall, type Main, type Place } from './place.ts';
import { placesOf } from './places.ts';
import { Program, type Relocation } from './program.ts';
import * as raise from './raise.ts';
import * as requests from './requests.ts';
import * as sys from './sys.ts';
import type { SystemCalls } from './sys.ts';
import type { Completion } from './wire.ts';

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
    const descriptor = 'fd' in call ? this.#descriptor(actor as Actor, call) : undefined;
    const { main, done } = this.#main(call, actor as Actor, descriptor as Descriptor);
    const peeks = this.#peeks(expected);
    return { call, actor, file: descriptor?.file, first, main, done, end: program.tag, born: this.#born, peeks };
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
    this.#meet(actor);
    return actor;
  }

  /** Asks for the id of a process. */
  #meet(actor: Actor): void {
    const { proc, seat, pidRegister: pid } = actor;
    this.#born.push({ actor, proc, tag: this.program.ids(seat, 0, { pid }) });
  }

  /** Asks for the thread ids of everybody who took a call and is not known yet. */
  identify(): readonly Born[] {
    this.#born = [];
    for (const actor of this.#cast.all()) this.#identifyAll(actor);
    return this.#born;
  }

  #identifyAll(actor: Actor): void {
    for (const [seat, thread] of actor.threads) if (!actor.known.has(thread)) this.#identify(actor, seat, thread);
  }

  #identify(actor: Actor, seat: number, thread: ThreadIndex): void {
    this.#born.push({
      actor,
      proc: actor.proc,
      thread,
      tag: this.program.ids(actor.seat, seat, { tid: raise.SCRATCH }),
    });
  }

  #descriptor(actor: Actor, call: Call & { readonly fd: number }): Descriptor {
    const found = actor.descriptors.get(call.fd);
    if (call.op !== 'open') {
      if (found === undefined) throw new Error(`${call.op} on descriptor ${call.fd}, which is not open`);
      return found;
    }
    const file = new OpenFile(actor, call.fd, call.device);
    if (found !== undefined) this.program.setRegister(actor.seat, file.baseRegister, 0);
    return this.#give(actor, call.fd, file);
  }

  #give(actor: Actor, fd: FdIndex, file: OpenFile): Descriptor {
    const descriptor = new Descriptor(actor, fd, file);
    actor.descriptors.set(fd, descriptor);
    return descriptor;
  }

  #main(call: Call, actor: Actor, descriptor: Descriptor): Main {
    const { program } = this;
    switch (call.op) {
      case 'write_read':
        return this.#writeRead(call, actor, descriptor);
      case 'ioctl':
        return this.#ioctl(call, actor, descriptor);
      case 'open':
        return this.#open(call, actor, descriptor);
      case 'mmap':
        return mappings.mmap(this.#place(actor, call.thread), call, descriptor);
      case 'munmap':
        return mappings.munmap(this.#place(actor, call.thread), call, descriptor.file);
      case 'mprotect':
        return mappings.mprotect(this.#place(actor, call.thread), call, descriptor.file);
      case 'madvise':
        return mappings.madvise(this.#place(actor, call.thread), call, descriptor.file);
      case 'share':
        return this.#share(call, descriptor);
      case 'fork':
        return this.#fork(call, actor);
      case 'close': {
        const main = systemCall(this.#place(actor, call.thread), this.#calls.close, [descriptor.number]);
        program.waitKernel();
        descriptor.close();
        return { main, done: raise.status };
      }
      case 'flush':
        return descriptors.flush(this.#place(actor, call.thread), descriptor);
      case 'kill':
        return this.#kill(actor);
      case 'poll':
        return {
          main: program.call(actor.seat, actor.thread(call.thread), requests.poll(this.#cast.ground, descriptor)),
          done: raise.polled,
        };
      case 'set_nonblock': {
        const request = [descriptor.number, sys.F_SETFL, call.nonblock ? sys.O_NONBLOCK : 0];
        const main = systemCall(this.#place(actor, call.thread), this.#calls.fcntl, request);
        return { main, done: raise.status };
      }
      case 'signal':
        return { main: program.signal(actor.seat, actor.thread(call.thread)), done: raise.status };
      case 'exit_task':
        this.#identify(actor, actor.thread(call.thread), call.thread);
        return { main: program.exitThread(actor.seat, actor.thread(call.thread)), done: raise.status };
      case 'set_nice':
      case 'get_nice':
        return descriptors.nice(this.#place(actor, call.thread), call);
      case 'set_euid':
        actor.euid = call.euid;
        return { main: program.euid(actor.seat, call.euid), done: raise.status };
      case 'reclaim':
        // The target has done it already, for every sequence that asked.
        return { main: program.settle(), done: raise.status };
      case 'peek': {
        const { file } = descriptor;
        // A process sees its own mappings only.
        if (!descriptor.isOpeners) return { main: program.settle(), done: () => ({ status: 'OK', bytes: null }) };
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
        return descriptors.lower(this.#place(actor, call.thread), call, descriptor);
    }
  }

  #kill(actor: Actor): Main {
    const { program } = this;
    // Files that live on show its threads, and the logs go on naming them.
    if (this.#cast.isRemembered || actor.holds || actor.opened.some(({ isElsewhere }) => isElsewhere))
      this.#identifyAll(actor);
    const main = program.kill(actor.seat);
    program.waitKernel();
    this.#cast.leave(actor);
    return {
      main,
      done: answer => {
        for (const file of actor.opened) file.loseMapping();
        return raise.status(answer);
      },
    };
  }

  #share(call: Call & { readonly op: 'share' }, from: Descriptor): Main {
    const to = this.#actor(call.to);
    to.holds = true;
    const main = descriptors.share(this.program, from, this.#give(to, call.as, from.file));
    if (this.#cast.passesFiles) this.#freeLow(to);
    return main;
  }

  #fork(call: Call & { readonly op: 'fork' }, parent: Actor): Main {
    const child = this.#cast.fork(parent, call.child);
    const main = this.program.fork(parent.seat, parent.thread(call.thread), child.seat);
    this.#meet(child);
    return { main, done: raise.status };
  }

  #open(call: Call & { readonly op: 'open' }, actor: Actor, descriptor: Descriptor): Main {
    const { program } = this;
    const request = requests.open(call, this.#cast.ground, this.#cast.deviceOf(call.device));
    if (!actor.givesNext(descriptor)) {
      this.#freeLow(actor);
      return descriptors.openElsewhere(this.#place(actor, call.thread), request, descriptor);
    }
    // The new descriptor must not take a number that the driver would give to a received file.
    if (actor.lowFree) program.files(actor.seat, 'occupy');
    const main = program.call(actor.seat, actor.thread(call.thread), request);
    actor.lowFree = false;
    if (this.#cast.passesFiles) this.#freeLow(actor);
    return { main, done: raise.status };
  }

  #place(actor: Actor, thread: ThreadIndex): Place {
    return { program: this.program, ground: this.#cast.ground, actor, seat: actor.thread(thread) };
  }

  #freeLow(actor: Actor): void {
    if (actor.lowFree) return;
    actor.lowFree = true;
    this.program.files(actor.seat, 'free');
  }

  #ioctl(call: Call & { readonly op: 'ioctl' }, actor: Actor, descriptor: Descriptor): Main {
    const image = this.#image;
    const number = ioctlNumber(call.cmd);
    const relocations: Relocation[] = [];
    const good = encodeIoctl(image, call, target => {
      if ('pid' in target) return target.pid;
      const other = this.#cast.find(target.proc) ?? this.#cast.openers.find(({ proc }) => proc === target.proc);
      if (other === undefined) return NOBODY;
      relocations.push({ segment: 0, offset: 0, width: 4, value: other.pid });
      return 0;
    });
    const length = image.segments[0]?.length ?? 0;
    if (number === IOCTL.BINDER_FREEZE) this.restMs += call.arg.timeoutMs ?? 0;
    const swaps = this.#swapUser(call, number, actor, descriptor.file);
    const main = this.program.call(actor.seat, actor.thread(call.thread), {
      number: this.#calls.ioctl,
      args: [descriptor.number, number, good ? { segment: 0 } : BAD_POINTER],
      segments: [{ bytes: image.bytes.subarray(0, length), length: length + SLACK }],
      relocations,
      outs: [{ segment: 0, length }],
      mustComplete: true,
    });
    if (swaps) this.#setUser(actor, call.thread, actor.euid);
    return { main, done: answer => raise.ioctl(answer, number) };
  }

  /** Whether another user was taken for the time of the call: that of the cast for whoever wants to be manager. */
  #swapUser(call: Call & { readonly op: 'ioctl' }, number: number, actor: Actor, { device }: OpenFile): boolean {
    if (number === IOCTL.BINDER_SET_CONTEXT_MGR_EXT ? call.arg.bad === true : number !== IOCTL.BINDER_SET_CONTEXT_MGR)
      return false;
    const wanted = this.#cast.managerUser(device, actor.euid);
    if (wanted === actor.euid) return false;
    this.#setUser(actor, call.thread, wanted);
    return true;
  }

  #setUser(actor: Actor, thread: number, euid: number): void {
    systemCall(this.#place(actor, thread), this.#calls.setresuid, [sys.SAME_USER, euid, sys.SAME_USER]);
  }

  #writeRead(call: WriteRead, actor: Actor, { number, file }: Descriptor): Main {
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
      args: [number, IOCTL.BINDER_WRITE_READ, call.bad === true ? BAD_POINTER : { segment: 0 }],
      segments: places.segments,
      relocations: places.relocations(file),
      outs: [
        { segment: 0, length: WRITE_READ.size },
        ...(read === undefined ? [] : [{ ...read, limit: { segment: 0, offset: fields.read_consumed.at } }]),
      ],
    });
    return { main, done: (answer, reader) => raise.writeRead(answer, call, reader) };
  }

  #peeks(expected: readonly ExpectedDelivery[]): readonly Peek[] {
    return longest(expected).flatMap(({ proc, fd, buffer, length }): Peek[] => {
      const file = this.#cast.find(proc)?.descriptors.get(fd)?.file;
      return file === undefined ? [] : [{ file, buffer, length, tag: this.peek(file, buffer, length) }];
    });
  }

  /** Appends the reading of a part of a mapping. */
  peek(file: OpenFile, offset: number, length: number): number {
    return this.program.peek(file.opener.seat, file.address(offset), length);
  }
}

/** The optimised driver as a target: calls become bytes in memory, bytes become observations. */
import type { Call, WriteRead } from '../../abi/call.ts';
import { IOCTL } from '../../abi/constants.ts';
import { decodeIoctl } from '../../abi/decode.ts';
import type { Driver, World } from '../../abi/driver.ts';
import { encodeIoctl, encodeWriteRead, ioctlNumber } from '../../abi/encode.ts';
import { BAD_POINTER } from '../../abi/image.ts';
import type { Completion, Done, Observation, Result } from '../../abi/observation.ts';
import type { Journal } from '../../abi/journal.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { BinderDriver } from '../../impl/driver.ts';
import type { Epoll, EpollWait } from '../../impl/epoll.ts';
import { fileIo } from '../../impl/files.ts';
import { PARKED } from '../../impl/result.ts';
import { snapshotOf } from '../../impl/snapshot.ts';
import type { Thread } from '../../impl/thread.ts';
import type { DriverClass } from './faulty.ts';
import { done, OK, peekedHex, refused, shows, waitDone, writeReadDone } from './impl-answers.ts';
import {
  Cast,
  Descriptor,
  FIRST_SEGMENT,
  layOut,
  pidOf,
  procOfPid,
  type NativeProcess,
  type NativeThread,
} from './impl-cast.ts';
import { journalOf } from './impl-journal.ts';

const NO_COMPLETIONS: readonly Completion[] = [];

export class ImplTarget implements Driver {
  readonly #driver: BinderDriver;
  readonly #cast = new Cast();

  /** `Driver`: which optimised driver, where it is not the right one (`faulty.ts`). */
  constructor(Driver: DriverClass = BinderDriver) {
    this.#driver = new Driver();
  }

  /** The driver that is driven. */
  get driver(): BinderDriver {
    return this.#driver;
  }

  reset(world: World): void {
    this.#cast.leave();
    this.#driver.reset(world.devices);
  }

  perform(call: Call): Observation {
    const result = this.#perform(call);
    const thread = this.#driver.takeCompleted();
    const wait = this.#driver.takeWaited();
    if (thread === undefined && wait === undefined) return { op: call.id, result, completions: NO_COMPLETIONS };
    return this.#collect(call, result, thread, wait);
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#driver.core, {
      procOf: group => procOfPid(group.pid),
      threadOf: task => task.tid - task.group.pid,
    });
  }

  journal(): Journal {
    return journalOf(this.#driver, this.#cast);
  }

  /** The observation of a call that completed parked ops, perhaps itself. */
  #collect(call: Call, own: Result, thread: Thread | undefined, wait: EpollWait | undefined): Observation {
    const driver = this.#driver;
    let result = own;
    const completions: Completion[] = [];
    const add = (op: number, done: Done): void => {
      if (op === call.id) result = done;
      else completions.push({ op, done });
    };
    for (let next = thread; next !== undefined; next = driver.takeCompleted()) {
      const native = next.task as NativeThread;
      const { call: parked, descriptor } = native;
      if (parked === undefined || descriptor === undefined) continue;
      add(parked.id, writeReadDone(native, parked, descriptor, next.result));
    }
    for (let next = wait; next !== undefined; next = driver.takeWaited()) {
      // Only a signal ends a sleep without anything to read.
      add((next.task as NativeThread).waitOp, next.found.length === 0 ? refused('EINTR') : waitDone(next.found));
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
        this.#kill(this.#cast.processOf(call.proc));
        return OK;
      case 'signal':
        driver.signal(this.#cast.threadOf(call.proc, call.thread));
        return OK;
      case 'exit_task':
        // The driver is told nothing (THR-49).
        this.#closeEpoll(this.#cast.threadOf(call.proc, call.thread));
        return OK;
      case 'fork':
        this.#fork(call);
        return OK;
      case 'epoll_wait':
        return this.#epollWait(call);
      case 'set_nice':
        this.#cast.threadOf(call.proc, call.thread).nice = call.nice;
        return OK;
      case 'get_nice':
        return shows({ nice: this.#cast.threadOf(call.proc, call.thread).nice });
      case 'set_euid':
        // The processes keep their capabilities: nice values stay theirs to choose (READ-37).
        this.#cast.processOf(call.proc).group.euid = call.euid;
        return OK;
      case 'limit_fds':
        this.#cast.processOf(call.proc).files.limit(call.free);
        return OK;
      default:
        return this.#onDescriptor(call);
    }
  }

  /** Calls on a descriptor that need no memory. */
  #onDescriptor(
    call: Call & {
      readonly op:
        | 'mmap'
        | 'munmap'
        | 'share'
        | 'mprotect'
        | 'madvise'
        | 'close'
        | 'flush'
        | 'file_io'
        | 'poll'
        | 'epoll_ctl'
        | 'set_nonblock'
        | 'peek';
    },
  ): Result {
    const driver = this.#driver;
    const thread = this.#cast.threadOf(call.proc, call.thread);
    const native = this.#cast.processOf(call.proc);
    const descriptor = native.descriptors.get(call.fd);
    if (descriptor === undefined) return refused('EBADF');
    const { process } = descriptor;
    switch (call.op) {
      case 'mmap': {
        const write = call.prot === 'write';
        // The operating system refuses this before the driver is asked.
        if (write && !call.private && descriptor.readonly) return refused('EACCES');
        const result = driver.mmap(process, thread, descriptor.base, call.size, { read: call.prot !== 'none', write });
        if (result === 0) descriptor.mapped = call.size;
        return done(result);
      }
      case 'munmap':
        return done(driver.munmap(process, call.offset ?? 0, call.length ?? descriptor.mapped));
      case 'mprotect':
        return done(driver.mprotect(process, { read: call.prot !== 'none', write: call.prot === 'write' }));
      case 'madvise':
        return done(driver.madvise(process, call.offset ?? 0, call.length ?? descriptor.mapped));
      case 'file_io':
        return done(fileIo(call.call, descriptor.readonly));
      case 'close':
        descriptor.closed = true;
        native.files.setBinder(call.fd, false);
        driver.close(process);
        return OK;
      case 'flush':
        // The descriptor is duplicated first.
        if (native.files.full) return refused('EMFILE');
        driver.flush(process);
        return OK;
      case 'poll':
        return shows({ readable: driver.poll(process, thread) });
      case 'epoll_ctl':
        return done(driver.epollCtl(this.#epollOf(thread), process, thread, call.fd, call.ctl));
      case 'set_nonblock':
        process.nonblock = call.nonblock;
        return OK;
      case 'peek':
        return shows({ bytes: descriptor.held ? null : peekedHex(descriptor, call.offset, call.length) });
      case 'share':
        return this.#share(call, descriptor);
    }
  }

  #open(call: Call & { readonly op: 'open' }): Result {
    const native = this.#cast.processOf(call.proc);
    const thread = this.#cast.threadOf(call.proc, call.thread);
    if (native.files.full) return refused('EMFILE');
    const process = this.#driver.open(call.device, thread, call.nonblock, call.fd);
    if (process === null) return refused('EINVAL');
    this.#give(native, call.fd, new Descriptor(process, call.readonly, false));
    return OK;
  }

  #share(call: Call & { readonly op: 'share' }, { process, readonly }: Descriptor): Result {
    const to = this.#cast.processOf(call.to);
    if (to.files.full) return refused('EMFILE');
    this.#driver.share(process);
    this.#give(to, call.as, new Descriptor(process, readonly, true));
    return OK;
  }

  #fork({ proc, thread, child: number }: Call & { readonly op: 'fork' }): void {
    const parent = this.#cast.processOf(proc);
    const child = this.#cast.processOf(number);
    parent.files.copyTo(child.files);
    child.group.euid = parent.group.euid;
    this.#cast.threadOf(number, 0).nice = this.#cast.threadOf(proc, thread).nice;
    for (const [fd, { process, readonly, closed }] of parent.descriptors) {
      if (closed) continue;
      this.#driver.share(process);
      child.descriptors.set(fd, new Descriptor(process, readonly, true));
    }
  }

  #give(native: NativeProcess, fd: number, descriptor: Descriptor): void {
    native.descriptors.set(fd, descriptor);
    native.files.setBinder(fd, true);
  }

  #epollWait(call: Call & { readonly op: 'epoll_wait' }): Result {
    const thread = this.#cast.threadOf(call.proc, call.thread);
    thread.waitOp = call.id;
    const found = this.#driver.epollWait(this.#epollOf(thread), thread, Infinity, call.sleep === true);
    return found === null ? 'pending' : waitDone(found);
  }

  #epollOf(thread: NativeThread): Epoll {
    return (thread.epoll ??= this.#driver.epollCreate(thread.group));
  }

  #closeEpoll(thread: NativeThread): void {
    if (thread.epoll !== undefined) this.#driver.epollClose(thread.group, thread.epoll);
    thread.epoll = undefined;
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
    const thread = this.#cast.threadOf(call.proc, call.thread);
    const descriptor = this.#cast.processOf(call.proc).descriptors.get(call.fd);
    if (descriptor === undefined) return refused('EBADF');
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
    const thread = this.#cast.threadOf(call.proc, call.thread);
    const descriptor = this.#cast.processOf(call.proc).descriptors.get(call.fd);
    if (descriptor === undefined) return refused('EBADF');
    const { image } = thread;
    const good = encodeIoctl(image, call, pidOf);
    layOut(thread, descriptor.base);
    const number = ioctlNumber(call.cmd);
    const result = this.#driver.ioctl(descriptor.process, thread, number, good ? FIRST_SEGMENT : BAD_POINTER);
    if (result !== 0) return done(result);
    const out = decodeIoctl(number, image.bytes);
    return out === undefined ? OK : shows({ out });
  }
}

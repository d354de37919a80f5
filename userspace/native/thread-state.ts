/**
 * The conversation of one thread with the driver: commands out, returns in, and what each return means.
 *
 * Source of the order of things: AOSP `libs/binder/IPCThreadState.cpp`.
 */
import type { Command, Status } from '../../abi/call.ts';
import { payloadSize } from '../../abi/codec.ts';
import { BC, TF_ACCEPT_FDS, TF_CLEAR_BUF, TF_ONE_WAY, TF_STATUS_CODE } from '../../abi/constants.ts';
import { ERRNO } from '../../abi/errno.ts';
import type { Delivery, Return } from '../../abi/observation.ts';
import type { U64 } from '../../abi/u64.ts';
import type { Thread } from '../kernel/thread.ts';
import { Parcel } from '../parcel/parcel.ts';
import { STATUS, type StatusT } from '../status.ts';
import { messageOf, parcelOf, statusMessage, statusOf } from './message.ts';
import { DRIVER_FD } from './numbers.ts';
import type { ProcessState } from './process-state.ts';

/** Bytes of the read buffer (`mIn.setDataCapacity`). */
const READ_SIZE = 256;
/** Commands of one write, at most: an op log tells commands of one op apart up to 64. */
const MOST_COMMANDS = 60;

/** Bytes of a command in a write buffer. */
const sizeOf = ({ bc }: Command): number => 4 + (bc === 'RAW' ? 0 : payloadSize(BC[bc]));

const statusFrom = (status: Status): StatusT => (status === 'OK' ? STATUS.OK : -ERRNO[status]);

/** Who made the call that a thread answers. */
export interface Calling {
  /** Process of the log; `null` for a oneway, whose sender the driver does not tell, or for one that is gone. */
  readonly proc: number | null;
  readonly uid: number;
}

export class ThreadState {
  readonly process: ProcessState;
  readonly kernel: Thread;
  /** The caller of the call that this thread answers; `undefined` outside of calls. */
  calling: Calling | undefined;
  #out: Command[] = [];
  readonly #in: Return[] = [];
  readonly #releases: U64[] = [];
  readonly #decrefs: U64[] = [];
  /** Calls that this thread is in the middle of answering or waiting for. */
  #depth = 0;

  constructor(process: ProcessState, kernel: Thread) {
    this.process = process;
    this.kernel = kernel;
  }

  /** Adds a command to what is written next. */
  queue(command: Command): void {
    this.#out.push(command);
  }

  /** Writes what is queued, without reading (`flushCommands`). */
  async flush(): Promise<StatusT> {
    let status: StatusT = STATUS.OK;
    for (let tries = 0; tries < 2 && this.#out.length > 0 && status === STATUS.OK; tries++) {
      status = await this.#talk(false);
    }
    return status;
  }

  /** One BINDER_WRITE_READ, as far as there is something to write or nothing left to handle (`talkWithDriver`). */
  async #talk(receive = true): Promise<StatusT> {
    while (this.#out.length > MOST_COMMANDS) {
      const status = await this.#writeRead(this.#out.slice(0, MOST_COMMANDS), false);
      if (status !== STATUS.OK) return status;
    }
    const needsRead = this.#in.length === 0;
    const write = !receive || needsRead ? this.#out : [];
    if (write.length === 0 && !(receive && needsRead)) return STATUS.OK;
    return this.#writeRead(write, receive && needsRead);
  }

  async #writeRead(write: readonly Command[], receive: boolean): Promise<StatusT> {
    if (this.process.isClosed) return STATUS.BAD_FD;
    const { status, wrote, returns } = await this.kernel.call({
      op: 'write_read',
      fd: DRIVER_FD,
      write: [...write],
      writeConsumed: 0,
      ...(receive ? { read: { size: READ_SIZE, consumed: 0 } } : {}),
    });
    let consumed = wrote ?? 0;
    let commands = 0;
    for (const command of write) {
      if (consumed <= 0) break;
      consumed -= sizeOf(command);
      commands++;
    }
    this.#out = this.#out.slice(commands);
    if (returns !== undefined) this.#in.push(...returns);
    return status === 'EINTR' ? STATUS.OK : statusFrom(status);
  }

  /** Calls a handle. `reply.status` is the status of the transaction; a oneway call has an empty reply. */
  async transact(handle: number, code: number, data: Parcel, flags: number): Promise<Parcel> {
    if (data.status !== STATUS.OK) return Parcel.failed(data.status);
    const all = flags | TF_ACCEPT_FDS;
    this.queue({ bc: 'BC_TRANSACTION', target: handle, code, flags: all, message: messageOf(data) });
    this.#depth++;
    const reply = await this.#waitForResponse((flags & TF_ONE_WAY) === 0);
    this.#depth--;
    if (this.#depth === 0) this.#processDerefs();
    return reply;
  }

  /** Handles returns until the answer comes; without `wantsReply` until the driver took the message. */
  async #waitForResponse(wantsReply: boolean): Promise<Parcel> {
    for (;;) {
      const status = await this.#talk();
      if (status !== STATUS.OK) return Parcel.failed(status);
      const next = this.#in.shift();
      switch (next?.br) {
        case undefined:
          continue;
        case 'BR_ONEWAY_SPAM_SUSPECT':
        case 'BR_TRANSACTION_COMPLETE':
          if (!wantsReply) return new Parcel(this.process);
          continue;
        case 'BR_DEAD_REPLY':
          return Parcel.failed(STATUS.DEAD_OBJECT);
        case 'BR_FAILED_REPLY':
        case 'BR_FROZEN_REPLY':
          return Parcel.failed(STATUS.FAILED_TRANSACTION);
        case 'BR_REPLY': {
          if (!wantsReply) this.process.uncaught.push(new Error('a reply arrived where none was asked for'));
          if ((next.flags & TF_STATUS_CODE) === 0) return this.#parcelOf(next);
          this.#freeBuffer(next);
          return Parcel.failed(statusOf(next));
        }
        default:
          await this.#execute(next as Return);
      }
    }
  }

  #parcelOf(delivery: Delivery): Parcel {
    return parcelOf(this.process, delivery, () =>
      this.process.queue({ bc: 'BC_FREE_BUFFER', buffer: delivery.buffer }),
    );
  }

  #freeBuffer(delivery: Delivery): void {
    this.queue({ bc: 'BC_FREE_BUFFER', buffer: delivery.buffer });
  }

  /** One return that is not the answer to a call (`executeCommand`). */
  async #execute(next: Return): Promise<StatusT> {
    const { process } = this;
    switch (next.br) {
      case 'BR_OK':
      case 'BR_NOOP':
        return STATUS.OK;
      case 'BR_INCREFS':
        process.announced(next.ptr, 'weak', 1);
        this.queue({ bc: 'BC_INCREFS_DONE', ptr: next.ptr, cookie: next.cookie });
        return STATUS.OK;
      case 'BR_ACQUIRE':
        process.announced(next.ptr, 'strong', 1);
        this.queue({ bc: 'BC_ACQUIRE_DONE', ptr: next.ptr, cookie: next.cookie });
        return STATUS.OK;
      case 'BR_RELEASE':
        this.#releases.push(next.ptr);
        return STATUS.OK;
      case 'BR_DECREFS':
        this.#decrefs.push(next.ptr);
        return STATUS.OK;
      case 'BR_TRANSACTION':
      case 'BR_TRANSACTION_SEC_CTX':
        await this.#answer(next);
        return STATUS.OK;
      case 'BR_DEAD_BINDER': {
        await process.proxyOfCookie(next.cookie)?.sendObituary();
        this.queue({ bc: 'BC_DEAD_BINDER_DONE', cookie: next.cookie });
        return STATUS.OK;
      }
      case 'BR_CLEAR_DEATH_NOTIFICATION_DONE':
        process.proxyOfCookie(next.cookie)?.deathCleared();
        return STATUS.OK;
      case 'BR_SPAWN_LOOPER':
        process.spawnPooledThread();
        return STATUS.OK;
      case 'BR_FINISHED':
        return STATUS.TIMED_OUT;
      default:
        process.uncaught.push(new Error(`${next.br} arrived where nobody waits for it`));
        return STATUS.UNKNOWN_ERROR;
    }
  }

  /** BR_TRANSACTION: the object answers; the buffer goes back before the reply, so that the caller finds its room again. */
  async #answer(delivery: Delivery): Promise<void> {
    const { process } = this;
    const { ptr, code, flags } = delivery;
    const before = this.calling;
    this.calling = { proc: delivery.sender, uid: delivery.euid };
    this.#depth++;
    const data = this.#parcelOf(delivery);
    const reply = process.parcel();
    const status = await this.#call(ptr, { code, flags, data, reply });
    if (status !== STATUS.OK) reply.fail(status);
    data.free();
    if ((flags & TF_ONE_WAY) === 0) {
      const forward = flags & TF_CLEAR_BUF;
      const error = reply.status !== STATUS.OK;
      this.queue({
        bc: 'BC_REPLY',
        code: 0,
        flags: error ? forward | TF_STATUS_CODE : forward,
        message: error ? statusMessage(reply.status) : messageOf(reply),
      });
      await this.#waitForResponse(false);
    }
    reply.free();
    this.#depth--;
    this.calling = before;
  }

  async #call(ptr: U64, incoming: Parameters<NonNullable<ProcessState['context']>['answer']>[0]): Promise<StatusT> {
    const { process } = this;
    const object = process.objectAt(ptr);
    if (object === undefined) {
      process.uncaught.push(new Error(`a call came for ${ptr}, which is no object of ${process.name}`));
      return STATUS.UNKNOWN_TRANSACTION;
    }
    try {
      return await object.answer(incoming);
    } catch (error) {
      process.uncaught.push(error);
      return STATUS.UNKNOWN_ERROR;
    }
  }

  /** What the driver let go is let go when nothing of one read is left to handle (`processPendingDerefs`). */
  #processDerefs(): void {
    if (this.#in.length > 0) return;
    for (const ptr of this.#decrefs.splice(0)) this.process.announced(ptr, 'weak', -1);
    for (const ptr of this.#releases.splice(0)) this.process.announced(ptr, 'strong', -1);
  }

  /** A thread of the pool: answers calls until the driver is closed. The main thread enters, the others register. */
  async joinThreadPool(isMain: boolean): Promise<void> {
    this.queue({ bc: isMain ? 'BC_ENTER_LOOPER' : 'BC_REGISTER_LOOPER' });
    for (;;) {
      this.#processDerefs();
      const status = await this.#talk();
      if (status !== STATUS.OK) break;
      const next = this.#in.shift();
      if (next === undefined) continue;
      if ((await this.#execute(next)) === STATUS.TIMED_OUT && !isMain) break;
    }
    this.queue({ bc: 'BC_EXIT_LOOPER' });
    await this.#talk(false);
  }

  /** The thread ends: what is queued is written, then the driver forgets the thread. */
  async exit(): Promise<void> {
    await this.flush();
    this.#processDerefs();
    if (this.process.isClosed) return;
    await this.kernel.call({ op: 'ioctl', fd: DRIVER_FD, cmd: 'BINDER_THREAD_EXIT', arg: {} });
  }
}

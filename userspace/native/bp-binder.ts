/**
 * A proxy: one handle of one process. There is one for each handle, so two references to the same object are equal.
 *
 * Source of the order of commands: AOSP `libs/binder/BpBinder.cpp`.
 */
import { Parcel } from '../parcel/parcel.ts';
import { STATUS, type StatusT } from '../status.ts';
import { INTERFACE_TRANSACTION, PING_TRANSACTION, type DeathRecipient, type IBinder } from './ibinder.ts';
import type { ProcessState } from './process-state.ts';

export class BpBinder implements IBinder {
  readonly isLocal = false;
  readonly handle: number;
  /** Names this proxy in death notifications; AOSP uses its address. */
  readonly cookie: number;
  readonly #process: ProcessState;
  #strong = 0;
  /** Death notifications that the driver still knows. */
  #registered = 0;
  #recipients: DeathRecipient[] = [];
  #isDead = false;
  #descriptor: string | undefined;

  constructor(process: ProcessState, handle: number, cookie: number) {
    this.#process = process;
    this.handle = handle;
    this.cookie = cookie;
    process.queue({ bc: 'BC_INCREFS', handle });
  }

  /** Strong references of the program. */
  get strong(): number {
    return this.#strong;
  }
  /** Whether the death was heard of. */
  get isDead(): boolean {
    return this.#isDead;
  }
  /** Whether the table must keep it: somebody holds it, or a notification is still to come. */
  get isNeeded(): boolean {
    return this.#strong > 0 || this.#registered > 0;
  }

  /** A parcel of the process that has this proxy. */
  parcel(): Parcel {
    return this.#process.parcel();
  }

  async transact(code: number, data: Parcel, flags = 0): Promise<Parcel> {
    if (this.#isDead) return Parcel.failed(STATUS.DEAD_OBJECT);
    return this.#process.thread.transact(this.handle, code, data, flags);
  }

  async ping(): Promise<StatusT> {
    const data = this.#process.parcel();
    const reply = await this.transact(PING_TRANSACTION, data);
    data.free();
    const { status } = reply;
    reply.free();
    return status;
  }

  async getInterfaceDescriptor(): Promise<string> {
    if (this.#descriptor !== undefined) return this.#descriptor;
    const data = this.#process.parcel();
    const reply = await this.transact(INTERFACE_TRANSACTION, data);
    data.free();
    const text = reply.readString16();
    if (reply.status === STATUS.OK && text !== null) this.#descriptor = text;
    reply.free();
    return this.#descriptor ?? '';
  }

  async linkToDeath(recipient: DeathRecipient): Promise<StatusT> {
    if (this.#isDead) return STATUS.DEAD_OBJECT;
    this.#recipients.push(recipient);
    if (this.#recipients.length > 1) return STATUS.OK;
    this.#registered++;
    this.#process.queue({ bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: this.handle, cookie: this.cookie });
    return this.#process.thread.flush();
  }

  async unlinkToDeath(recipient: DeathRecipient): Promise<StatusT> {
    if (this.#isDead) return STATUS.DEAD_OBJECT;
    const at = this.#recipients.indexOf(recipient);
    if (at < 0) return STATUS.NAME_NOT_FOUND;
    this.#recipients.splice(at, 1);
    if (this.#recipients.length === 0) {
      this.#clearDeath();
      await this.#process.thread.flush();
    }
    return STATUS.OK;
  }

  #clearDeath(): void {
    this.#process.queue({ bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: this.handle, cookie: this.cookie });
  }

  /** BR_DEAD_BINDER: every recipient hears it, once. */
  async sendObituary(): Promise<void> {
    if (this.#isDead) return;
    this.#isDead = true;
    const recipients = this.#recipients;
    this.#recipients = [];
    if (recipients.length === 0) return;
    this.#clearDeath();
    await this.#process.thread.flush();
    for (const recipient of recipients) await recipient.binderDied(this);
  }

  /** BR_CLEAR_DEATH_NOTIFICATION_DONE. */
  deathCleared(): void {
    this.#registered--;
    this.#process.forgetUnneeded(this);
  }

  hold(): void {
    this.#strong++;
    if (this.#strong === 1) this.#process.queue({ bc: 'BC_ACQUIRE', handle: this.handle });
  }

  release(): void {
    if (this.#strong === 0) throw new RangeError(`handle ${this.handle} is released more often than it is held`);
    this.#strong--;
    if (this.#strong > 0) return;
    // Recipients of a proxy that nobody holds are unlinked: nobody could be told whose death it was.
    if (this.#recipients.length > 0) {
      this.#recipients = [];
      this.#clearDeath();
    }
    this.#process.queue({ bc: 'BC_RELEASE', handle: this.handle });
    this.#process.forgetUnneeded(this);
  }
}

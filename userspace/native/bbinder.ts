/** An object that other processes may call: what a service is at the bottom. */
import type { Parcel } from '../parcel/parcel.ts';
import { STATUS, type StatusT } from '../status.ts';
import {
  DUMP_TRANSACTION,
  FIRST_CALL_TRANSACTION,
  INTERFACE_TRANSACTION,
  LAST_CALL_TRANSACTION,
  PING_TRANSACTION,
  type IBinder,
} from './ibinder.ts';

/** Who calls, as the driver stamped it, and what the call is. */
export interface Incoming {
  readonly code: number;
  readonly flags: number;
  readonly data: Parcel;
  readonly reply: Parcel;
}

export class BBinder implements IBinder {
  readonly isLocal = true;
  /** Descriptor of the interface; the empty text for none. */
  readonly descriptor: string;

  constructor(descriptor = '') {
    this.descriptor = descriptor;
  }

  /** Answers one call of an interface's own methods. Writes the reply and answers the status. */
  protected onTransact(_incoming: Incoming): Promise<StatusT> | StatusT {
    return STATUS.UNKNOWN_TRANSACTION;
  }

  /** Answers any call, the general ones included: what the driver's BR_TRANSACTION leads to. */
  async answer(incoming: Incoming): Promise<StatusT> {
    const { code, reply } = incoming;
    switch (code) {
      case PING_TRANSACTION:
        return STATUS.OK;
      case INTERFACE_TRANSACTION:
        reply.writeString16(this.descriptor);
        return STATUS.OK;
      case DUMP_TRANSACTION:
        return STATUS.OK;
      default:
        if (code < FIRST_CALL_TRANSACTION || code > LAST_CALL_TRANSACTION) return STATUS.UNKNOWN_TRANSACTION;
        return this.onTransact(incoming);
    }
  }

  async transact(code: number, data: Parcel, flags = 0): Promise<Parcel> {
    const reply = data.sibling();
    data.seek(0);
    const status = await this.answer({ code, flags, data, reply });
    if (status !== STATUS.OK) reply.fail(status);
    return reply;
  }

  ping(): Promise<StatusT> {
    return Promise.resolve(STATUS.OK);
  }
  getInterfaceDescriptor(): Promise<string> {
    return Promise.resolve(this.descriptor);
  }
  /** The process of a local object dies with whoever would hear of it. */
  linkToDeath(): Promise<StatusT> {
    return Promise.resolve(STATUS.INVALID_OPERATION);
  }
  unlinkToDeath(): Promise<StatusT> {
    return Promise.resolve(STATUS.INVALID_OPERATION);
  }
  /** The language holds local objects; what the driver holds is counted by the process. */
  hold(): void {
    // Nothing to count.
  }
  release(): void {
    // Nothing to count.
  }
}

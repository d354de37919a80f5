/** What can be called: an object of this process, or a proxy of one elsewhere. */
import type { Parcel } from '../parcel/parcel.ts';
import type { StatusT } from '../status.ts';

const packed = (text: string): number =>
  ((text.charCodeAt(0) << 24) | (text.charCodeAt(1) << 16) | (text.charCodeAt(2) << 8) | text.charCodeAt(3)) >>> 0;

/** Codes of an interface's own methods (AOSP `IBinder.h`). */
export const FIRST_CALL_TRANSACTION = 0x0000_0001;
export const LAST_CALL_TRANSACTION = 0x00ff_ffff;
/** Codes that every object answers: four letters each. */
export const PING_TRANSACTION = packed('_PNG');
export const DUMP_TRANSACTION = packed('_DMP');
export const INTERFACE_TRANSACTION = packed('_NTF');

/** Hears once that the process of a remote object is gone. */
export interface DeathRecipient {
  binderDied(who: IBinder): void | Promise<void>;
}

/** A reference to an object, wherever it lives. */
export interface IBinder {
  readonly isLocal: boolean;
  /**
   * Calls the object. The answer is a parcel to read and to `free`; its `status` says why there is none. `data` stays the
   * caller's. A oneway call is answered by an empty parcel as soon as the driver took it.
   */
  transact(code: number, data: Parcel, flags?: number): Promise<Parcel>;
  /** Whether somebody answers. */
  ping(): Promise<StatusT>;
  /** The descriptor of the object's interface; the empty text where it has none or is gone. */
  getInterfaceDescriptor(): Promise<string>;
  /** Asks to be told of its death. DEAD_OBJECT when it is known to be dead, INVALID_OPERATION for a local object. */
  linkToDeath(recipient: DeathRecipient): Promise<StatusT>;
  /** Takes one registration back. NAME_NOT_FOUND where there is none, DEAD_OBJECT after the death. */
  unlinkToDeath(recipient: DeathRecipient): Promise<StatusT>;
  /** A strong reference more (AOSP: a copied `sp<IBinder>`). */
  hold(): void;
  /** A strong reference less. */
  release(): void;
}

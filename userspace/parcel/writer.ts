/**
 * The writing half of a parcel: bytes at the end, objects among the offsets.
 *
 * Source of every form: AOSP `libs/binder/Parcel.cpp`; docs/userspace.md tells them with their offsets.
 */
import { encodeObject } from '../../abi/codec.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS } from '../../abi/constants.ts';
import { FLAT_BINDER_OBJECT } from '../../abi/layout.ts';
import type { FdObject, LocalObject, RemoteObject } from '../../abi/objects.ts';
import type { IBinder } from '../native/ibinder.ts';
import { STATUS, type StatusT } from '../status.ts';
import * as format from './format.ts';
import { utf16Bytes, utf8Bytes } from './text.ts';

/** The objects that a parcel may hold. */
export type ParcelObject = LocalObject | RemoteObject | FdObject;

/** What turns binders into objects of a message and back: the process that writes or reads. */
export interface BinderTable {
  /** The object that stands for a binder; strong references to both last until `release`. */
  flatten(binder: IBinder, weak: boolean): LocalObject | RemoteObject;
  /** The binder that an object stands for; the reader holds it strongly (AOSP: `sp<IBinder>`). */
  unflatten(object: LocalObject | RemoteObject): IBinder | null;
  /** The parcel that held `binder` is gone. */
  release(binder: IBinder): void;
}

/** Bytes of an object in a parcel. */
export const FLAT = FLAT_BINDER_OBJECT.size;
const NONE: readonly number[] = [];

export class ParcelWriter {
  /** The first error; OK until then. */
  status: StatusT = STATUS.OK;
  protected buffer: Uint8Array;
  protected view: DataView;
  protected end: number;
  protected places: number[];
  protected readonly table: BinderTable | undefined;
  /** Binders that were written: held until the parcel is freed. */
  readonly #held: IBinder[] = [];

  constructor(
    table?: BinderTable,
    bytes: Uint8Array = new Uint8Array(64),
    size = 0,
    offsets: readonly number[] = NONE,
  ) {
    this.table = table;
    this.buffer = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = size;
    this.places = [...offsets];
  }

  /** Bytes written. */
  get size(): number {
    return this.end;
  }
  /** Places of the objects, in the order of writing. */
  get offsets(): readonly number[] {
    return this.places;
  }
  /** The bytes; not a copy. */
  get bytes(): Uint8Array {
    return this.buffer.subarray(0, this.end);
  }

  /** Notes the first error. */
  fail(status: StatusT): void {
    if (this.status === STATUS.OK) this.status = status;
  }

  protected letGo(): void {
    for (const binder of this.#held) this.table?.release(binder);
    this.#held.length = 0;
  }

  /** Room for `length` bytes and their padding at the end; answers their place, or -1 after an error. */
  #grow(length: number): number {
    if (this.status !== STATUS.OK) return -1;
    const at = this.end;
    const end = at + format.padded(length);
    if (end > this.buffer.length) {
      const bytes = new Uint8Array(Math.max(end, this.buffer.length * 2));
      bytes.set(this.buffer);
      this.buffer = bytes;
      this.view = new DataView(bytes.buffer);
    }
    this.buffer.fill(0, at, end);
    this.end = end;
    return at;
  }

  writeInt32(value: number): void {
    const at = this.#grow(4);
    if (at >= 0) this.view.setInt32(at, value, true);
  }
  writeInt64(value: bigint): void {
    const at = this.#grow(8);
    if (at >= 0) this.view.setBigInt64(at, value, true);
  }
  writeFloat(value: number): void {
    const at = this.#grow(4);
    if (at >= 0) this.view.setFloat32(at, value, true);
  }
  writeDouble(value: number): void {
    const at = this.#grow(8);
    if (at >= 0) this.view.setFloat64(at, value, true);
  }
  writeBool(value: boolean): void {
    this.writeInt32(value ? 1 : 0);
  }

  /** Bytes without a length, filled up with zeros. */
  writeBytes(bytes: Uint8Array): void {
    const at = this.#grow(bytes.length);
    if (at >= 0) this.buffer.set(bytes, at);
  }
  /** Length, bytes, padding; null is the length -1 alone. */
  writeByteArray(bytes: Uint8Array | null): void {
    this.writeInt32(bytes === null ? format.NULL_LENGTH : bytes.length);
    if (bytes !== null) this.writeBytes(bytes);
  }
  /** `writeString16`: length in units of 16 bits, the units, one zero unit, padding. */
  writeString16(text: string | null): void {
    this.writeInt32(text === null ? format.NULL_LENGTH : text.length);
    if (text !== null) this.writeBytes(utf16Bytes(text));
  }
  /** `writeString8`: length in bytes of UTF-8, the bytes, one zero byte, padding. A lone surrogate becomes U+FFFD. */
  writeString8(text: string | null): void {
    if (text === null) {
      this.writeInt32(format.NULL_LENGTH);
      return;
    }
    const bytes = utf8Bytes(text);
    this.writeInt32(bytes.length - 1);
    this.writeBytes(bytes);
  }

  /** `writeStrongBinder`: a flattened object and its stability. Null, and handle 0, have no entry among the offsets. */
  writeStrongBinder(binder: IBinder | null): void {
    this.#writeBinder(binder, false);
  }
  /** The same as a weak reference, which older libraries wrote. */
  writeWeakBinder(binder: IBinder | null): void {
    this.#writeBinder(binder, true);
  }

  #writeBinder(binder: IBinder | null, weak: boolean): void {
    if (binder === null) {
      const type = weak ? 'WEAK_BINDER' : 'BINDER';
      this.#writeObject({ type, flags: format.SCHED_NORMAL_19, ptr: 0, cookie: 0 }, false);
      this.writeInt32(format.STABILITY_UNDECLARED);
      return;
    }
    if (this.table === undefined) {
      this.fail(STATUS.INVALID_OPERATION);
      return;
    }
    if (this.status !== STATUS.OK) return;
    const object = this.table.flatten(binder, weak);
    this.#held.push(binder);
    this.#writeObject(object, 'handle' in object ? object.handle !== 0 : object.ptr !== 0);
    this.writeInt32(format.STABILITY_SYSTEM);
  }

  /** `writeFileDescriptor`; the descriptor stays the sender's. */
  writeFileDescriptor(fd: number): void {
    this.#writeObject({ type: 'FD', flags: format.FD_FLAGS | FLAT_BINDER_FLAG_ACCEPTS_FDS, fd, cookie: 0 }, true);
  }

  #writeObject(object: ParcelObject, listed: boolean): void {
    const at = this.#grow(FLAT);
    if (at < 0) return;
    encodeObject(this.view, at, object);
    if (listed) this.places.push(at);
  }

  /** `writeInterfaceToken`: strict-mode policy, work source, 'SYST', and the descriptor as a String16. */
  writeInterfaceToken(descriptor: string): void {
    this.writeInt32(format.STRICT_MODE_PENALTY_GATHER | 0);
    this.writeInt32(format.UNSET_WORK_SOURCE);
    this.writeInt32(format.HEADER_SYSTEM);
    this.writeString16(descriptor);
  }
}

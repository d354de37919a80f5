/**
 * A Parcel: the bytes of one message, with the places of the objects in them.
 *
 * It writes at its end and reads from its position. The first error sticks in `status`; from then on reads answer zero
 * values and writes do nothing, so that a reader checks once, behind the last item. Nothing here throws for any bytes.
 * The format with all offsets is told in docs/userspace.md.
 */
import { decodeObject } from '../../abi/codec.ts';
import type { IBinder } from '../native/ibinder.ts';
import { STATUS, type StatusT } from '../status.ts';
import * as format from './format.ts';
import { latin, utf16, utf8 } from './text.ts';
import { FLAT, ParcelWriter, type BinderTable, type ParcelObject } from './writer.ts';

export type { BinderTable, ParcelObject } from './writer.ts';

export class Parcel extends ParcelWriter {
  #position = 0;
  /** Binders that were read and still belong to whoever frees the parcel. */
  #taken: IBinder[] = [];
  #onFree: (() => void) | undefined;

  /** A parcel over a delivered message; `onFree` gives the driver's buffer back, once. */
  static received(table: BinderTable | undefined, bytes: Uint8Array, offsets: readonly number[], onFree?: () => void) {
    const parcel = new Parcel(table, bytes, bytes.length, offsets);
    parcel.#onFree = onFree;
    return parcel;
  }

  /** A parcel that says only why there is no answer. */
  static failed(status: StatusT): Parcel {
    const parcel = new Parcel();
    parcel.status = status;
    return parcel;
  }

  /** An empty parcel of the same process. */
  sibling(): Parcel {
    return new Parcel(this.table);
  }

  /** Where the next read begins, in bytes. */
  get position(): number {
    return this.#position;
  }
  /** Bytes not read yet. */
  get available(): number {
    return this.end - this.#position;
  }

  /** Reads from byte `position` on; a place outside of the parcel is BAD_VALUE. */
  seek(position: number): void {
    if (!Number.isInteger(position) || position < 0 || position > this.end) this.fail(STATUS.BAD_VALUE);
    else this.#position = position;
  }

  /** Forgets what was written: an error is answered instead. */
  clear(): void {
    this.letGo();
    this.end = 0;
    this.#position = 0;
    this.places = [];
  }

  /** Gives up the buffer and everything that the parcel held, once. */
  free(): void {
    this.letGo();
    for (const binder of this.#taken) binder.release();
    this.#taken = [];
    const onFree = this.#onFree;
    this.#onFree = undefined;
    onFree?.();
  }

  /** Place of `length` plain bytes and their padding; -1 after an error. A piece of an object is PERMISSION_DENIED. */
  #take(length: number): number {
    if (this.status !== STATUS.OK) return -1;
    const at = this.#position;
    const end = at + format.padded(length);
    if (length < 0 || end > this.end) {
      this.fail(STATUS.NOT_ENOUGH_DATA);
      return -1;
    }
    for (const offset of this.places) {
      if (at < offset + FLAT && end > offset) {
        this.fail(STATUS.PERMISSION_DENIED);
        return -1;
      }
    }
    this.#position = end;
    return at;
  }

  readInt32(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.view.getInt32(at, true);
  }
  readInt64(): bigint {
    const at = this.#take(8);
    return at < 0 ? 0n : this.view.getBigInt64(at, true);
  }
  readFloat(): number {
    const at = this.#take(4);
    return at < 0 ? 0 : this.view.getFloat32(at, true);
  }
  readDouble(): number {
    const at = this.#take(8);
    return at < 0 ? 0 : this.view.getFloat64(at, true);
  }
  /** Any word but zero is true. */
  readBool(): boolean {
    return this.readInt32() !== 0;
  }
  /** A length word: -1 becomes null; any other that cannot fit, at `least` bytes for each item, is an error. */
  readLength(least: number): number | null {
    const length = this.readInt32();
    if (this.status !== STATUS.OK || length === format.NULL_LENGTH) return null;
    if (length < 0) this.fail(STATUS.BAD_VALUE);
    else if (length * least > this.available) this.fail(STATUS.NOT_ENOUGH_DATA);
    return this.status === STATUS.OK ? length : null;
  }
  readByteArray(): Uint8Array | null {
    const length = this.readLength(1);
    if (length === null) return null;
    const at = this.#take(length);
    return at < 0 ? null : this.buffer.slice(at, at + length);
  }
  /** A String16; one without its zero unit is BAD_VALUE. */
  readString16(): string | null {
    const length = this.readLength(2);
    if (length === null) return null;
    const at = this.#take((length + 1) * 2);
    if (at < 0) return null;
    if (this.view.getUint16(at + length * 2, true) !== 0) {
      this.fail(STATUS.BAD_VALUE);
      return null;
    }
    return utf16(this.view, at, length);
  }
  /** A String8; one without its zero byte, or with bytes that are no UTF-8, is BAD_VALUE. */
  readString8(): string | null {
    const length = this.readLength(1);
    if (length === null) return null;
    const at = this.#take(length + 1);
    if (at < 0) return null;
    const text = this.buffer[at + length] === 0 ? utf8(this.buffer, at, length) : undefined;
    if (text === undefined) this.fail(STATUS.BAD_VALUE);
    return text ?? null;
  }

  /** The binder of the next object, strong or weak. It is the parcel's until `hold` of the binder says otherwise. */
  readBinder(): IBinder | null {
    const object = this.#readObject(false);
    this.readInt32();
    if (object === undefined || this.status !== STATUS.OK) return null;
    if (object.type === 'FD') {
      this.fail(STATUS.BAD_TYPE);
      return null;
    }
    if (!('handle' in object) && object.ptr === 0) return null;
    if (this.table === undefined) {
      this.fail(STATUS.INVALID_OPERATION);
      return null;
    }
    const binder = this.table.unflatten(object);
    if (binder === null) this.fail(STATUS.BAD_TYPE);
    else this.#taken.push(binder);
    return binder;
  }

  /** The number of the next object, a descriptor in the reader's table; -1 after an error. It stays the reader's. */
  readFileDescriptor(): number {
    const object = this.#readObject(true);
    if (object?.type === 'FD') return object.fd;
    this.fail(STATUS.BAD_TYPE);
    return -1;
  }

  /** An object at the position. `listed`: it must be among the offsets; without, a null object need not be. */
  #readObject(listed: boolean): ParcelObject | undefined {
    if (this.status !== STATUS.OK) return undefined;
    const at = this.#position;
    if (at + FLAT > this.end) {
      this.fail(STATUS.NOT_ENOUGH_DATA);
      return undefined;
    }
    const object = decodeObject(this.view, at, this.end);
    if (object.type === 'malformed' || object.type === 'FDA' || object.type === 'PTR') {
      this.fail(STATUS.BAD_TYPE);
      return undefined;
    }
    const isNull =
      object.cookie === 0 && ('handle' in object ? object.handle === 0 : 'ptr' in object && object.ptr === 0);
    if ((listed || !isNull) && !this.places.includes(at)) {
      this.fail(STATUS.BAD_TYPE);
      return undefined;
    }
    this.#position = at + FLAT;
    return object;
  }

  /** Reads an interface token and answers whether it is that of `descriptor` (`enforceInterface`). */
  enforceInterface(descriptor: string): boolean {
    // Strict-mode policy and work source: any value.
    this.readInt32();
    this.readInt32();
    if (this.readInt32() !== format.HEADER_SYSTEM) return false;
    return this.readString16() === descriptor && this.status === STATUS.OK;
  }

  /** Hex and printable characters, for reports. */
  override toString(): string {
    return `Parcel(${this.end} bytes, ${this.places.length} objects) ${latin(this.bytes)}`;
  }
}

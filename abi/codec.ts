/**
 * Objects, commands and returns as bytes and back. Total: bytes that are nothing become a value that says so.
 */
import { BC, BC_NAMES, BR_NAMES, OBJECT_NAMES, OBJECT_TYPE, type BcName, type BrName } from './constants.ts';
import { fromHex, toHex } from './hex.ts';
import type { MalformedObject, WireObject } from './objects.ts';
import { readU64, writeU64 } from './u64.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Bytes that an object type takes on the wire. */
export const objectSize = (type: WireObject['type']): number => (type === 'PTR' ? 40 : type === 'FDA' ? 32 : 24);

/** Writes an object at `at`; it must fit. */
export const encodeObject = (view: DataView, at: number, object: WireObject): void => {
  view.setUint32(at, OBJECT_TYPE[object.type], true);
  switch (object.type) {
    case 'BINDER':
    case 'WEAK_BINDER':
      view.setUint32(at + 4, object.flags, true);
      writeU64(view, at + 8, object.ptr);
      writeU64(view, at + 16, object.cookie);
      return;
    case 'HANDLE':
    case 'WEAK_HANDLE':
      view.setUint32(at + 4, object.flags, true);
      view.setUint32(at + 8, object.handle, true);
      view.setUint32(at + 12, object.high ?? 0, true);
      writeU64(view, at + 16, object.cookie);
      return;
    case 'FD':
      view.setUint32(at + 4, object.flags, true);
      view.setUint32(at + 8, object.fd, true);
      view.setUint32(at + 12, 0, true);
      writeU64(view, at + 16, object.cookie);
      return;
    case 'FDA':
      view.setUint32(at + 4, 0, true);
      writeU64(view, at + 8, object.numFds);
      writeU64(view, at + 16, object.parent);
      writeU64(view, at + 24, object.parentOffset);
      return;
    case 'PTR':
      view.setUint32(at + 4, object.flags, true);
      writeU64(view, at + 8, object.buffer);
      writeU64(view, at + 16, object.length);
      writeU64(view, at + 24, object.parent);
      writeU64(view, at + 32, object.parentOffset);
      return;
    default:
      throw new Error(`no such object: ${String(object satisfies never)}`);
  }
};

/** Reads the object at `at`, of which the last byte must lie below `end`. */
export const decodeObject = (view: DataView, at: number, end: number): WireObject | MalformedObject => {
  if (at < 0 || at + 4 > end) return { type: 'malformed', why: 'cut', word: 0 };
  const word = view.getUint32(at, true);
  const type = OBJECT_NAMES.get(word);
  if (type === undefined) return { type: 'malformed', why: 'type', word };
  if (at + objectSize(type) > end) return { type: 'malformed', why: 'cut', word };
  switch (type) {
    case 'BINDER':
    case 'WEAK_BINDER':
      return { type, flags: view.getUint32(at + 4, true), ptr: readU64(view, at + 8), cookie: readU64(view, at + 16) };
    case 'HANDLE':
    case 'WEAK_HANDLE': {
      const high = view.getUint32(at + 12, true);
      const object = {
        type,
        flags: view.getUint32(at + 4, true),
        handle: view.getUint32(at + 8, true),
        cookie: readU64(view, at + 16),
      };
      return high === 0 ? object : { ...object, high };
    }
    case 'FD':
      return {
        type,
        flags: view.getUint32(at + 4, true),
        fd: view.getUint32(at + 8, true),
        cookie: readU64(view, at + 16),
      };
    case 'FDA':
      return {
        type,
        numFds: readU64(view, at + 8),
        parent: readU64(view, at + 16),
        parentOffset: readU64(view, at + 24),
      };
    case 'PTR':
      return {
        type,
        flags: view.getUint32(at + 4, true),
        buffer: readU64(view, at + 8),
        length: readU64(view, at + 16),
        parent: readU64(view, at + 24),
        parentOffset: readU64(view, at + 32),
      };
  }
};

/** Where one object at a time is written; nothing of it is ever handed out. */
const scratch = new Uint8Array(40);
const scratchView = viewOf(scratch);

/** Hex of one object. */
export const objectHex = (object: WireObject): string => {
  encodeObject(scratchView, 0, object);
  return toHex(scratch, 0, objectSize(object.type));
};

/** The object in a hex string at byte `at`. */
export const objectInHex = (hex: string, at: number): WireObject | MalformedObject => {
  const bytes = fromHex(hex.slice(at * 2, (at + 40) * 2));
  return decodeObject(viewOf(bytes), 0, bytes.length);
};

/** Bytes behind a BC_* or BR_* word: the size field of the ioctl number that the word is. */
export const payloadSize = (word: number): number => (word >>> 16) & 0x3fff;

/** The command that a word names, and the bytes behind it; `undefined` for a word that is no command. */
export const commandOf = (word: number): { readonly bc: BcName; readonly size: number } | undefined => {
  const bc = BC_NAMES.get(word);
  return bc === undefined ? undefined : { bc, size: payloadSize(BC[bc]) };
};

/** The return that a word names; BR_ERROR is written without its payload (UAPI-09). */
export const returnOf = (word: number): { readonly br: BrName; readonly size: number } | undefined => {
  const br = BR_NAMES.get(word);
  return br === undefined ? undefined : { br, size: br === 'BR_ERROR' ? 0 : payloadSize(word) };
};

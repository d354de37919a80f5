/** What a driver wrote back: returns of a read buffer and outputs of the other ioctls, in numbers of the log. */
import { decodeObject, returnOf } from './codec.ts';
import { BINDER_BUFFER_FLAG_HAS_PARENT, IOCTL } from './constants.ts';
import { toHex } from './hex.ts';
import type { ProcIndex } from './ids.ts';
import type { BareReturn, Delivery, IoctlOutput, Return } from './observation.ts';
import type { BufferObject } from './objects.ts';
import { isSmall, readU64, writeU64 } from './u64.ts';

/** What decoding needs to know about the process that reads. */
export interface Reader {
  /** Start of the mapping as the driver counts it. */
  readonly base: number;
  /** `length` bytes at an offset of the mapping; `undefined` where they cannot be read. */
  peek(offset: number, length: number): Uint8Array | undefined;
  /** Process of the log with that pid. */
  procOf(pid: number): ProcIndex | null;
}

const dataViewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const relative = (view: DataView, at: number, base: number): void => {
  const address = readU64(view, at);
  if (isSmall(address) && address >= base) writeU64(view, at, address - base);
};

/** Pieces behind the PTR objects, with patched pointers made relative; rewrites `data` (a copy) in the same way. */
const piecesOf = (data: Uint8Array, offsets: readonly number[], reader: Reader): string[] => {
  const view = dataViewOf(data);
  const found: { readonly object: BufferObject; readonly bytes: Uint8Array }[] = [];
  const bySlot: (number | undefined)[] = [];
  for (const at of offsets) {
    const object = decodeObject(view, at, data.length);
    if (object.type !== 'PTR') {
      bySlot.push(undefined);
      continue;
    }
    relative(view, at + 8, reader.base);
    const place = readU64(view, at + 8);
    const bytes =
      isSmall(place) && isSmall(object.length) && object.length > 0 ? reader.peek(place, object.length) : undefined;
    bySlot.push(found.length);
    found.push({ object, bytes: bytes === undefined ? new Uint8Array(0) : bytes.slice() });
  }
  for (const { object } of found) {
    if ((object.flags & BINDER_BUFFER_FLAG_HAS_PARENT) === 0) continue;
    const parent = isSmall(object.parent) ? found[bySlot[object.parent] ?? -1] : undefined;
    if (parent === undefined || !isSmall(object.parentOffset)) continue;
    if (object.parentOffset + 8 <= parent.bytes.length) {
      relative(dataViewOf(parent.bytes), object.parentOffset, reader.base);
    }
  }
  return found.map(({ bytes }) => toHex(bytes));
};

const NONE: readonly never[] = [];

const decodeDelivery = (br: Delivery['br'], view: DataView, at: number, reader: Reader): Delivery => {
  const address = readU64(view, at + 48);
  const offsetsAddress = readU64(view, at + 56);
  const dataSize = readU64(view, at + 32) as number;
  const offsetsSize = readU64(view, at + 40) as number;
  const buffer = Number(address) - reader.base;
  const offsetsAt = Number(offsetsAddress) - reader.base;
  const pid = view.getInt32(at + 24, true);
  let bytes = dataSize > 0 ? reader.peek(buffer, dataSize) : undefined;
  let offsets: readonly number[] = NONE;
  let pieces: readonly string[] = NONE;
  if (offsetsSize > 0) {
    const slots = reader.peek(offsetsAt, offsetsSize);
    if (slots !== undefined) {
      const slotView = dataViewOf(slots);
      offsets = Array.from({ length: offsetsSize >> 3 }, (_, slot) => Number(readU64(slotView, slot * 8)));
    }
    if (bytes !== undefined) {
      bytes = bytes.slice();
      pieces = piecesOf(bytes, offsets, reader);
    }
  }
  return {
    br,
    ptr: readU64(view, at),
    cookie: readU64(view, at + 8),
    code: view.getUint32(at + 16, true),
    flags: view.getUint32(at + 20, true),
    sender: pid === 0 ? null : reader.procOf(pid),
    euid: view.getUint32(at + 28, true),
    dataSize,
    offsetsSize,
    buffer,
    offsetsAt,
    data: bytes === undefined ? '' : toHex(bytes),
    offsets,
    pieces,
  };
};

/** The returns in `bytes` from `from` up to `to` (read_consumed before and after), also past the end; `view`: a view of those bytes. Never throws. */
export const decodeReturns = (
  bytes: Uint8Array,
  from: number,
  to: number,
  reader: Reader,
  view = dataViewOf(bytes),
): Return[] => {
  const returns: Return[] = [];
  const end = Math.min(to, bytes.length);
  let at = from;
  while (at < to) {
    const found = at + 4 <= end ? returnOf(view.getUint32(at, true)) : undefined;
    if (found === undefined || at + 4 + found.size > end) {
      returns.push({ br: 'malformed', bytes: at < end ? toHex(bytes, at, end - at) : '' });
      return returns;
    }
    const body = at + 4;
    switch (found.br) {
      case 'BR_TRANSACTION':
      case 'BR_TRANSACTION_SEC_CTX':
      case 'BR_REPLY':
        returns.push(decodeDelivery(found.br, view, body, reader));
        break;
      case 'BR_INCREFS':
      case 'BR_ACQUIRE':
      case 'BR_RELEASE':
      case 'BR_DECREFS':
        returns.push({ br: found.br, ptr: readU64(view, body), cookie: readU64(view, body + 8) });
        break;
      case 'BR_DEAD_BINDER':
      case 'BR_CLEAR_DEATH_NOTIFICATION_DONE':
        returns.push({ br: found.br, cookie: readU64(view, body) });
        break;
      default:
        returns.push({ br: found.br as BareReturn });
    }
    at = body + found.size;
  }
  return returns;
};

/** Output of an ioctl other than BINDER_WRITE_READ from its argument structure; `undefined` for those without. */
export const decodeIoctl = (number: number, argument: Uint8Array): IoctlOutput | undefined => {
  const view = dataViewOf(argument);
  const u32 = (at: number): number => view.getUint32(at, true);
  switch (number) {
    case IOCTL.BINDER_VERSION:
      return { version: view.getInt32(0, true) };
    case IOCTL.BINDER_GET_NODE_DEBUG_INFO:
      return { ptr: readU64(view, 0), cookie: readU64(view, 8), hasStrong: u32(16), hasWeak: u32(20) };
    case IOCTL.BINDER_GET_NODE_INFO_FOR_REF:
      return { handle: u32(0), strong: u32(4), weak: u32(8) };
    case IOCTL.BINDER_GET_FROZEN_INFO:
      return { syncRecv: u32(4), asyncRecv: u32(8) };
    case IOCTL.BINDER_GET_EXTENDED_ERROR:
      return { hasId: u32(0) !== 0, command: u32(4), param: view.getInt32(8, true) };
    default:
      return undefined;
  }
};

/** Hex of peeked bytes; every word that is an address in the mapping becomes an offset in it. */
export const relativeHex = (bytes: Uint8Array, base: number, mapped: number): string => {
  const copy = bytes.slice();
  const view = dataViewOf(copy);
  for (let at = 0; at + 8 <= copy.length; at += 4) {
    const word = readU64(view, at);
    if (isSmall(word) && word >= base && word < base + mapped) writeU64(view, at, word - base);
  }
  return toHex(copy);
};

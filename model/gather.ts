/**
 * Scatter-gather pieces, descriptors, and arrays of descriptors.
 *
 * Pieces lie behind the offsets in slot order (OBJ-27). A child's address is patched into its parent's piece; a
 * parent may be fixed up only in ascending order and only while it is on the path of the last object (OBJ-35).
 * Content is read when all objects are done (TXN-23).
 */
import { pointerTo, type BufferObject, type FdArrayObject } from '../abi/objects.ts';
import { BINDER_BUFFER_FLAG_HAS_PARENT } from '../abi/constants.ts';
import { objectHex } from '../abi/codec.ts';
import { keepsPointer } from '../abi/encode.ts';
import { filled, fromHex, le64Hex, overlay } from '../abi/hex.ts';
import { big, isSmall, u64, type U64 } from '../abi/u64.ts';
import type { Parcel, Refusal, Translation } from './object.ts';
import { itemAt, type Turn } from './turn.ts';
import { hasFd, procOf } from './task.ts';

/** A piece that has its place. */
interface Piece {
  readonly slot: number;
  readonly at: number;
  /** Offset in the target's mapping. */
  readonly address: number;
  readonly length: number;
  readonly object: BufferObject;
  /** Number of the piece in the message, -1 for a bad pointer. */
  readonly source: number;
}

/** The objects placed so far, and where the next piece goes. */
export interface Pieces {
  used: number;
  readonly placed: Piece[];
  /** Data offset of the last object that can be a parent, 0 for none (OBJ-33, OBJ-34). */
  last: number;
  lowest: U64;
  readonly patches: { readonly piece: Piece; readonly at: number; readonly value: number }[];
  /** What was copied into the target's memory, in order. */
  readonly written: { readonly address: number; readonly bytes: string }[];
  /** Hex of the pieces as the receiver reads them, in slot order. */
  readonly contents: string[];
  /** The chunk whose source could not be read. */
  faulted: { readonly address: number; readonly length: number } | null;
}

export const startGather = (): Pieces => ({
  used: 0,
  placed: [],
  last: 0,
  lowest: 0,
  patches: [],
  written: [],
  contents: [],
  faulted: null,
});

const linked = (object: BufferObject): boolean => (object.flags & BINDER_BUFFER_FLAG_HAS_PARENT) !== 0;

/** OBJ-32: an earlier slot that is a PTR. */
const parentOf = (pieces: Pieces, slot: number, parent: U64): Piece | undefined =>
  isSmall(parent) && parent < slot ? pieces.placed.find(piece => piece.slot === parent) : undefined;

/** OBJ-33, OBJ-35: whether the parent may still be patched at that offset. */
const mayFix = (t: Turn, pieces: Pieces, parent: Piece, offset: U64): boolean => {
  if (pieces.last === 0) {
    t.fire('OBJ-33');
    return false;
  }
  let at = pieces.last;
  let lowest = big(pieces.lowest);
  t.fire('OBJ-35');
  while (at !== parent.at) {
    const current = pieces.placed.find(piece => piece.at === at);
    if (current === undefined || !linked(current.object)) return false;
    lowest = big(current.object.parentOffset) + 8n;
    const up = pieces.placed.find(piece => piece.slot === current.object.parent);
    if (up === undefined) return false;
    at = up.at;
  }
  return big(offset) >= lowest;
};

/** A PTR: OBJ-27 .. OBJ-39. */
export const placePiece = (
  t: Turn,
  parcel: Parcel,
  out: Translation,
  slot: number,
  at: number,
  object: BufferObject,
): Refusal | null => {
  const { gather } = out;
  const left = parcel.extraSize - gather.used;
  if (big(object.length) > BigInt(left)) {
    t.fire('OBJ-27');
    return 'EINVAL';
  }
  const length = object.length as number;
  t.fire('OBJ-27', 'OBJ-28', length === 0 ? 'OBJ-29' : 'OBJ-30');
  const { objects } = parcel.message;
  const index = objects.findLastIndex(placed => placed.at === at);
  const placedObject = itemAt(objects, index)?.object;
  const source = placedObject?.type === 'PTR' && keepsPointer(parcel.message, index) ? placedObject.piece : -1;
  const piece: Piece = { slot, at, address: parcel.extraAt + gather.used, length, object, source };
  gather.used += (length + 7) & ~7;
  if (linked(object)) {
    const parent = parentOf(gather, slot, object.parent);
    if (parent === undefined) {
      t.fire('OBJ-32');
      return 'EINVAL';
    }
    if (!mayFix(t, gather, parent, object.parentOffset)) return 'EINVAL';
    if (parent.length < 8 || big(object.parentOffset) > BigInt(parent.length - 8)) {
      t.fire('OBJ-36');
      return 'EINVAL';
    }
    const offset = object.parentOffset as number;
    t.fire('OBJ-37');
    if (offset % 8 === 4) t.fire('OBJ-38');
    gather.patches.push({ piece: parent, at: offset, value: piece.address });
  } else {
    t.fire('OBJ-31');
  }
  gather.placed.push(piece);
  gather.last = at;
  gather.lowest = 0;
  t.fire('OBJ-34');
  out.data = overlay(out.data, at, objectHex(pointerTo(object, piece.address)));
  return null;
};

/** OBJ-23 .. OBJ-25: whether the target takes descriptors, and whether this one is open. */
const refuseFd = (t: Turn, parcel: Parcel, fd: number): Refusal | null => {
  if (!parcel.takesFds) {
    t.fire(parcel.reply ? 'OBJ-24' : 'OBJ-23');
    return 'EPERM';
  }
  if (!hasFd(t, procOf(t, parcel.thread), fd)) {
    t.fire('OBJ-25');
    return 'EBADF';
  }
  return null;
};

/** OBJ-22: a descriptor; its number is zero until it is written at delivery. */
export const translateFd = (t: Turn, parcel: Parcel, out: Translation, at: number, fd: number): Refusal | null => {
  const refused = refuseFd(t, parcel, fd);
  if (refused !== null) return refused;
  t.fire('OBJ-22', 'REL-10');
  out.data = overlay(out.data, at + 8, filled(0, 8));
  out.fixups.push({ file: fd, at: { data: at + 8 } });
  return null;
};

/** An array of descriptors in its parent's piece: OBJ-40 .. OBJ-45. */
export const placeFdArray = (
  t: Turn,
  parcel: Parcel,
  out: Translation,
  slot: number,
  object: FdArrayObject,
): Refusal | null => {
  const { gather } = out;
  t.fire('OBJ-40');
  const parent = parentOf(gather, slot, object.parent);
  if (parent === undefined) {
    t.fire('OBJ-32');
    return 'EINVAL';
  }
  if (!mayFix(t, gather, parent, object.parentOffset)) return 'EINVAL';
  const bytes = big(object.numFds) * 4n;
  if (bytes === 0n) {
    t.fire('OBJ-41');
  } else {
    const refused = fillFdArray(t, parcel, out, parent, object, bytes);
    if (refused !== null) return refused;
  }
  gather.last = parent.at;
  gather.lowest = u64(big(object.parentOffset) + bytes);
  t.fire('OBJ-34');
  return null;
};

const fillFdArray = (
  t: Turn,
  parcel: Parcel,
  out: Translation,
  parent: Piece,
  object: FdArrayObject,
  bytes: bigint,
): Refusal | null => {
  if (
    big(object.numFds) >= (1n << 62n) - 1n ||
    bytes > BigInt(parent.length) ||
    big(object.parentOffset) > BigInt(parent.length) - bytes
  ) {
    t.fire('OBJ-42');
    return 'EINVAL';
  }
  const offset = object.parentOffset as number;
  if (offset % 4 !== 0) {
    t.fire('OBJ-43');
    return 'EINVAL';
  }
  const content = parcel.message.pieces[parent.source];
  const view = content === undefined ? undefined : new DataView(fromHex(content).buffer);
  for (let index = 0; index < Number(object.numFds); index++) {
    t.fire('OBJ-44');
    const at = offset + index * 4;
    if (view === undefined || at + 4 > view.byteLength) return 'EINVAL';
    const fd = view.getUint32(at, true);
    const refused = refuseFd(t, parcel, fd);
    if (refused !== null) return refused;
    out.fixups.push({
      file: fd,
      at: { piece: out.gather.placed.indexOf(parent), byte: at, address: parent.address + at },
    });
  }
  t.fire('OBJ-45');
  out.held.push({ held: 'fds', count: Number(object.numFds), fds: [] });
  return null;
};

/** A place in a piece that is not copied: a patched pointer, or a descriptor that is written at delivery (OBJ-45). */
interface Gap {
  readonly at: number;
  readonly end: number;
  readonly pointer?: number;
}

const gapsOf = (out: Translation, piece: Piece): readonly Gap[] => {
  const { patches, placed } = out.gather;
  const gaps: Gap[] = [];
  for (const { piece: parent, at, value } of patches) {
    if (parent === piece) gaps.push({ at, end: at + 8, pointer: value });
  }
  for (const { at } of out.fixups) {
    if ('piece' in at && placed[at.piece] === piece) gaps.push({ at: at.byte, end: at.byte + 4 });
  }
  return gaps.sort((a, b) => a.at - b.at);
};

/** TXN-23: the pieces are read and patched; a bad source or a misaligned patch (OBJ-39) refuses the message. */
export const finishGather = (t: Turn, message: Parcel['message'], out: Translation): Refusal | null => {
  const { placed, written, contents } = out.gather;
  if (placed.length > 0) t.fire('TXN-23', 'REL-11');
  for (const piece of placed) {
    if (piece.length > 0 && piece.source < 0) {
      const [first] = gapsOf(out, piece);
      out.gather.faulted = { address: piece.address, length: first?.at ?? piece.length };
      return 'EINVAL';
    }
    const source = message.pieces[piece.source] ?? '';
    let bytes = (source + filled(0, Math.max(0, piece.length - (source.length >> 1)))).slice(0, piece.length * 2);
    let copied = 0;
    const write = (end: number): void => {
      if (end > copied) written.push({ address: piece.address + copied, bytes: bytes.slice(copied * 2, end * 2) });
    };
    for (const { at, end, pointer } of gapsOf(out, piece)) {
      write(at);
      copied = end;
      if (pointer === undefined) continue;
      if (at % 4 !== 0) {
        t.fire('OBJ-39', 'ALLOC-38');
        return 'EINVAL';
      }
      bytes = overlay(bytes, at, le64Hex(pointer));
      written.push({ address: piece.address + at, bytes: le64Hex(pointer) });
    }
    write(piece.length);
    contents.push(bytes);
  }
  return null;
};

/** Scatter-gather pieces and arrays of descriptors inside them (OBJ-27 to OBJ-45). */
import { BINDER_BUFFER_FLAG_HAS_PARENT, OBJECT_TYPE } from '../abi/constants.ts';
import { align8, offsetsStart, type Buffer } from './buffer.ts';
import { copyIn, copyWords } from './copy.ts';
import type { Core } from './core.ts';
import { holdFile } from './descriptor.ts';
import { readNumber, writeNumber, type Memory } from './memory.ts';
import { parentOf } from './object-layout.ts';
import type { Process } from './process.ts';
import { EINVAL } from './result.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import type { Transaction } from './transaction.ts';

const POINTER = 8;
const DESCRIPTOR = 4;

/** A PTR: gives its piece a place, notes the copy, and notes the pointer to it in its parent's piece. */
export const translatePiece = (
  sending: Sending,
  target: Process,
  buffer: Buffer,
  source: DataView,
  from: number,
  view: DataView,
  to: number,
): number => {
  const { base } = target.arena;
  const length = readNumber(source, from + 16);
  if (length > sending.pieceEnd - sending.pieceNext) return EINVAL;
  const piece = sending.pieceNext;
  const parentOffset = readNumber(source, from + 32);
  sending.copyLater(piece, readNumber(source, from + 8), length);
  sending.pieceNext += align8(length);
  if ((source.getUint32(from + 4, true) & BINDER_BUFFER_FLAG_HAS_PARENT) !== 0) {
    const parent = parentOf(view, buffer, readNumber(source, from + 24), sending.slot);
    if (parent < 0 || !mayFixUp(sending, view, buffer, parent, parentOffset)) return EINVAL;
    const room = readNumber(view, parent + 16) - POINTER;
    if (room < 0 || parentOffset > room) return EINVAL;
    sending.patch(readNumber(view, parent + 8) - base + parentOffset, base + piece, 0);
  }
  copyWords(source, from, view, to, 40);
  writeNumber(view, to + 8, base + piece);
  sending.lastObject = to - buffer.offset;
  sending.lastMinimum = 0;
  return 0;
};

/** An FDA: holds each file of an array in its parent's piece, which the copy then leaves out. */
export const translateArray = (
  sending: Sending,
  task: Task,
  target: Process,
  transaction: Transaction,
  buffer: Buffer,
  source: DataView,
  from: number,
  view: DataView,
  to: number,
): number => {
  const { memory } = task;
  const count = readNumber(source, from + 8);
  const parentOffset = readNumber(source, from + 24);
  const parent = parentOf(view, buffer, readNumber(source, from + 16), sending.slot);
  if (parent < 0 || !mayFixUp(sending, view, buffer, parent, parentOffset)) return EINVAL;
  const parentPlace = parent - buffer.offset;
  // The copy in the buffer has the receiver's address already: the sender's is read again (OBJ-40).
  const own = sending.dataAddress !== 0;
  const original = own
    ? memory.locate(sending.dataAddress + parentPlace, Math.min(40, sending.dataSize - parentPlace))
    : parent;
  if (original < 0) return EINVAL;
  const originalView = own ? memory.view : view;
  if (originalView.getUint32(original, true) !== OBJECT_TYPE.PTR) return EINVAL;
  if (count > 0) {
    const bytes = count * DESCRIPTOR;
    const length = readNumber(view, parent + 16);
    if (bytes > length || parentOffset > length - bytes) return EINVAL;
    const first = readNumber(originalView, original + 8) + parentOffset;
    if (parentOffset % 4 !== 0 || first % 4 !== 0) return EINVAL;
    const place = readNumber(view, parent + 8) - target.arena.base + parentOffset;
    sending.patch(place, 0, bytes);
    for (let index = 0; index < count; index++) {
      const at = memory.locate(first + index * DESCRIPTOR, DESCRIPTOR);
      if (at < 0) return EINVAL;
      const fd = memory.view.getUint32(at, true);
      const error = holdFile(sending, task, transaction, fd, place + index * DESCRIPTOR);
      if (error !== 0) return error;
    }
  }
  copyWords(source, from, view, to, 32);
  sending.lastObject = parentPlace;
  sending.lastMinimum = parentOffset + count * DESCRIPTOR;
  return 0;
};

/**
 * Whether something may be put at `parentOffset` of the piece of the PTR at `parent`: it must lie behind everything
 * that was put there before, and no finished piece is opened again (OBJ-33, OBJ-35).
 */
const mayFixUp = (sending: Sending, view: DataView, buffer: Buffer, parent: number, parentOffset: number): boolean => {
  const wanted = parent - buffer.offset;
  const start = offsetsStart(buffer);
  let object = sending.lastObject;
  let minimum = sending.lastMinimum;
  if (object === 0) return false;
  while (object !== wanted) {
    const at = buffer.offset + object;
    if ((view.getUint32(at + 4, true) & BINDER_BUFFER_FLAG_HAS_PARENT) === 0) return false;
    minimum = readNumber(view, at + 32) + POINTER;
    object = readNumber(view, start + readNumber(view, at + 24) * 8);
  }
  return parentOffset >= minimum;
};

/** Copies all pieces, around the places that are patched (TXN-23); `false` on a fault or a misaligned patch (OBJ-39). */
export const copyPieces = (core: Core, sending: Sending, memory: Memory, target: Process): boolean => {
  const { copyTo, copyFrom, copyLength, patchAt, patchValue, patchSkip } = sending;
  const { view } = target.arena;
  let patch = 0;
  for (let piece = 0; piece < copyTo.length; piece++) {
    const to = copyTo[piece] as number;
    const from = copyFrom[piece] as number;
    const length = copyLength[piece] as number;
    let done = 0;
    while (done < length) {
      const stop = patchAt[patch];
      const whole = stop === undefined || stop < to + done || stop >= to + length;
      const size = (whole ? length : stop - to) - done;
      if (size > 0 && !copyIn(core, memory, from + done, target, to + done, size)) return false;
      done += size;
      if (whole) break;
      const skip = patchSkip[patch] as number;
      if (skip === 0) {
        if (stop % 4 !== 0) return false;
        writeNumber(view, stop, patchValue[patch] as number);
      }
      done += skip === 0 ? POINTER : skip;
      patch++;
    }
  }
  return true;
};

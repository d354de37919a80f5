/** Objects on their way from one process to another (OBJ-01 to OBJ-26). Pieces and arrays: `pieces.ts`. */
import { BR, OBJECT_TYPE } from '../abi/constants.ts';
import { offsetsStart, type Buffer } from './buffer.ts';
import { clearWord, copyIn, copyWords } from './copy.ts';
import type { Core } from './core.ts';
import { holdFile } from './descriptor.ts';
import { readNumber } from './memory.ts';
import { getNode, incrementStrong, incrementWeak, makeNode, putNode } from './node.ts';
import { mayBegin, sizeOfType } from './object-layout.ts';
import { copyPieces, translateArray, translatePiece } from './pieces.ts';
import type { Process } from './process.ts';
import { countRef, getRef } from './ref.ts';
import { EFAULT, EINVAL } from './result.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import type { Thread } from './thread.ts';
import type { Transaction } from './transaction.ts';

const { BR_FAILED_REPLY } = BR;
/** The longest object: what is read at once when the type is not known yet (OBJ-06). */
const LONGEST = 40;

/**
 * Copies the data into the buffer and translates the object of each slot, in slot order; then the data behind the last
 * object, then the pieces. `false`: `sending` says why.
 */
export const copyData = (
  core: Core,
  sending: Sending,
  task: Task,
  thread: Thread,
  target: Process,
  transaction: Transaction,
  buffer: Buffer,
): boolean => {
  const { memory } = task;
  const { dataAddress, dataSize } = sending;
  const { view } = target.arena;
  const start = offsetsStart(buffer);
  const slots = buffer.offsetsSize >> 3;
  let copied = 0;
  for (let slot = 0; slot < slots; slot++) {
    sending.slot = slot;
    const offset = readNumber(view, start + slot * 8);
    if (offset !== copied) {
      if (offset < copied || offset > dataSize) return sending.refuse(BR_FAILED_REPLY, EFAULT);
      if (!copyIn(core, memory, dataAddress + copied, target, buffer.offset + copied, offset - copied)) {
        return sending.refuse(BR_FAILED_REPLY, EFAULT);
      }
    }
    if (!mayBegin(offset, dataSize)) return sending.refuse(BR_FAILED_REPLY, EINVAL);
    // A null data pointer makes the driver read the object from the old bytes of the target buffer (OBJ-07).
    const own = dataAddress !== 0;
    const from = own
      ? memory.locate(dataAddress + offset, Math.min(LONGEST, dataSize - offset))
      : buffer.offset + offset;
    if (from < 0) return sending.refuse(BR_FAILED_REPLY, EINVAL);
    const source = own ? memory.view : view;
    const type = source.getUint32(from, true);
    const size = sizeOfType(type);
    if (size === 0 || offset + size > dataSize) return sending.refuse(BR_FAILED_REPLY, EINVAL);
    copied = offset + size;
    const to = buffer.offset + offset;
    let error: number;
    switch (type) {
      case OBJECT_TYPE.BINDER:
      case OBJECT_TYPE.WEAK_BINDER:
        error = translateBinder(core, thread, target, type, source, from, view, to);
        break;
      case OBJECT_TYPE.HANDLE:
      case OBJECT_TYPE.WEAK_HANDLE:
        error = translateHandle(core, thread.process, target, type, source, from, view, to);
        break;
      case OBJECT_TYPE.FD:
        error = holdFile(sending, task, transaction, source.getUint32(from + 8, true), to + 8);
        if (error === 0) copyWords(source, from, view, to, 24);
        if (error === 0) clearWord(view, to + 8);
        break;
      case OBJECT_TYPE.PTR:
        error = translatePiece(sending, target, buffer, source, from, view, to);
        break;
      default:
        error = translateArray(sending, task, target, transaction, buffer, source, from, view, to);
    }
    if (error !== 0) return sending.refuse(BR_FAILED_REPLY, error);
  }
  sending.slot = slots;
  if (!copyIn(core, memory, dataAddress + copied, target, buffer.offset + copied, dataSize - copied)) {
    return sending.refuse(BR_FAILED_REPLY, EFAULT);
  }
  return sending.copyTo.length === 0 || copyPieces(core, sending, memory, target)
    ? true
    : sending.refuse(BR_FAILED_REPLY, EINVAL);
};

/** A local object becomes a handle of the target (OBJ-09 to OBJ-18). */
const translateBinder = (
  core: Core,
  thread: Thread,
  target: Process,
  type: number,
  source: DataView,
  from: number,
  view: DataView,
  to: number,
): number => {
  const { process } = thread;
  const strong = type === OBJECT_TYPE.BINDER;
  const flags = source.getUint32(from + 4, true);
  const ptrLow = source.getInt32(from + 8, true);
  const ptrHigh = source.getInt32(from + 12, true);
  const cookieLow = source.getInt32(from + 16, true);
  const cookieHigh = source.getInt32(from + 20, true);
  const node =
    getNode(process, ptrLow, ptrHigh) ?? makeNode(core, process, ptrLow, ptrHigh, { cookieLow, cookieHigh, flags });
  if (node.cookieLow !== cookieLow || node.cookieHigh !== cookieHigh) {
    putNode(core, node);
    return EINVAL;
  }
  const { handle } = countRef(core, target, node, strong, thread);
  view.setUint32(to, strong ? OBJECT_TYPE.HANDLE : OBJECT_TYPE.WEAK_HANDLE, true);
  view.setUint32(to + 4, flags, true);
  view.setUint32(to + 8, handle, true);
  view.setUint32(to + 12, 0, true);
  clearWord(view, to + 16);
  putNode(core, node);
  return 0;
};

/** A handle becomes the owner's object at home, and a handle of the target elsewhere (OBJ-19 to OBJ-21). */
const translateHandle = (
  core: Core,
  process: Process,
  target: Process,
  type: number,
  source: DataView,
  from: number,
  view: DataView,
  to: number,
): number => {
  const strong = type === OBJECT_TYPE.HANDLE;
  const ref = getRef(process, source.getUint32(from + 8, true), strong);
  if (ref === null) return EINVAL;
  const { node } = ref;
  node.temporary++;
  view.setUint32(to + 4, source.getUint32(from + 4, true), true);
  if (node.process === target) {
    if (strong) incrementStrong(node, false, null);
    else incrementWeak(node, false, null);
    view.setUint32(to, strong ? OBJECT_TYPE.BINDER : OBJECT_TYPE.WEAK_BINDER, true);
    view.setInt32(to + 8, node.ptrLow, true);
    view.setInt32(to + 12, node.ptrHigh, true);
    view.setInt32(to + 16, node.cookieLow, true);
    view.setInt32(to + 20, node.cookieHigh, true);
  } else {
    const { handle } = countRef(core, target, node, strong, null);
    view.setUint32(to, type, true);
    view.setUint32(to + 8, handle, true);
    view.setUint32(to + 12, 0, true);
    clearWord(view, to + 16);
  }
  putNode(core, node);
  return 0;
};

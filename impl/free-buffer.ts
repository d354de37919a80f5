/** BC_FREE_BUFFER and every other way in which a buffer ends (REL-01 to REL-16). */
import { OBJECT_TYPE } from '../abi/constants.ts';
import { offsetsStart, type Buffer } from './buffer.ts';
import type { Core } from './core.ts';
import { readNumber } from './memory.ts';
import { decrementStrong, decrementWeak, getNode, putNode } from './node.ts';
import { parentOf, sizeOfObject } from './object-layout.ts';
import type { Process } from './process.ts';
import { decrementRef, getRef } from './ref.ts';
import type { Thread } from './thread.ts';
import { wakeProcess } from './wake.ts';

/** BC_FREE_BUFFER: frees the buffer at an address if user space may (REL-02, WR-25, WR-26). */
export const freeAtAddress = (core: Core, thread: Thread, address: number): void => {
  const { process } = thread;
  const buffer = process.arena.at(address);
  if (buffer === null || !buffer.userMayFree) return;
  buffer.userMayFree = false;
  freeBuffer(core, process, thread, buffer, true);
};

/** Frees a buffer: its record forgets it, the node's next oneway comes forward, objects are released (REL-01). */
export const freeBuffer = (
  core: Core,
  process: Process,
  thread: Thread | null,
  buffer: Buffer,
  delivered: boolean,
): void => {
  const { transaction, targetNode } = buffer;
  if (transaction !== null) {
    transaction.buffer = null;
    buffer.transaction = null;
  }
  if (buffer.async && targetNode !== null) {
    const next = targetNode.asyncTodo.shift();
    if (next === null) {
      targetNode.hasAsync = false;
    } else {
      process.todo.push(next);
      wakeProcess(core, process);
    }
  }
  const slots = buffer.offsetsSize >> 3;
  releaseObjects(core, process, thread, buffer, slots, delivered);
  process.arena.release(buffer);
};

/**
 * Undoes what the objects of the first `slots` slots count, and the call's own count on its node (REL-07 to REL-13).
 * `delivered`: the receiver owns the descriptors of FDA objects, and they are closed.
 */
export const releaseObjects = (
  core: Core,
  process: Process,
  thread: Thread | null,
  buffer: Buffer,
  slots: number,
  delivered: boolean,
): void => {
  if (buffer.targetNode !== null) decrementStrong(core, buffer.targetNode, false);
  const { view } = process.arena;
  const start = offsetsStart(buffer);
  for (let slot = 0; slot < slots; slot++) {
    const offset = readNumber(view, start + slot * 8);
    if (sizeOfObject(view, buffer.offset, offset, buffer.dataSize) === 0) continue;
    const at = buffer.offset + offset;
    const type = view.getUint32(at, true);
    switch (type) {
      case OBJECT_TYPE.BINDER:
      case OBJECT_TYPE.WEAK_BINDER: {
        const node = getNode(process, view.getInt32(at + 8, true), view.getInt32(at + 12, true));
        if (node === null) break;
        if (type === OBJECT_TYPE.BINDER) decrementStrong(core, node, false);
        else decrementWeak(core, node);
        putNode(core, node);
        break;
      }
      case OBJECT_TYPE.HANDLE:
      case OBJECT_TYPE.WEAK_HANDLE: {
        const strong = type === OBJECT_TYPE.HANDLE;
        const ref = getRef(process, view.getUint32(at + 8, true), strong);
        if (ref !== null) decrementRef(core, ref, strong);
        break;
      }
      case OBJECT_TYPE.FDA:
        if (delivered) closeArray(core, process, thread, buffer, at, slot);
        break;
      default:
        // Descriptors belong to the process that received them; pieces go with the region.
        break;
    }
  }
};

/** Closes the descriptors of a delivered array in the process that frees the buffer (REL-12). */
const closeArray = (
  core: Core,
  process: Process,
  thread: Thread | null,
  buffer: Buffer,
  at: number,
  slot: number,
): void => {
  const { view, base } = process.arena;
  const parent = parentOf(view, buffer, readNumber(view, at + 16), slot);
  if (parent < 0) return;
  const count = readNumber(view, at + 8);
  const length = readNumber(view, parent + 16);
  const parentOffset = readNumber(view, at + 24);
  if (count * 4 > length || parentOffset > length - count * 4) return;
  const first = readNumber(view, parent + 8) - base + parentOffset;
  const files = core.current?.group.files;
  for (let index = 0; index < count; index++) {
    if (thread !== null) thread.needReturn = true;
    files?.close(view.getUint32(first + index * 4, true));
  }
};

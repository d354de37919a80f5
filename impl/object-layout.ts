/** Reading objects where they lie: which they are, how long, and who is whose parent (OBJ-03 to OBJ-05, OBJ-32). */
import { OBJECT_TYPE } from '../abi/constants.ts';
import { BUFFER_OBJECT, FD_ARRAY_OBJECT, FLAT_BINDER_OBJECT } from '../abi/layout.ts';
import { offsetsStart, type Buffer } from './buffer.ts';
import { readNumber } from './memory.ts';

const FLAT_SIZE = FLAT_BINDER_OBJECT.size;
const PIECE_SIZE = BUFFER_OBJECT.size;
const ARRAY_SIZE = FD_ARRAY_OBJECT.size;

/** Bytes of an object by its type word; 0 for a word that is no type. */
export const sizeOfType = (type: number): number => {
  switch (type) {
    case OBJECT_TYPE.BINDER:
    case OBJECT_TYPE.WEAK_BINDER:
    case OBJECT_TYPE.HANDLE:
    case OBJECT_TYPE.WEAK_HANDLE:
    case OBJECT_TYPE.FD:
      return FLAT_SIZE;
    case OBJECT_TYPE.PTR:
      return PIECE_SIZE;
    case OBJECT_TYPE.FDA:
      return ARRAY_SIZE;
    default:
      return 0;
  }
};

/** Whether an object may begin there: aligned, with room for a type word (OBJ-03, OBJ-04). */
export const mayBegin = (offset: number, dataSize: number): boolean => offset % 4 === 0 && offset + 4 <= dataSize;

/**
 * Size of the object at `offset` of data that begins at `start` of `view`; 0 when it is none. The data must lie wholly
 * in the view.
 */
export const sizeOfObject = (view: DataView, start: number, offset: number, dataSize: number): number => {
  if (!mayBegin(offset, dataSize)) return 0;
  const size = sizeOfType(view.getUint32(start + offset, true));
  return offset + size <= dataSize ? size : 0;
};

/**
 * Place of the PTR that slot number `index` names; -1 when the index is not below `valid` or names something else
 * (OBJ-32).
 */
export const parentOf = (view: DataView, buffer: Buffer, index: number, valid: number): number => {
  if (index >= valid) return -1;
  const offset = readNumber(view, offsetsStart(buffer) + index * 8);
  const size = sizeOfObject(view, buffer.offset, offset, buffer.dataSize);
  const at = buffer.offset + offset;
  return size === PIECE_SIZE && view.getUint32(at, true) === OBJECT_TYPE.PTR ? at : -1;
};

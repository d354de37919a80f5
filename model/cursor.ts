/** A read in progress: what is in the buffer, and whether more can be stored there. */
import type { ReadRequest } from '../abi/call.ts';
import type { Return } from '../abi/observation.ts';
import { noteReturn, type Notes } from './journal/note.ts';
import type { FileKey } from './state.ts';

export interface Cursor {
  readonly request: ReadRequest;
  /** O_NONBLOCK was set when the ioctl began (READ-08). */
  readonly nonblock: boolean;
  /** Bytes in the buffer. */
  filled: number;
  readonly returns: Return[];
  readonly file: FileKey;
  readonly notes: Notes | null;
  /** A message of this read was lost for lack of descriptors, and the error is still there (READ-35). */
  short: boolean;
}

/** READ-03: bytes that must be left before any item. */
const ROOM = 76;

/** Whether another item may be taken; the driver compares unsigned, so a negative rest is endless (READ-02). */
export const hasRoom = (cursor: Cursor): boolean => {
  const left = cursor.request.size - cursor.filled;
  return left < 0 || left >= ROOM;
};

/** Whether `length` bytes at `at` can be written. */
export const fits = (request: ReadRequest, at: number, length: number): boolean =>
  request.limit === undefined || at + length <= request.limit;

/** Stores a return with `size` bytes behind its word; answers false when the buffer faults. */
export const store = (cursor: Cursor, item: Return, size: number): boolean => {
  if (!fits(cursor.request, cursor.filled, 4 + size)) return false;
  cursor.filled += 4 + size;
  cursor.returns.push(item);
  noteReturn(cursor.notes, cursor.file, item.br);
  return true;
};

/** Flattened objects of a payload as a tagged union (UAPI-10, UAPI-11). */
import type { U64 } from './u64.ts';
import type { Handle } from './ids.ts';

/** A node of the sender, strong or weak. */
export interface LocalObject {
  readonly type: 'BINDER' | 'WEAK_BINDER';
  readonly flags: number;
  readonly ptr: U64;
  readonly cookie: U64;
}
/** A reference to somebody's node, strong or weak. `high` is the unused upper word. */
export interface RemoteObject {
  readonly type: 'HANDLE' | 'WEAK_HANDLE';
  readonly flags: number;
  readonly handle: Handle;
  readonly cookie: U64;
  readonly high?: number;
}
/** One file descriptor. */
export interface FdObject {
  readonly type: 'FD';
  readonly flags: number;
  readonly fd: number;
  readonly cookie: U64;
}
/** An array of file descriptors inside the piece of its parent. */
export interface FdArrayObject {
  readonly type: 'FDA';
  readonly numFds: U64;
  readonly parent: U64;
  readonly parentOffset: U64;
}
/** A scatter-gather piece. `buffer` is an address: the sender's in a call, an offset in the receiver's mapping once delivered. */
export interface BufferObject {
  readonly type: 'PTR';
  readonly flags: number;
  readonly buffer: U64;
  readonly length: U64;
  readonly parent: U64;
  readonly parentOffset: U64;
}
/** Bytes that are no object: an unknown type word, or an object cut short. */
export interface MalformedObject {
  readonly type: 'malformed';
  readonly why: 'type' | 'cut';
  readonly word: number;
}

/** The same piece at another address. */
export const pointerTo = (
  { type, flags, length, parent, parentOffset }: Omit<BufferObject, 'buffer'>,
  buffer: U64,
): BufferObject => ({ type, flags, buffer, length, parent, parentOffset });

export type WireObject = LocalObject | RemoteObject | FdObject | FdArrayObject | BufferObject;

/** One region of an arena: free, or the buffer of a message. */
import type { Node } from './node.ts';
import type { Share } from './arena.ts';
import type { Transaction } from './transaction.ts';

export class Buffer {
  /** Start in the arena, in bytes; a multiple of 8. */
  offset = 0;
  /** Length, rounded up to 8. */
  size = 0;
  free = true;
  /** Neighbours by address. */
  previous: Buffer | null = null;
  next: Buffer | null = null;

  /** Place in the index of free regions. */
  left: Buffer | null = null;
  right: Buffer | null = null;
  priority = 0;
  sequence = 0;

  /** Id of the transaction that it was made for. */
  id = 0;
  dataSize = 0;
  offsetsSize = 0;
  extraSize = 0;
  async = false;
  clearOnFree = false;
  /** The message was handed to user space, and nobody freed it yet (ALLOC-44). */
  userMayFree = false;
  /** This allocation made the receiver suspect oneway spam (ALLOC-40). */
  spamSuspect = false;
  /** What its sender holds in this arena; `null` unless it is async. */
  share: Share | null = null;
  /** Process id of the task that sent it. */
  pid = 0;
  /** The record that is undelivered or unanswered. */
  transaction: Transaction | null = null;
  /** The node called; `null` for a reply. */
  targetNode: Node | null = null;
}

/** Where the offsets array of a buffer begins, as an offset in the arena (ALLOC-12). */
export const offsetsStart = (buffer: Buffer): number => buffer.offset + align8(buffer.dataSize);

/** Rounds a size below 2^31 up to a multiple of 8. */
export const align8 = (size: number): number => (size + 7) & ~7;

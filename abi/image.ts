/**
 * The memory image of one system call: segments of user memory and the pointers between them.
 *
 * Both kinds of target use it: the one in this process lays the segments out at addresses of its own and patches the
 * pointers; a remote one sends segments and relocations. One scratch buffer is reused, so a target that is in a hurry
 * allocates nothing per call.
 */

/** Where a pointer word points. */
export type PointsTo =
  | { readonly segment: number; readonly addend: number }
  /** Offset in the calling descriptor's own mapping. */
  | { readonly mapping: number };

export interface Relocation {
  /** Position of the 8-byte word in `Image.bytes`. */
  readonly at: number;
  readonly to: PointsTo;
}

export interface Segment {
  readonly start: number;
  /** Bytes that exist. */
  readonly length: number;
  /** The byte behind the last one is unmapped; otherwise at least `SLACK` readable zero bytes follow. */
  readonly guarded: boolean;
}

/** Readable zero bytes behind a segment that is not guarded. */
export const SLACK = 128;
/** A pointer that no process can read or write (page zero). */
export const BAD_POINTER = 8;

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

export class Image {
  /** A Buffer, so that hex is written into it without another view. */
  bytes: Uint8Array = Buffer.alloc(1 << 16);
  view = viewOf(this.bytes);
  end = 0;
  readonly segments: Segment[] = [];
  readonly relocations: Relocation[] = [];

  /** Forgets the last call. What lies behind `end` is always zero. */
  clear(): void {
    this.bytes.fill(0, 0, this.end);
    this.end = 0;
    while (this.segments.length > 0) this.segments.pop();
    while (this.relocations.length > 0) this.relocations.pop();
  }

  /** Adds a segment of `length` zero bytes, 8-aligned, and answers its number. */
  segment(length: number, guarded = false): number {
    const start = this.end;
    const next = (start + length + (guarded ? 0 : SLACK) + 7) & ~7;
    if (next > this.bytes.length) this.#grow(next);
    this.end = next;
    this.segments.push({ start, length, guarded });
    return this.segments.length - 1;
  }

  /** Position in `bytes` of byte `offset` of a segment. */
  at(segment: number, offset = 0): number {
    return (this.segments[segment] as Segment).start + offset;
  }

  /** Lets the word at position `at` point somewhere. */
  point(at: number, to: PointsTo): void {
    this.relocations.push({ at, to });
  }

  #grow(atLeast: number): void {
    const bytes = Buffer.alloc(Math.max(atLeast, this.bytes.length * 2));
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }
}

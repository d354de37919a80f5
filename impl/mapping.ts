/** The address range that user space mapped: it can be cut in pieces, and it keeps the open file (PROC-13). */
import { PAGE } from '../abi/ids.ts';

/** What a process asks to do with a mapping. */
export interface Access {
  readonly read: boolean;
  readonly write: boolean;
}

export class Mapping {
  readonly length: number;
  /** Its owner may read it (ALLOC-05). */
  readable: boolean;
  /** What is still mapped: disjoint [from, to) in ascending order. */
  #parts: { readonly from: number; readonly to: number }[];

  constructor(length: number, readable: boolean) {
    this.length = length;
    this.readable = readable;
    this.#parts = [{ from: 0, to: length }];
  }

  /** Nothing of it is left. */
  get gone(): boolean {
    return this.#parts.length === 0;
  }

  /** Whether [from, to) is mapped, readable or not. */
  covers(from: number, to: number): boolean {
    return this.#parts.some(part => part.from <= from && to <= part.to);
  }

  /** Calls `each` for every stretch of [from, to) that is mapped. */
  within(from: number, to: number, each: (from: number, to: number) => void): void {
    for (const part of this.#parts) {
      const start = Math.max(part.from, from);
      const end = Math.min(part.to, to);
      if (start < end) each(start, end);
    }
  }

  /** Unmaps the pages of [from, to) and answers whether any of them was mapped. */
  cut(from: number, to: number): boolean {
    const end = Math.ceil(to / PAGE) * PAGE;
    const hit = this.#parts.some(part => part.from < end && from < part.to);
    if (!hit) return false;
    this.#parts = this.#parts
      .flatMap(part => [
        { from: part.from, to: Math.min(part.to, from) },
        { from: Math.max(part.from, end), to: part.to },
      ])
      .filter(part => part.from < part.to);
    return true;
  }
}

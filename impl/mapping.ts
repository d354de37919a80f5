/** The address range that user space mapped: it can be cut in pieces, and it keeps the open file (PROC-13). */
import { PAGE } from '../abi/ids.ts';

export class Mapping {
  readonly length: number;
  readonly readable: boolean;
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

/** Bytes for arenas, used again: what stands in them is nobody's business, pages are zeroed when they appear. */
export class BytePool {
  readonly #spare = new Map<number, Uint8Array[]>();

  /** Bytes of that length. */
  take(length: number): Uint8Array {
    return this.#spare.get(length)?.pop() ?? new Uint8Array(length);
  }

  /** Gives bytes back that nobody uses any more. */
  give(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const spare = this.#spare.get(bytes.length);
    if (spare === undefined) this.#spare.set(bytes.length, [bytes]);
    else spare.push(bytes);
  }
}

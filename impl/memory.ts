/**
 * The memory of a process as the driver sees it: a few regions of addresses over one array of bytes.
 *
 * Everything outside the regions is unmapped. Regions never touch one another, so a range that is wholly readable lies
 * in one region.
 */

/** A 64-bit word as a number: exact below 2^53, near enough above it to be out of every region and range. */
export const readNumber = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);

/** Writes a number below 2^53 as a 64-bit word. */
export const writeNumber = (view: DataView, at: number, value: number): void => {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, (value / 0x1_0000_0000) >>> 0, true);
};

/** User memory: `locate` turns an address into a place in `bytes`. */
export class Memory {
  bytes: Uint8Array;
  view: DataView;
  #starts = new Float64Array(16);
  #ends = new Float64Array(16);
  #places = new Int32Array(16);
  #count = 0;
  #last = 0;

  constructor(bytes = new Uint8Array(0)) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Unmaps everything and takes other bytes. */
  clear(bytes: Uint8Array, view: DataView): void {
    this.bytes = bytes;
    this.view = view;
    this.#count = 0;
    this.#last = 0;
  }

  /** Maps `length` bytes at `place` of the array to addresses from `start` up. */
  map(start: number, length: number, place: number): void {
    const at = this.#count++;
    if (at === this.#starts.length) this.#grow();
    this.#starts[at] = start;
    this.#ends[at] = start + length;
    this.#places[at] = place;
  }

  /** The place of `length` mapped bytes at an address; -1 where any of them is unmapped (a fault). */
  locate(address: number, length: number): number {
    const last = this.#last;
    const start = this.#starts[last] as number;
    if (last < this.#count && address >= start && address + length <= (this.#ends[last] as number)) {
      return (this.#places[last] as number) + (address - start);
    }
    return this.#search(address, length);
  }

  /** How many of `length` bytes at an address are mapped before the first that is not. */
  readable(address: number, length: number): number {
    for (let at = 0; at < this.#count; at++) {
      const start = this.#starts[at] as number;
      const end = this.#ends[at] as number;
      if (address >= start && address < end) return Math.min(length, end - address);
    }
    return 0;
  }

  #search(address: number, length: number): number {
    for (let at = 0; at < this.#count; at++) {
      const start = this.#starts[at] as number;
      if (address < start || address + length > (this.#ends[at] as number)) continue;
      this.#last = at;
      return (this.#places[at] as number) + (address - start);
    }
    return -1;
  }

  #grow(): void {
    const size = this.#starts.length * 2;
    const starts = new Float64Array(size);
    const ends = new Float64Array(size);
    const places = new Int32Array(size);
    starts.set(this.#starts);
    ends.set(this.#ends);
    places.set(this.#places);
    this.#starts = starts;
    this.#ends = ends;
    this.#places = places;
  }
}

/**
 * A hash table from 64-bit keys (two words) to records: open addressing, linear probing, removal by moving entries back.
 *
 * Nodes by pointer, refs by node and buffers by offset live in such tables: O(1), nothing allocated per lookup.
 */

const FIRST_CAPACITY = 8;
/** What an empty table has: one place that is never taken. */
const NO_WORDS = new Int32Array(1);
const NO_VALUES: readonly null[] = [null];

export class Table<Value extends object> {
  #low = NO_WORDS;
  #high = NO_WORDS;
  #values = NO_VALUES as (Value | null)[];
  #mask = 0;
  /** How many entries there are. */
  size = 0;

  /** The record under a key; `null` when there is none. */
  get(low: number, high: number): Value | null {
    low |= 0;
    high |= 0;
    let at = hash(low, high) & this.#mask;
    for (;;) {
      const value = this.#values[at] as Value | null;
      if (value === null || (this.#low[at] === low && this.#high[at] === high)) return value;
      at = (at + 1) & this.#mask;
    }
  }

  /** Adds a record under a key that is not there. */
  add(low: number, high: number, value: Value): void {
    if (this.size * 2 >= this.#mask) this.#grow();
    this.#put(low | 0, high | 0, value);
    this.size++;
  }

  /** Removes the record under a key; nothing happens when there is none. */
  remove(low: number, high: number): void {
    low |= 0;
    high |= 0;
    const mask = this.#mask;
    let hole = hash(low, high) & mask;
    for (;;) {
      if (this.#values[hole] === null) return;
      if (this.#low[hole] === low && this.#high[hole] === high) break;
      hole = (hole + 1) & mask;
    }
    this.size--;
    for (let at = (hole + 1) & mask; ; at = (at + 1) & mask) {
      const value = this.#values[at] as Value | null;
      if (value === null) break;
      const home = hash(this.#low[at] as number, this.#high[at] as number) & mask;
      // An entry may move back to the hole unless its own place lies behind the hole.
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      this.#low[hole] = this.#low[at] as number;
      this.#high[hole] = this.#high[at] as number;
      this.#values[hole] = value;
      hole = at;
    }
    this.#values[hole] = null;
  }

  /** All records, in no particular order. */
  all(): Value[] {
    return this.#values.filter(value => value !== null);
  }

  #put(low: number, high: number, value: Value): void {
    let at = hash(low, high) & this.#mask;
    while (this.#values[at] !== null) at = (at + 1) & this.#mask;
    this.#low[at] = low;
    this.#high[at] = high;
    this.#values[at] = value;
  }

  #grow(): void {
    const [low, high, values] = [this.#low, this.#high, this.#values];
    const capacity = Math.max(FIRST_CAPACITY, values.length * 2);
    this.#low = new Int32Array(capacity);
    this.#high = new Int32Array(capacity);
    this.#values = new Array<Value | null>(capacity).fill(null);
    this.#mask = capacity - 1;
    values.forEach((value, at) => {
      if (value !== null) this.#put(low[at] as number, high[at] as number, value);
    });
  }
}

const hash = (low: number, high: number): number => {
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & 0x7fffffff;
};

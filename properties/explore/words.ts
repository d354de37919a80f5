/**
 * A state as a row of small whole numbers: what a system writes when it packs a state, and reads when it unpacks one.
 *
 * The set of states stores a row as nibbles, three bits of a number in each, so that most numbers take half a byte.
 */

/** Longest row that a state may have. */
const MOST = 4096;

export class Words {
  /** Read as unsigned; signed because the engine is faster so. */
  readonly values = new Int32Array(MOST);
  /** Numbers written. */
  length = 0;
  /** Position of the next `take`. */
  at = 0;

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
    this.at = 0;
  }

  /** Appends a number from 0 to 2^32 - 1. */
  put(value: number): void {
    this.values[this.length++] = value;
  }

  /** The next number. */
  take(): number {
    return (this.values[this.at++] as number) >>> 0;
  }

  /** Becomes a copy of another row. */
  copy({ values, length }: Words): void {
    for (let at = 0; at < length; at++) this.values[at] = values[at] as number;
    this.length = length;
    this.at = 0;
  }

  /** Whether this row comes before another one of any length. */
  isBefore(other: Words): boolean {
    const { values, length } = this;
    const { values: others, length: end } = other;
    for (let at = 0; at < length && at < end; at++) {
      const difference = (values[at] as number) - (others[at] as number);
      if (difference !== 0) return difference < 0;
    }
    return length < end;
  }
}

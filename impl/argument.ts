/**
 * The driver's own copy of a binder_write_read: taken when the call begins, put back whole when it ends (WR-01).
 *
 * Its six words have 64 bits and any value. Sums of them wrap, as addresses do in the kernel; they are numbers here:
 * exact below 2^53, and near enough above it to lie in no region of user memory.
 */

/** Places of the six words, in 32-bit words; the upper half of each follows. */
const WRITE_SIZE = 0;
const WRITE_CONSUMED = 2;
const WRITE_BUFFER = 4;
const READ_SIZE = 6;
const READ_CONSUMED = 8;
const READ_BUFFER = 10;
const WORDS = 12;

const WORD = 0x1_0000_0000;
/** Numbers below this are exact. */
const EXACT = 2 ** 53;

export class Argument {
  readonly #words = new Int32Array(WORDS);

  /** Copies the structure at a place of user memory. */
  load(view: DataView, place: number): void {
    for (let word = 0; word < WORDS; word++) this.#words[word] = view.getInt32(place + word * 4, true);
  }

  /** Puts it back. */
  store(view: DataView, place: number): void {
    for (let word = 0; word < WORDS; word++) view.setInt32(place + word * 4, this.#words[word] as number, true);
  }

  /** Whether there is a write half. */
  get writes(): boolean {
    return this.#isNot(WRITE_SIZE, 0);
  }

  /** Whether there is a read half. */
  get reads(): boolean {
    return this.#isNot(READ_SIZE, 0);
  }

  /** Address of the first command (WR-02). */
  get writeStart(): number {
    return this.#sum(WRITE_BUFFER, WRITE_CONSUMED);
  }

  /** Address at which no further command begins; that of the first one when there is none. */
  get writeEnd(): number {
    const start = this.writeStart;
    const end = this.#sum(WRITE_BUFFER, WRITE_SIZE);
    // Between inexact numbers the order is unknown, but then both sizes decide.
    return start >= EXACT && end >= EXACT ? (this.#endsBehindStart() ? Infinity : start) : end;
  }

  /** Address of the first byte to be read. */
  get readStart(): number {
    return this.#sum(READ_BUFFER, READ_CONSUMED);
  }

  /** Bytes from there to the end of the buffer: very many when it has ended already (READ-02). */
  get room(): number {
    return this.#difference(READ_SIZE, READ_CONSUMED);
  }

  /** Address of the read buffer. */
  get readBuffer(): number {
    return this.#number(READ_BUFFER);
  }

  /** Nothing was read into the buffer so far (READ-01). */
  get isFresh(): boolean {
    return !this.#isNot(READ_CONSUMED, 0);
  }

  /** Whether the buffer holds exactly one word once `bytes` more were read (READ-12). */
  holdsOneWord(bytes: number): boolean {
    return ((this.#words[READ_CONSUMED] as number) + bytes) >>> 0 === 4 && this.#carried(READ_CONSUMED, bytes) === 0;
  }

  /** Commands of so many bytes were performed (WR-03). */
  wrote(bytes: number): void {
    this.#advance(WRITE_CONSUMED, bytes);
  }

  /** Returns of so many bytes were stored. */
  read(bytes: number): void {
    this.#advance(READ_CONSUMED, bytes);
  }

  /** The write half failed: nothing counts as read (WR-06). */
  forgetRead(): void {
    this.#words[READ_CONSUMED] = 0;
    this.#words[READ_CONSUMED + 1] = 0;
  }

  #isNot(at: number, value: number): boolean {
    return this.#words[at] !== value || this.#words[at + 1] !== 0;
  }

  #low(at: number): number {
    return (this.#words[at] as number) >>> 0;
  }

  #high(at: number): number {
    return (this.#words[at + 1] as number) >>> 0;
  }

  #number(at: number): number {
    return this.#high(at) * WORD + this.#low(at);
  }

  #sum(at: number, other: number): number {
    const low = this.#low(at) + this.#low(other);
    const high = (this.#high(at) + this.#high(other) + (low >= WORD ? 1 : 0)) >>> 0;
    return high * WORD + (low >>> 0);
  }

  #difference(at: number, other: number): number {
    const low = this.#low(at) - this.#low(other);
    const high = (this.#high(at) - this.#high(other) - (low < 0 ? 1 : 0)) >>> 0;
    return high * WORD + (low >>> 0);
  }

  /** The upper half of a word with so many bytes added, signed. */
  #carried(at: number, bytes: number): number {
    return ((this.#words[at + 1] as number) + (this.#low(at) + bytes >= WORD ? 1 : 0)) | 0;
  }

  #advance(at: number, bytes: number): void {
    const high = this.#carried(at, bytes);
    this.#words[at] = (this.#low(at) + bytes) | 0;
    this.#words[at + 1] = high;
  }

  #endsBehindStart(): boolean {
    const exact = (at: number): bigint => (BigInt(this.#high(at)) << 32n) | BigInt(this.#low(at));
    const buffer = exact(WRITE_BUFFER);
    return BigInt.asUintN(64, buffer + exact(WRITE_CONSUMED)) < BigInt.asUintN(64, buffer + exact(WRITE_SIZE));
  }
}

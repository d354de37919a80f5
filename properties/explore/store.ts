/**
 * The set of states: an open-addressing table over packed rows, in memory that workers share.
 *
 * A slot of the table holds the number of a state and six bits of its hash; the rows themselves are compared, so two
 * states are never taken for one. A worker prepares an entry in space of its own and publishes it with one
 * compare-and-swap; whoever sees the slot sees the whole entry.
 */
import { decode, encode, hashOf, isSame, LONGEST, lengthAt } from './rows.ts';
import type { Words } from './words.ts';

/** Bits of a slot that number the state, from 1. */
const NUMBER_BITS = 26;
const NUMBER_MASK = (1 << NUMBER_BITS) - 1;
/** Most states that a set can hold. */
export const MOST_STATES = NUMBER_MASK - 1;
export const NO_STATE = 0xffff_ffff;
/** States and words that a worker takes at a time. */
const STATES_AT_ONCE = 256;
const WORDS_AT_ONCE = 16_384;

/** Places in `control`. */
const STATES = 0;
const WORDS = 1;

/** The shared memory of a set; plain data, so that it can be sent to a worker. */
export interface StoreMemory {
  readonly table: Int32Array<SharedArrayBuffer>;
  /** Where the row of a state begins in `arena`, in words; 0 where there is no state. */
  readonly offsets: Uint32Array<SharedArrayBuffer>;
  /** The state from which each was met first. */
  readonly parents: Uint32Array<SharedArrayBuffer>;
  /** Marks of each state. */
  readonly marks: Uint8Array<SharedArrayBuffer>;
  readonly arena: Int32Array<SharedArrayBuffer>;
  readonly control: Int32Array<SharedArrayBuffer>;
}

const ints = (length: number): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(length * 4));
const words = (length: number): Uint32Array<SharedArrayBuffer> => new Uint32Array(new SharedArrayBuffer(length * 4));

/** Memory for a set that may grow to so many bytes; what is not used is not taken from the system. */
export const newMemory = (bytes: number): StoreMemory => {
  const states = Math.max(65_536, Math.min(MOST_STATES, Math.floor(bytes / 64)));
  return {
    table: ints(4096),
    offsets: words(states),
    parents: words(states),
    marks: new Uint8Array(new SharedArrayBuffer(states)),
    arena: ints(Math.max(65_536, Math.floor((bytes * 0.55) / 4))),
    control: ints(2),
  };
};

/** A part of a set as it is saved. */
export type Saved = Int32Array | Uint32Array | Uint8Array;

/** Slots are doubled before more than this part of them is taken. */
const FULLEST = 0.7;
/** With more than this part of them taken, whoever adds states has to stop until they are doubled. */
const CROWDED = 0.85;

export class StateStore {
  #memory: StoreMemory;
  readonly #limit: number;
  /** Range of state numbers and arena words that are this worker's to use. */
  #nextState = 0;
  #endState = 0;
  #nextWord = 0;
  #endWord = 0;
  /** States that this worker added. */
  added = 0;
  /** The set cannot take another state. */
  full = false;
  /** The table has to grow before many more states are added. */
  crowded = false;
  /** Whether the last `add` made a new state. */
  isNew = false;
  readonly #scratch = new Int32Array(LONGEST + 16);

  /** `limit`: bytes that the whole set may take, table included. */
  constructor(memory: StoreMemory, limit: number) {
    this.#memory = memory;
    this.#limit = limit;
    if (memory.control[WORDS] === 0) memory.control[WORDS] = 1;
  }

  get memory(): StoreMemory {
    return this.#memory;
  }

  /** One more than the largest number given to a state. Numbers in between may be unused. */
  get end(): number {
    return Math.min(Atomics.load(this.#memory.control, STATES), this.#memory.offsets.length);
  }

  /** Bytes in use. */
  get bytes(): number {
    const { table, control } = this.#memory;
    return table.length * 4 + Atomics.load(control, WORDS) * 4 + this.end * 9;
  }

  has(state: number): boolean {
    return this.#memory.offsets[state] !== 0;
  }

  parentOf(state: number): number {
    return this.#memory.parents[state] as number;
  }

  marksOf(state: number): number {
    return this.#memory.marks[state] as number;
  }

  mark(state: number, marks: number): void {
    this.#memory.marks[state] = marks;
  }

  /** Adds a row; answers the number of its state, or `NO_STATE` when the set is full. */
  add(row: Words, parent: number): number {
    const scratch = this.#scratch;
    const size = encode(row, scratch);
    const hash = hashOf(scratch, size);
    const { table, offsets, parents, arena } = this.#memory;
    const mask = table.length - 1;
    const tag = hash >>> NUMBER_BITS;
    let prepared = -1;
    let at = hash & mask;
    this.isNew = false;
    for (;;) {
      // A plain look is a third of the price. What it takes for free although somebody has just taken it, the
      // exchange finds out; what it sees taken was published whole.
      const slot = table[at] as number;
      if (slot === 0) {
        if (prepared < 0) {
          prepared = this.#prepare(size);
          if (prepared < 0) return NO_STATE;
          offsets[prepared] = this.#nextWord;
          parents[prepared] = parent;
          for (let word = 0; word < size; word++) arena[this.#nextWord + word] = scratch[word] as number;
        }
        if (Atomics.compareExchange(table, at, 0, (tag << NUMBER_BITS) | (prepared + 1)) !== 0) continue;
        this.#nextState++;
        this.#nextWord += size;
        this.added++;
        this.isNew = true;
        return prepared;
      }
      if (slot >>> NUMBER_BITS === tag) {
        const found = (slot & NUMBER_MASK) - 1;
        if (isSame(arena, offsets[found] as number, scratch, size)) {
          // Somebody else was faster: what was prepared is taken back.
          if (prepared >= 0) offsets[prepared] = 0;
          return found;
        }
      }
      at = (at + 1) & mask;
    }
  }

  /** The number of a row's state without adding it, or `NO_STATE`. */
  find(row: Words): number {
    const scratch = this.#scratch;
    const size = encode(row, scratch);
    const hash = hashOf(scratch, size);
    const { table, offsets, arena } = this.#memory;
    const mask = table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = table[at] as number;
      if (slot === 0) return NO_STATE;
      if (slot >>> NUMBER_BITS !== hash >>> NUMBER_BITS) continue;
      const found = (slot & NUMBER_MASK) - 1;
      if (isSame(arena, offsets[found] as number, scratch, size)) return found;
    }
  }

  /** Reads the row of a state. */
  read(state: number, into: Words): void {
    const { offsets, arena } = this.#memory;
    decode(arena, offsets[state] as number, into);
  }

  /** Whether so many more states fit into the table as it is. */
  hasRoom(more: number): boolean {
    return this.end + more <= this.#memory.table.length * FULLEST;
  }

  /** Doubles the table until so many more states fit. Nobody else may use the set meanwhile. False: no memory for it. */
  grow(more: number, anew = false): boolean {
    const { table, arena, offsets } = this.#memory;
    let { length } = table;
    while (this.end + more > length * FULLEST && length <= NUMBER_MASK) length *= 2;
    if (length === table.length && !anew) return true;
    if (this.bytes + (length - table.length) * 4 > this.#limit) return false;
    const wider = ints(length);
    const mask = length - 1;
    for (let state = 0; state < this.end; state++) {
      const offset = offsets[state] as number;
      if (offset === 0) continue;
      const size = lengthAt(arena, offset);
      const hash = hashOf(arena.subarray(offset, offset + size), size);
      let at = hash & mask;
      while (wider[at] !== 0) at = (at + 1) & mask;
      wider[at] = ((hash >>> NUMBER_BITS) << NUMBER_BITS) | (state + 1);
    }
    this.#memory = { ...this.#memory, table: wider };
    this.crowded = false;
    return true;
  }

  /** What has been written: views of the shared memory, to be saved. */
  get written(): readonly Saved[] {
    const { offsets, parents, marks, arena, control } = this.#memory;
    const { end } = this;
    const length = Atomics.load(control, WORDS);
    return [offsets.subarray(0, end), parents.subarray(0, end), marks.subarray(0, end), arena.subarray(0, length)];
  }

  /** Takes over what was saved; false when it does not fit. */
  restore([offsets, parents, marks, arena]: readonly Saved[]): boolean {
    const memory = this.#memory;
    if (offsets === undefined || parents === undefined || marks === undefined || arena === undefined) return false;
    if (offsets.length > memory.offsets.length || arena.length > memory.arena.length) return false;
    memory.offsets.set(offsets);
    memory.parents.set(parents);
    memory.marks.set(marks);
    memory.arena.set(arena);
    Atomics.store(memory.control, STATES, offsets.length);
    Atomics.store(memory.control, WORDS, arena.length);
    return this.grow(0, true);
  }

  /** Uses another table over the same states: another worker made it. */
  adopt(table: StoreMemory['table']): void {
    this.crowded = false;
    this.#memory = { ...this.#memory, table };
  }

  /** Leaves what remains of the range of numbers unused: what comes belongs to another layer. */
  leaveRange(): void {
    this.#nextState = 0;
    this.#endState = 0;
  }

  /** A state number and room for its row; -1 when there is none. */
  #prepare(size: number): number {
    const { control, offsets, arena } = this.#memory;
    if (this.#nextState < this.#endState && this.#nextWord + size <= this.#endWord) return this.#nextState;
    if (this.#nextState === this.#endState) {
      this.#nextState = Atomics.add(control, STATES, STATES_AT_ONCE);
      this.#endState = this.#nextState + STATES_AT_ONCE;
      this.crowded = this.#endState > this.#memory.table.length * CROWDED;
    }
    if (this.#nextWord + size > this.#endWord) {
      this.#nextWord = Atomics.add(control, WORDS, WORDS_AT_ONCE);
      this.#endWord = this.#nextWord + WORDS_AT_ONCE;
    }
    if (this.#endState <= offsets.length && this.#endWord <= arena.length && this.bytes <= this.#limit) {
      return this.#nextState;
    }
    this.full = true;
    // What was taken cannot be used, whoever asks next.
    this.#endState = this.#nextState;
    this.#endWord = this.#nextWord;
    return -1;
  }

  /** Gives back what is left of the range of numbers where it is the last range, so that layers leave few gaps. */
  closeLayer(): void {
    Atomics.compareExchange(this.#memory.control, STATES, this.#endState, this.#nextState);
    this.#nextState = 0;
    this.#endState = 0;
  }
}

/**
 * The edges of an explored graph, in the order of expansion: for each state its successors with their tags.
 *
 * The words lie in shared memory, so that a worker hands them over without a copy. Loops are not kept. An edge is one word: 26 bits of the state it leads to, and 5 bits of tags.
 */

const STATE_BITS = 26;
const STATE_MASK = (1 << STATE_BITS) - 1;
/** Marks the word that begins the list of a state. */
const BEGIN = 0x8000_0000;
const CHUNK = 1 << 18;

/** The words of a list. */
export interface RawEdges {
  readonly chunks: readonly Uint32Array[];
  readonly length: number;
}

export class EdgeList {
  readonly #chunks: Uint32Array[] = [];
  #length = 0;

  constructor(chunks: readonly Uint32Array[] = [], length = 0) {
    this.#chunks = [...chunks];
    this.#length = length;
  }

  /** The lists of several workers as one. */
  static join(lists: readonly RawEdges[]): EdgeList {
    const joined = new EdgeList();
    for (const { chunks, length } of lists) {
      for (let at = 0; at < length; at++) joined.#push((chunks[at >>> 18] as Uint32Array)[at & (CHUNK - 1)] as number);
    }
    return joined;
  }

  get bytes(): number {
    return this.#chunks.length * CHUNK * 4;
  }

  /** The raw words, for another thread. */
  get raw(): RawEdges {
    return { chunks: this.#chunks, length: this.#length };
  }

  /** The raw words in one piece after the other, for a checkpoint. */
  get written(): readonly Uint32Array[] {
    return this.#chunks.map((chunk, at) => chunk.subarray(0, Math.min(CHUNK, this.#length - at * CHUNK)));
  }

  /** Adds what was saved. */
  append(words: Uint32Array): void {
    for (const word of words) this.#push(word);
  }

  /** The edges that follow leave this state. */
  begin(state: number): void {
    this.#push((BEGIN | state) >>> 0);
  }

  /** `tags`: 0 to 31. */
  add(to: number, tags: number): void {
    this.#push(to + tags * (STATE_MASK + 1));
  }

  /** Calls back for each edge in order; `begin` for each state that was expanded, even without edges. */
  each(edge: (from: number, to: number, tags: number) => void, begin?: (from: number) => void): void {
    let from = 0;
    for (let at = 0; at < this.#length; at++) {
      const word = (this.#chunks[at >>> 18] as Uint32Array)[at & (CHUNK - 1)] as number;
      if (word >= BEGIN) {
        from = word & STATE_MASK;
        begin?.(from);
      } else edge(from, word & STATE_MASK, word >>> STATE_BITS);
    }
  }

  #push(word: number): void {
    const place = this.#length & (CHUNK - 1);
    if (place === 0) this.#chunks.push(new Uint32Array(new SharedArrayBuffer(CHUNK * 4)));
    (this.#chunks.at(-1) as Uint32Array)[place] = word;
    this.#length++;
  }
}

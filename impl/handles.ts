/** The handles of a process: refs by number, and the lowest number that is free (REF-02, REF-04). */
import type { Ref } from './ref.ts';

export class Handles {
  readonly #refs: (Ref | null)[] = [];
  /** One bit a handle: taken. */
  #taken = new Int32Array(4);
  /** Every word below this one is full, handle 0 aside. */
  #firstWord = 0;
  size = 0;

  /** The ref behind a number; `null` when it is free. */
  get(handle: number): Ref | null {
    return this.#refs[handle] ?? null;
  }

  /** The lowest free number that is at least `lowest` (0 or 1). */
  lowestFree(lowest: number): number {
    if (lowest === 0 && this.get(0) === null) return 0;
    for (let word = this.#firstWord; word < this.#taken.length; word++) {
      // Handle 0 counts as taken: only a manager's ref may have it.
      const free = ~((this.#taken[word] as number) | (word === 0 ? 1 : 0));
      if (free === 0) continue;
      this.#firstWord = word;
      return word * 32 + (31 - Math.clz32(free & -free));
    }
    return this.#taken.length * 32;
  }

  /** Takes a free number. */
  set(handle: number, ref: Ref): void {
    while (this.#refs.length <= handle) this.#refs.push(null);
    this.#refs[handle] = ref;
    const word = handle >>> 5;
    if (word >= this.#taken.length) {
      const taken = new Int32Array(this.#taken.length * 2);
      taken.set(this.#taken);
      this.#taken = taken;
    }
    this.#taken[word] = (this.#taken[word] as number) | (1 << (handle & 31));
    this.size++;
  }

  /** Frees a number. */
  clear(handle: number): void {
    const word = handle >>> 5;
    this.#refs[handle] = null;
    this.#taken[word] = (this.#taken[word] as number) & ~(1 << (handle & 31));
    if (word < this.#firstWord) this.#firstWord = word;
    this.size--;
  }

  /** All refs in ascending order of handle. */
  all(): Ref[] {
    return this.#refs.filter(ref => ref !== null);
  }
}

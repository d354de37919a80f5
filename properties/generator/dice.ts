/**
 * The random source of the generator: one small state seeded from fast-check's generator, so that a sequence is a
 * function of its seed and a draw costs a few additions.
 */

/** Where the seed comes from: `fc.Random`, or anything that draws 32-bit integers. */
export interface Seeder {
  nextInt(min: number, max: number): number;
}

/** sfc32 (a public-domain generator by Chris Doty-Humphrey): four words of state. */
export class Dice {
  #a: number;
  #b: number;
  #c: number;
  #d = 1;

  constructor(seeder: Seeder) {
    this.#a = seeder.nextInt(-0x80000000, 0x7fffffff);
    this.#b = seeder.nextInt(-0x80000000, 0x7fffffff);
    this.#c = seeder.nextInt(-0x80000000, 0x7fffffff);
    for (let i = 0; i < 8; i++) this.u32();
  }

  /** 32 random bits, unsigned. */
  u32(): number {
    const sum = (this.#a + this.#b + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** A number from 0 to `limit - 1`; 0 for a limit below 2. */
  below(limit: number): number {
    return limit < 2 ? 0 : this.u32() % limit;
  }

  /** A number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + (this.u32() % (high - low + 1));
  }

  /** True `percent` times in a hundred. */
  chance(percent: number): boolean {
    return this.u32() % 100 < percent;
  }

  /** One of the items; the list must not be empty. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.u32() % items.length] as Item;
  }

  /** One of the items, the later ones more often: the maximum of two draws. */
  recent<Item>(items: readonly Item[]): Item {
    const bits = this.u32();
    const one = (bits & 0xffff) % items.length;
    const other = (bits >>> 16) % items.length;
    return items[one > other ? one : other] as Item;
  }
}

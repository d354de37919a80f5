/** Randomness that can be named: sequence number `index` of seed `seed` is the same everywhere, in any order. */
import type { Seeder } from '../../properties/generator/dice.ts';

/** Spreads every bit of a 32-bit word over all of them (the finalizer of MurmurHash3, public domain). */
const spread = (word: number): number => {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};

/** What the generator of one sequence draws from. */
export const seederOf = (seed: number, index: number): Seeder => {
  const start = spread(spread(seed + 0x9e3779b9) ^ index);
  let turn = 0;
  return {
    nextInt: (min, max) => {
      turn++;
      const word = spread(start + Math.imul(turn, 0x6d2b79f5)) >>> 0;
      return min + Math.floor((word / 0x1_0000_0000) * (max - min + 1));
    },
  };
};

/** A seed from nowhere, for runs that were given none. */
export const freshSeed = (): number => Math.floor(Math.random() * 0x1_0000_0000);

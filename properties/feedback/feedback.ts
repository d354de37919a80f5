/**
 * Corpus feedback: logs that showed something new are kept, and some of the following logs are made with parts of them.
 *
 * Which logs are kept depends on what was driven before, so a log is a function of the seed and of its worker's share.
 */
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { OpLogArbitrary } from '../generator/arbitrary.ts';
import { Dice, type Seeder } from '../generator/dice.ts';
import type { Step } from '../lockstep.ts';
import { mutated, type Kept } from './mutate.ts';
import { Novelty } from './novelty.ts';

/** Sequences before the first mutation: until then nearly everything is new. */
export const WARM_UP = 256;
/** One sequence in so many is a mutation. */
const MUTATED_ONE_IN = 3;
/** Kept logs; the oldest give way. */
const MOST_KEPT = 512;

export interface FeedbackOptions {
  readonly arbitrary: OpLogArbitrary;
  /** Where the randomness of sequence number `index` comes from. */
  readonly seeders: (index: number) => Seeder;
  /** Sequences before the first mutation; absent: `WARM_UP`. */
  readonly warmUp?: number | undefined;
}

/** A sequence to be driven. */
export interface Proposal {
  readonly ops: readonly Op[];
  /** It was made with parts of kept logs. */
  readonly mutated: boolean;
}

export class Feedback {
  readonly novelty = new Novelty();
  readonly #options: FeedbackOptions;
  readonly #kept: Kept[] = [];
  #sequences = 0;
  #next = 0;
  #ops: readonly Op[] = [];
  /** Places in the sequence, counted in ops, behind which something new was shown. */
  #places: number[] = [];

  constructor(options: FeedbackOptions) {
    this.#options = options;
  }

  /** How many logs are kept. */
  get kept(): number {
    return this.#kept.length;
  }

  /** The sequence in the place of number `index`. */
  propose(index: number): Proposal {
    const { arbitrary, seeders, warmUp = WARM_UP } = this.#options;
    const fresh = arbitrary.draw(seeders(index));
    if (this.#sequences++ < warmUp || this.#kept.length === 0) return { ops: fresh, mutated: false };
    // The seeder of a sequence draws the sequence; what is done to it comes from another place of the same seed.
    const dice = new Dice(seeders(~index));
    if (dice.below(MUTATED_ONE_IN) !== 0) return { ops: fresh, mutated: false };
    return { ops: mutated(dice, this.#kept, fresh), mutated: true };
  }

  /** What is seen from now on is seen of this sequence. */
  begin({ ops }: Proposal): void {
    this.novelty.begin();
    this.#ops = ops;
    this.#places = [];
  }

  /** One performed op of it. */
  see({ op, observation, rules }: Step): void {
    const { fresh } = this.novelty;
    this.novelty.see(op, observation, rules);
    // Ids count from 1, so an id is also the number of ops up to it.
    if (this.novelty.fresh > fresh) this.#places.push(op.id);
  }

  /** It is over; answers whether it is kept. */
  end(snapshot: Snapshot | undefined): boolean {
    this.novelty.seeState(snapshot);
    if (this.novelty.fresh === 0) return false;
    this.#kept[this.#next++ % MOST_KEPT] = { ops: this.#ops, places: this.#places };
    return true;
  }
}

/** The op-log Arbitrary: sequences for fast-check, with a stateless shrinker for those who use it directly. */
import * as fc from 'fast-check';
import type { Op } from '../../abi/op.ts';
import { candidates } from '../shrink/stateless.ts';
import { Dice, type Seeder } from './dice.ts';
import {
  cumulative,
  FEATURES,
  SCRIPT_ONE_IN,
  SWARM_ONE_IN,
  UNIFORM_ONE_IN,
  WRONG_SHARE,
  type Feature,
  type GeneratorOptions,
} from './options.ts';
import { Sequence } from './sequence.ts';

/** Features that swarm never switches off: without them nothing happens at all. */
const ESSENTIAL: ReadonlySet<Feature> = new Set<Feature>(['read', 'call', 'oneway', 'reply', 'free']);

const isLog = (value: unknown): value is readonly Op[] =>
  Array.isArray(value) && value.every(op => typeof op === 'object' && op !== null && 'op' in op && 'id' in op);

/** Sequences of ops for one driver with `devices` devices. */
export class OpLogArbitrary extends fc.Arbitrary<readonly Op[]> {
  readonly #options: GeneratorOptions;
  readonly #tables: readonly Float64Array[];

  constructor(options: GeneratorOptions = {}) {
    super();
    this.#options = options;
    this.#tables = this.#cumulative(() => 1);
  }

  generate(mrng: fc.Random): fc.Value<readonly Op[]> {
    return new fc.Value<readonly Op[]>(this.draw(mrng), undefined);
  }

  /** One sequence from any source of integers. */
  draw(seeder: Seeder): readonly Op[] {
    const dice = new Dice(seeder);
    const { level = 'full', devices = 2, processes = 4, wrongShare = WRONG_SHARE, weights = {} } = this.#options;
    const swarm = dice.below(SWARM_ONE_IN) === 0;
    const plan = {
      full: level === 'full',
      devices,
      processes,
      wrongShare,
      length: this.#length(dice),
      uniform: dice.below(UNIFORM_ONE_IN) === 0,
      scripted: dice.below(SCRIPT_ONE_IN) === 0,
      looks: weights.peek !== 0,
      off: FEATURES.filter(feature => weights[feature] === 0),
      tables: swarm
        ? this.#cumulative(feature => (ESSENTIAL.has(feature) ? 1 : dice.chance(50) ? 0 : 1.5))
        : this.#tables,
    };
    return new Sequence(dice, plan).make();
  }

  /** How long the sequence that `draw` makes of the same source is meant to be, without making it. */
  meantLength(seeder: Seeder): number {
    const dice = new Dice(seeder);
    dice.below(SWARM_ONE_IN);
    return this.#length(dice);
  }

  canShrinkWithoutContext(value: unknown): value is readonly Op[] {
    return isLog(value);
  }

  shrink(value: readonly Op[]): fc.Stream<fc.Value<readonly Op[]>> {
    return fc.stream(candidates(value)).map(ops => new fc.Value<readonly Op[]>(ops, undefined));
  }

  /** Mostly a few dozen ops, sometimes a few hundred; setup takes the first ten or so. */
  #length(dice: Dice): number {
    const { length } = this.#options;
    if (typeof length === 'number') return length;
    if (length !== undefined) return dice.between(length.min, length.max);
    const roll = dice.below(100);
    if (roll < 50) return dice.between(12, 48);
    return roll < 85 ? dice.between(49, 140) : dice.between(141, 400);
  }

  #cumulative(factor: (feature: Feature) => number): readonly Float64Array[] {
    const { level = 'full', weights = {} } = this.#options;
    const factors = new Map(FEATURES.map(feature => [feature, (weights[feature] ?? 1) * factor(feature)]));
    return cumulative(level, feature => factors.get(feature) as number);
  }
}

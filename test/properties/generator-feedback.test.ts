/** Corpus feedback: what it keeps, what it makes of it, and that it sees more for the same work. */
import { describe, expect, it } from 'vitest';
import { OpSchema, type Op } from '../../abi/op.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { specification } from '../../model/model.ts';
import { Feedback } from '../../properties/feedback/feedback.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { GeneratorOptions } from '../../properties/generator/options.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { Planted } from './toys.ts';

/** A small part of the driver, which random sequences have soon seen the most of. */
const NARROW: GeneratorOptions = {
  level: 'slice',
  length: 60,
  wrongShare: 0,
  processes: 2,
  weights: { batch: 0, open: 0, map: 0, close: 0, thread: 0, ioctl: 0, script: 0, looper: 0, nonblock: 0 },
};

interface Campaign {
  readonly feedback: Feedback;
  readonly logs: readonly (readonly Op[])[];
  readonly mutated: number;
  readonly ops: number;
  readonly failures: readonly string[];
}

/** Drives so many ops of a driver that is the specification. */
const campaign = (seed: number, most: number, options: GeneratorOptions, warmUp: number): Campaign => {
  const arbitrary = new OpLogArbitrary(options);
  const feedback = new Feedback({ arbitrary, seeders: index => seederOf(seed, index), warmUp });
  const driver = new Planted(specification);
  const logs: (readonly Op[])[] = [];
  const failures: string[] = [];
  let ops = 0;
  let mutated = 0;
  for (let index = 0; ops < most; index++) {
    const proposal = feedback.propose(index);
    feedback.begin(proposal);
    const result = runLockstep(
      { specification, driver, checkpointEvery: 0, onStep: step => feedback.see(step) },
      proposal.ops,
    );
    feedback.end(driver.snapshot());
    ops += result.ops;
    if (result.failure !== undefined) failures.push(result.failure.signature);
    if (!proposal.mutated) continue;
    mutated++;
    logs.push(proposal.ops);
  }
  return { feedback, logs, mutated, ops, failures };
};

const NEVER = Infinity;

describe('corpus feedback', () => {
  it('reaches more than the same number of ops without it, whatever the seed', () => {
    for (const seed of [1, 2, 3]) {
      const without = campaign(seed, 8000, NARROW, NEVER);
      const within = campaign(seed, 8000, NARROW, 32);
      expect(within.feedback.novelty.size, `seed ${seed}`).toBeGreaterThan(without.feedback.novelty.size);
      expect(without.mutated).toBe(0);
    }
  });

  it('makes about a third of the sequences after the first ones', () => {
    const { mutated, logs } = campaign(5, 6000, NARROW, 8);
    expect(mutated).toBe(logs.length);
    expect(mutated).toBeGreaterThan(20);
    expect(mutated).toBeLessThan(60);
  });

  it('is a function of the seed', () => {
    const first = campaign(4, 3000, {}, 8);
    const second = campaign(4, 3000, {}, 8);
    expect(first.logs.length).toBeGreaterThan(2);
    expect(second.logs).toEqual(first.logs);
    expect(campaign(5, 3000, {}, 8).logs).not.toEqual(first.logs);
  });

  it('makes logs that the schema takes, with ids from 1 and references to what is before', () => {
    for (const ops of campaign(6, 4000, {}, 4).logs) {
      ops.forEach((op, at) => {
        expect(op.id).toBe(at + 1);
        const parsed = OpSchema.safeParse(op);
        expect(parsed.success, JSON.stringify(op)).toBe(true);
        for (const [, of] of JSON.stringify(op).matchAll(/"of":(\d+)/g)) expect(Number(of)).toBeLessThanOrEqual(op.id);
      });
      expect(ops.some(({ op }) => op === 'peek') && JSON.stringify(ops).includes('"type":"PTR"')).toBe(false);
    }
  });

  it('meets no difference where the driver is the specification', () => {
    expect(campaign(7, 4000, {}, 4).failures).toEqual([]);
  });

  it('keeps what showed something new, and nothing that did not', () => {
    const arbitrary = new OpLogArbitrary({ length: 40 });
    const feedback = new Feedback({ arbitrary, seeders: () => seederOf(1, 1) });
    const driver = new Planted(specification);
    const kept = [1, 2].map(index => {
      const proposal = feedback.propose(index);
      feedback.begin(proposal);
      runLockstep({ specification, driver, checkpointEvery: 0, onStep: step => feedback.see(step) }, proposal.ops);
      return feedback.end(driver.snapshot());
    });
    expect(kept).toEqual([true, false]);
    expect(feedback.kept).toBe(1);
  });
});

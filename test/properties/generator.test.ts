import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { OpSchema, type Op } from '../../abi/op.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { GeneratorOptions } from '../../properties/generator/options.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { specification } from '../../model/model.ts';
import { Planted, seeded } from './toys.ts';

const draw = (options: GeneratorOptions, times: number, seed = 1): (readonly Op[])[] => {
  const arbitrary = new OpLogArbitrary(options);
  const seeder = seeded(seed);
  return Array.from({ length: times }, () => arbitrary.draw(seeder));
};

const commandsOf = (op: Op): readonly string[] => (op.op === 'write_read' ? (op.write ?? []).map(({ bc }) => bc) : []);

describe('generator', () => {
  it('writes ops that the schema takes, with ids from 1', () => {
    for (const ops of draw({}, 150)) {
      ops.forEach((op, at) => {
        expect(op.id).toBe(at + 1);
        const parsed = OpSchema.safeParse(op);
        expect(parsed.success, JSON.stringify(op)).toBe(true);
      });
    }
  });

  it('is a function of its seed', () => {
    expect(draw({}, 20, 7)).toEqual(draw({}, 20, 7));
    expect(draw({}, 20, 7)).not.toEqual(draw({}, 20, 8));
    const [first] = fc.sample(new OpLogArbitrary(), { seed: 3, numRuns: 1 });
    const [again] = fc.sample(new OpLogArbitrary(), { seed: 3, numRuns: 1 });
    expect(first).toEqual(again);
  });

  it('mixes short and long sequences, and keeps to a length that it is given', () => {
    const lengths = draw({}, 400).map(ops => ops.length);
    const share = (test: (length: number) => boolean): number => lengths.filter(test).length / lengths.length;
    expect(share(length => length <= 60)).toBeGreaterThan(0.4);
    expect(share(length => length > 140)).toBeGreaterThan(0.08);
    for (const ops of draw({ length: 200 }, 20)) {
      expect(ops.length).toBeGreaterThanOrEqual(200);
      expect(ops.length).toBeLessThan(280);
    }
  });

  it('leaves out of the first slice what it does not cover', () => {
    const kinds = new Set(draw({ level: 'slice' }, 300).flatMap(ops => ops.flatMap(op => [op.op, ...commandsOf(op)])));
    for (const kind of [
      'signal',
      'kill',
      'flush',
      'poll',
      'peek',
      'reclaim',
      'set_euid',
      'BC_REQUEST_DEATH_NOTIFICATION',
    ]) {
      expect(kinds).not.toContain(kind);
    }
    for (const kind of [
      'open',
      'mmap',
      'munmap',
      'close',
      'ioctl',
      'BC_REPLY',
      'BC_FREE_BUFFER',
      'BC_ACQUIRE_DONE',
      'RAW',
    ]) {
      expect(kinds).toContain(kind);
    }
  });

  it('switches off what is weighted with zero', () => {
    const kinds = new Set(draw({ weights: { poll: 0, peek: 0 } }, 200).flatMap(ops => ops.map(op => op.op)));
    expect(kinds).not.toContain('poll');
    expect(kinds).not.toContain('peek');
    expect(kinds).toContain('flush');
  });

  it('asks for handles and buffers by who produced them', () => {
    for (const ops of draw({}, 60)) {
      for (const op of ops) {
        for (const [, of] of JSON.stringify(op).matchAll(/"of":(\d+)/g)) expect(Number(of)).toBeLessThanOrEqual(op.id);
      }
    }
  });
});

describe('generator against the specification', () => {
  const coverage = new Coverage(WITNESSES);
  const failures: string[] = [];

  beforeAll(() => {
    for (const ops of draw({ length: 100 }, 300, 11)) {
      const { failure } = runLockstep(
        { specification, driver: new Planted(specification), coverage, invariants: INVARIANTS },
        ops,
      );
      if (failure !== undefined) failures.push(failure.signature);
    }
  });

  it('meets no broken invariant and no difference where the driver is the specification', () => {
    expect(failures).toEqual([]);
  });

  it('writes few ops that nobody can perform', () => {
    const { ops, skipped } = coverage.record();
    expect(skipped / (ops + skipped)).toBeLessThan(0.12);
  });

  it('shows every witness', () => {
    const unseen = Object.entries(coverage.record().witnesses).filter(([, times]) => times === 0);
    expect(unseen).toEqual([]);
  });

  it('gives every invariant something to speak about', () => {
    const { weights } = coverage.record();
    expect(INVARIANTS.filter(({ id }) => (weights[id] ?? 0) === 0).map(({ id }) => id)).toEqual([]);
  });

  it('has calls answered, and every common return read', () => {
    const { returns, outcomes } = coverage.record();
    const transactions = returns['BR_TRANSACTION'] ?? 0;
    expect((returns['BR_REPLY'] ?? 0) / transactions).toBeGreaterThan(0.15);
    const refused = (returns['BR_FAILED_REPLY'] ?? 0) + (returns['BR_DEAD_REPLY'] ?? 0);
    expect(refused).toBeLessThan(transactions * 2);
    expect(outcomes['write_read']?.['pending'] ?? 0).toBeGreaterThan(coverage.ops * 0.03);
  });
});

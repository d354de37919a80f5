import { beforeAll, describe, expect, it } from 'vitest';
import { OpLogSchema, type Op } from '../../abi/op.ts';
import type { Specification } from '../../abi/specification.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { DEFAULT_WORLD, runLockstep } from '../../properties/lockstep.ts';
import { repair } from '../../properties/shrink/edit.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrink, shrinkAsync, type Shrunk } from '../../properties/shrink/shrink.ts';
import { specification } from '../../model/model.ts';
import { PLANTS, type Plant } from './plants.ts';
import { Planted, seeded } from './toys.ts';

const arbitrary = new OpLogArbitrary({ length: 150 });

const testOf =
  (plant: Plant) =>
  (ops: readonly Op[]): Failure | undefined =>
    runLockstep(
      { specification, driver: new Planted(specification, plant), checkpointEvery: plant.seen === undefined ? 0 : 1 },
      ops,
    ).failure;

/** Least share of shrinks that reach the shortest length; most executions, in the middle and at worst. */
const SHARE = 0.97;
const MEDIAN = 40;
const MOST = 200;
/** Failing logs of each plant that are shrunk. */
const SEEDS = 2;

const guide = (ops: readonly Op[], failure: Failure): Shadow<unknown> =>
  new Shadow(specification as Specification<unknown>, DEFAULT_WORLD, ops, failure);

const shrunkAll = (plant: Plant): readonly Shrunk[] => {
  const test = testOf(plant);
  const results: Shrunk[] = [];
  for (let seed = 1; results.length < SEEDS && seed < 1000; seed++) {
    const ops = arbitrary.draw(seeded(seed));
    const failure = test(ops);
    if (failure !== undefined) results.push(shrink(ops, failure, test, { guide }));
  }
  return results;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

describe('the catalogue of planted faults', () => {
  const catalogue = new Map<Plant, readonly Shrunk[]>();
  beforeAll(() => {
    for (const plant of PLANTS) catalogue.set(plant, shrunkAll(plant));
  }, 300_000);
  const all = (): readonly { readonly plant: Plant; readonly shrunk: Shrunk }[] =>
    [...catalogue].flatMap(([plant, results]) => results.map(shrunk => ({ plant, shrunk })));

  it('is found often enough to judge', () => {
    for (const [{ says }, results] of catalogue) expect(results.length, says).toBe(SEEDS);
  });

  it('is shrunk to the shortest log, and never below it', () => {
    const reached = all().filter(({ plant, shrunk }) => shrunk.ops.length === plant.shortest);
    for (const { plant, shrunk } of all()) {
      expect(shrunk.ops.length, plant.says).toBeGreaterThanOrEqual(plant.shortest);
    }
    expect(reached.length / all().length).toBeGreaterThanOrEqual(SHARE);
  });

  it('takes few executions', () => {
    expect(median(all().map(({ shrunk }) => shrunk.executions))).toBeLessThanOrEqual(MEDIAN);
    expect(Math.max(...all().map(({ shrunk }) => shrunk.executions))).toBeLessThanOrEqual(MOST);
  });

  it('gives logs that anyone can replay, of which no op can go', () => {
    for (const { plant, shrunk } of all()) {
      const { ops, failure, minimal } = shrunk;
      const test = testOf(plant);
      expect(minimal).toBe(true);
      expect(
        OpLogSchema.safeParse({ format: 'binder-spec/op-log', version: 1, ops }).success,
        JSON.stringify(ops),
      ).toBe(true);
      expect(test(ops)?.signature).toBe(failure.signature);
      for (let at = 0; at < ops.length; at++) {
        const met = test(repair([...ops.slice(0, at), ...ops.slice(at + 1)]));
        expect(met?.core === failure.core, JSON.stringify({ without: ops[at], ops })).toBe(false);
      }
    }
  });
});

describe('shrinking', () => {
  const [plant] = PLANTS as readonly [Plant];
  const test = testOf(plant);
  const failing = (): { ops: readonly Op[]; failure: Failure } => {
    for (let seed = 1; ; seed++) {
      const ops = arbitrary.draw(seeded(seed));
      const failure = test(ops);
      if (failure !== undefined) return { ops, failure };
    }
  };

  it('is the same with several candidates at once, whichever comes back first', async () => {
    const { ops, failure } = failing();
    let late = 0;
    const one = shrink(ops, failure, test);
    const slowly = async (candidate: readonly Op[]): Promise<Failure | undefined> => {
      await new Promise<void>(done => {
        setTimeout(done, (late = (late + 3) % 5));
      });
      return test(candidate);
    };
    for (const parallel of [2, 4, 16]) {
      const many = await shrinkAsync(ops, failure, slowly, { parallel });
      const again = await shrinkAsync(ops, failure, slowly, { parallel });
      expect(many.ops).toEqual(one.ops);
      expect(again.executions).toBe(many.executions);
    }
    const alone = await shrinkAsync(ops, failure, async candidate => test(candidate));
    expect(alone.ops).toEqual(one.ops);
    expect(alone.executions).toBe(one.executions);
  });

  it('never renumbers ops', () => {
    const { ops, failure } = failing();
    const ids = new Set(ops.map(({ id }) => id));
    for (const { id } of shrink(ops, failure, test).ops) expect(ids).toContain(id);
  });

  it('keeps to its budget', () => {
    const { ops, failure } = failing();
    const { executions, minimal } = shrink(ops, failure, test, { budget: 5 });
    expect(executions).toBeLessThanOrEqual(5);
    expect(minimal).toBe(false);
  });

  it('keeps another bug that it meets, and does not slide onto it', () => {
    const both = new Planted(specification, {
      returned: one => {
        if (one.br === 'BR_DEAD_REPLY') return { br: 'BR_FAILED_REPLY' };
        return one.br === 'BR_REPLY' && one.code !== 0 ? { ...one, code: 0 } : one;
      },
    });
    const either = (ops: readonly Op[]): Failure | undefined =>
      runLockstep({ specification, driver: both, checkpointEvery: 0 }, ops).failure;
    for (let seed = 1; seed < 400; seed++) {
      const ops = arbitrary.draw(seeded(seed));
      const failure = either(ops);
      if (failure === undefined || !failure.core.includes('.code')) continue;
      const shrunk = shrink(ops, failure, either);
      expect(shrunk.failure.core).toBe(failure.core);
      if (shrunk.others.length === 0) continue;
      expect(shrunk.others[0]?.failure.core).not.toBe(failure.core);
      return;
    }
    throw new Error('the other bug was never met');
  });

  it('drops what refers to ops that are gone', () => {
    const who = { proc: 0, thread: 0, fd: 0 };
    const ops: Op[] = [
      { op: 'open', id: 1, ...who },
      {
        op: 'write_read',
        id: 3,
        ...who,
        write: [
          { bc: 'BC_FREE_BUFFER', buffer: { of: 2 } },
          {
            bc: 'BC_TRANSACTION',
            target: 0,
            code: 0,
            flags: 0,
            message: { size: 24, objects: [{ type: 'HANDLE', at: 0, handle: { of: 2 } }] },
          },
        ],
      },
      { op: 'write_read', id: 4, ...who, write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 3, cmd: 1 } }] },
      { op: 'write_read', id: 5, ...who, write: [{ bc: 'BC_ACQUIRE', handle: { of: 2 } }] },
    ];
    expect(repair(ops)).toEqual([
      ops[0],
      {
        op: 'write_read',
        id: 3,
        ...who,
        write: [{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message: { size: 24 } }],
      },
      { op: 'write_read', id: 4, ...who, write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 3 } }] },
    ]);
  });
});

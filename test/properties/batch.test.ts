import { describe, expect, it } from 'vitest';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { driverWithFault } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Batch } from '../../properties/batch.ts';
import { Coverage } from '../../properties/coverage.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep, type LockstepOptions, type Step } from '../../properties/lockstep.ts';

const short = new OpLogArbitrary({ length: 150 });
const long = new OpLogArbitrary({ length: 2500 });
const logs = Array.from({ length: 12 }, (_, index) => (index === 5 ? long : short).draw(seederOf(41, index)));

type Options = Omit<LockstepOptions<ReturnType<typeof specification.initial>>, 'coverage' | 'onStep'>;

/** What a way of running the logs comes to: results, counts, steps. */
const oneByOne = (options: Options) => {
  const steps: Step[] = [];
  const coverage = new Coverage(WITNESSES);
  const results = logs.map(log => runLockstep({ ...options, coverage, onStep: step => steps.push(step) }, log));
  return {
    results: results.map(({ ops, skipped, failure, shown }) => ({ ops, skipped, failure, shown })),
    steps,
    record: coverage.record(),
  };
};

const together = (options: Options) => {
  const steps: Step[] = [];
  const coverage = new Coverage(WITNESSES);
  const batch = new Batch({ ...options, onStep: step => steps.push(step) }, logs);
  const results = logs.map((_, index) => batch.judge(index, coverage));
  return {
    results: results.map(({ ops, skipped, failure, shown }) => ({ ops, skipped, failure, shown })),
    steps,
    record: coverage.record(),
  };
};

describe('a batch', () => {
  it('comes to what single runs come to', () => {
    const options = { specification, driver: new ImplTarget(), invariants: INVARIANTS };
    const batch = together(options);
    const single = oneByOne(options);
    expect(batch.results).toEqual(single.results);
    expect(batch.steps).toEqual(single.steps);
    // A batch follows one path at a time, so it holds no set whose width could be told.
    expect({ ...batch.record, widest: 0 }).toEqual({ ...single.record, widest: 0 });
    expect(batch.record.checkpoints).toBeGreaterThan(logs.length);
    expect(batch.results.every(({ failure }) => failure === undefined)).toBe(true);
  });

  it('finds the failures that single runs find', async () => {
    for (const name of ['node-cookie', 'oneway-parallel']) {
      const options = { specification, driver: new ImplTarget(await driverWithFault(name)), invariants: INVARIANTS };
      const { results } = together(options);
      expect(results).toEqual(oneByOne(options).results);
      expect(results.some(({ failure }) => failure !== undefined)).toBe(true);
    }
  });

  it('takes a driver that throws for a driver that fails', () => {
    class Throwing extends ImplTarget {
      #calls = 0;
      override perform(...args: Parameters<ImplTarget['perform']>): ReturnType<ImplTarget['perform']> {
        if (++this.#calls % 400 === 0) throw new Error('broken');
        return super.perform(...args);
      }
    }
    const batch = new Batch({ specification, driver: new Throwing() }, logs);
    const kinds = logs.map((_, index) => batch.judge(index, new Coverage()).failure?.kind);
    expect(kinds).toContain('crash');
  });
});

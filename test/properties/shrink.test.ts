import { beforeAll, describe, expect, it } from 'vitest';
import type { Return } from '../../abi/observation.ts';
import { OpLogSchema, type Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { repair } from '../../properties/shrink/edit.ts';
import { shrink, shrinkAsync, type Shrunk } from '../../properties/shrink/shrink.ts';
import { specification } from '../../model/model.ts';
import { Planted, seeded } from './toys.ts';

/** A fault of what a driver shows, with the length of the shortest log that shows it. */
interface Plant {
  readonly says: string;
  readonly shortest: number;
  /** Least share of logs that must end there, and the ceiling of the median of executions. */
  readonly share: number;
  readonly executions: number;
  readonly returned?: (one: Return) => Return;
  readonly seen?: (snapshot: Snapshot) => Snapshot;
}

const PLANTS: readonly Plant[] = [
  {
    // open; call handle 0 and read.
    says: 'a dead reply is shown as a failed one',
    shortest: 2,
    share: 0.9,
    executions: 60,
    returned: one => (one.br === 'BR_DEAD_REPLY' ? { br: 'BR_FAILED_REPLY' } : one),
  },
  {
    // Two opens, mmap, manager, send, read.
    says: 'a payload of 1,000 bytes or more is cut',
    shortest: 6,
    share: 0.9,
    executions: 150,
    returned: one => ('dataSize' in one && one.dataSize >= 1000 ? { ...one, dataSize: 999 } : one),
  },
  {
    // Two opens, mmap, manager, send an object and read.
    says: 'a node is announced without its cookie',
    shortest: 5,
    share: 0.9,
    executions: 130,
    returned: one => (one.br === 'BR_ACQUIRE' ? { ...one, cookie: 0 } : one),
  },
  {
    // Two opens, manager, hold it and ask, close or kill it, read.
    says: 'a death is told with another cookie',
    shortest: 6,
    share: 0.2,
    executions: 250,
    returned: one => (one.br === 'BR_DEAD_BINDER' ? { ...one, cookie: 1 } : one),
  },
  {
    // Two opens, mmap, manager, three oneways in one write.
    says: 'free async space is wrong from three buffers on',
    shortest: 5,
    share: 0.9,
    executions: 130,
    seen: snapshot => ({
      ...snapshot,
      procs: snapshot.procs.map(proc =>
        proc.buffers.filter(({ async }) => async === true).length > 2
          ? { ...proc, freeAsync: proc.freeAsync - 8 }
          : proc,
      ),
    }),
  },
  {
    // Two opens, two mmaps, manager, call, read, reply, read.
    says: 'a reply loses its code',
    shortest: 9,
    share: 0.4,
    executions: 230,
    returned: one => (one.br === 'BR_REPLY' && one.code !== 0 ? { ...one, code: 0 } : one),
  },
];

const arbitrary = new OpLogArbitrary({ length: 150 });

const testOf =
  (plant: Plant) =>
  (ops: readonly Op[]): Failure | undefined =>
    runLockstep(
      { specification, driver: new Planted(specification, plant), checkpointEvery: plant.seen === undefined ? 0 : 1 },
      ops,
    ).failure;

const SEEDS = 10;

const shrunkAll = (plant: Plant): readonly Shrunk[] => {
  const test = testOf(plant);
  const results: Shrunk[] = [];
  for (let seed = 1; results.length < SEEDS && seed < SEEDS * 40; seed++) {
    const ops = arbitrary.draw(seeded(seed));
    const failure = test(ops);
    if (failure !== undefined) results.push(shrink(ops, failure, test));
  }
  return results;
};

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

describe.each(PLANTS)('shrinking when $says', plant => {
  let results: readonly Shrunk[] = [];
  beforeAll(() => {
    results = shrunkAll(plant);
  });

  it('is found often enough to judge', () => {
    expect(results).toHaveLength(SEEDS);
  });

  it('ends at the shortest log', () => {
    const lengths = results.map(({ ops }) => ops.length);
    expect(Math.min(...lengths)).toBe(plant.shortest);
    expect(lengths.filter(length => length === plant.shortest).length / lengths.length).toBeGreaterThanOrEqual(
      plant.share,
    );
  });

  it('takes few executions', () => {
    expect(median(results.map(({ executions }) => executions))).toBeLessThanOrEqual(plant.executions);
  });

  it('gives a log that anyone can replay, of which no op can go', () => {
    const test = testOf(plant);
    for (const { ops, failure, minimal } of results) {
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
  const [plant] = PLANTS as [Plant];
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
    const many = await shrinkAsync(ops, failure, slowly, { parallel: 4 });
    const again = await shrinkAsync(ops, failure, slowly, { parallel: 4 });
    expect(many.ops).toEqual(again.ops);
    expect(many.ops).toHaveLength(one.ops.length);
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

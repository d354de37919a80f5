/** Certificates: what they claim is what executions show. */
import { describe, expect, it } from 'vitest';
import { CertificateSchema, type Certificate } from '../../abi/certificate.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import type { Failure } from '../../properties/failure.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { certify, type CertificateOptions, type Execution } from '../../properties/shrink/certificate.ts';
import { Planted, who } from './toys.ts';

/** Cuts every payload of 1,000 to 4,000 bytes. */
const driver = new Planted(specification, {
  returned: one =>
    'dataSize' in one && one.dataSize >= 1000 && one.dataSize <= 4000 ? { ...one, dataSize: 999 } : one,
});

const sent = (size: number): Op => ({
  op: 'write_read',
  id: 9,
  ...who(1),
  write: [{ bc: 'BC_TRANSACTION', target: 0, code: 7, flags: 1, message: { size } }],
});
/** A log that fails, with ids out of order, and nothing too much. */
const log: readonly Op[] = [
  { op: 'open', id: 3, ...who(0) },
  { op: 'mmap', id: 2, ...who(0), size: 16384 },
  { op: 'open', id: 5, ...who(1) },
  { op: 'ioctl', id: 4, ...who(0), cmd: 'BINDER_SET_CONTEXT_MGR' },
  sent(2000),
  { op: 'write_read', id: 12, ...who(0), read: { size: 256 } },
];

const execute = async (ops: readonly Op[]): Promise<Execution> => {
  const observations = new Map<number, Observation>();
  const { failure, skipped } = runLockstep(
    {
      specification,
      driver,
      checkpointEvery: 0,
      onStep: ({ op, observation }) => {
        observations.set(op.id, observation);
      },
    },
    ops,
  );
  return { failure, skipped, observations };
};

const certificateOf = async (ops: readonly Op[], options?: CertificateOptions): Promise<Certificate> => {
  const { failure } = await execute(ops);
  return certify(ops, failure as Failure, execute, options);
};

describe('a certificate', () => {
  it('is what its schema publishes', async () => {
    expect(CertificateSchema.safeParse(await certificateOf(log)).error?.issues ?? []).toEqual([]);
  });

  it('lists every op once with what its removal shows, and says that none can go', async () => {
    const { removals, minimal, complete } = await certificateOf(log);
    expect(removals.map(({ op, outcome }) => [op, outcome])).toEqual([
      [3, 'inapplicable'],
      [2, 'passes'],
      [5, 'passes'],
      [4, 'passes'],
      [9, 'passes'],
      [12, 'inapplicable'],
    ]);
    expect(minimal).toBe(true);
    expect(complete).toBe(true);
  });

  it('says what the failing op shows instead, and what cannot be performed any more', async () => {
    const { removals } = await certificateOf(log);
    const why = new Map(removals.map(({ op, why: words }) => [op, words]));
    expect(why.get(9)).toBe('without it op 12 write_read shows what is allowed: it waits');
    expect(why.get(12)).toBe('it is the op at which the log fails');
    expect(why.get(5)).toBe(
      'without it op 9 cannot be performed, and op 12 write_read shows what is allowed: it waits',
    );
  });

  it('finds the edges of a quantity to the unit', async () => {
    const { intervals } = await certificateOf(log);
    const size = intervals.find(({ path }) => path === 'write[0].message.size');
    expect(size).toEqual({
      op: 9,
      path: 'write[0].message.size',
      value: 2000,
      from: 1000,
      to: 4000,
      below: 'passes',
      above: 'passes',
    });
    const code = intervals.find(({ path }) => path === 'write[0].code');
    expect(code).toMatchObject({ from: 0, to: 0xffffffff, below: 'limit', above: 'limit' });
  });

  it('is not minimal where an op can go, and names that op', async () => {
    const { minimal, removals } = await certificateOf([
      ...log.slice(0, 3),
      { op: 'poll', id: 30, ...who(1) },
      ...log.slice(3),
    ]);
    expect(minimal).toBe(false);
    expect(removals.filter(({ outcome }) => outcome === 'same failure').map(({ op }) => op)).toEqual([30]);
  });

  it('removes commands and reads one by one as well', async () => {
    const both: Op = {
      op: 'write_read',
      id: 12,
      ...who(0),
      write: [{ bc: 'BC_ENTER_LOOPER' }, { bc: 'BC_EXIT_LOOPER' }],
      read: { size: 256 },
    };
    const { removals } = await certificateOf([...log.slice(0, -1), both]);
    expect(removals.filter(({ part }) => part !== undefined).map(({ part, outcome }) => [part, outcome])).toEqual([
      ['write[0]', 'same failure'],
      ['write[1]', 'same failure'],
      ['read', 'passes'],
    ]);
  });

  it('keeps to its budget and says that it is not complete', async () => {
    const { executions, complete, removals, minimal } = await certificateOf(log, { budget: 4 });
    expect(executions).toBeLessThanOrEqual(4);
    expect(removals).toHaveLength(4);
    expect(complete).toBe(false);
    expect(minimal).toBe(false);
  });

  it('is the same with several executions at once, in whichever order they answer', async () => {
    let late = 0;
    const slowly = async (ops: readonly Op[]): Promise<Execution> => {
      for (let turn = (late = (late + 5) % 7); turn > 0; turn--) await Promise.resolve();
      return execute(ops);
    };
    const { failure } = await execute(log);
    const many = await certify(log, failure as Failure, slowly, { parallel: 5 });
    expect(many).toEqual(await certificateOf(log));
  });
});

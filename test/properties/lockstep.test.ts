import { describe, expect, it } from 'vitest';
import type { Driver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { runRemote } from '../../properties/remote.ts';
import { specification } from '../../model/model.ts';
import { Distant, Planted, seeded } from './toys.ts';

const open: Op = { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 };
const version = (id: number): Op => ({ op: 'ioctl', id, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_VERSION' });

describe('lockstep', () => {
  it('drops what cannot be performed and says so', () => {
    const result = runLockstep({ specification, driver: new Planted(specification) }, [
      version(1),
      { ...open, id: 2 },
      version(3),
    ]);
    expect(result).toMatchObject({ ops: 2, skipped: [1] });
    expect(result.failure).toBeUndefined();
  });

  it('reports what a driver throws as a crash', () => {
    const driver: Driver = {
      reset() {},
      perform() {
        throw new TypeError('table 7 is full');
      },
      snapshot: () => undefined,
    };
    const { failure } = runLockstep({ specification, driver }, [open]);
    expect(failure).toMatchObject({ kind: 'crash', signature: 'crash driver open TypeError: table # is full' });
  });

  it('finds the op at which a snapshot began to differ', () => {
    const driver = new Planted(specification, {
      seen: snapshot => ({ ...snapshot, procs: snapshot.procs.map(proc => ({ ...proc, maxThreads: 0 })) }),
    });
    const ops: Op[] = [
      open,
      version(2),
      { op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_SET_MAX_THREADS', arg: { value: 4 } },
      version(4),
      version(5),
    ];
    const { failure } = runLockstep({ specification, driver, checkpointEvery: 100 }, ops);
    expect(failure).toMatchObject({
      kind: 'snapshot',
      op: { id: 3 },
      core: 'snapshot procs.*.maxThreads number!=number',
    });
  });

  it('counts rules, outcomes and returns', () => {
    const { coverage } = runLockstep({ specification, driver: new Planted(specification) }, [
      open,
      version(2),
      version(3),
    ]);
    const record = coverage.record();
    expect(record).toMatchObject({ sequences: 1, ops: 3, outcomes: { open: { OK: 1 }, BINDER_VERSION: { OK: 2 } } });
    expect(record.rules['IOC-01']).toBe(2);
    coverage.merge(record);
    expect(coverage.record()).toMatchObject({ ops: 6, outcomes: { BINDER_VERSION: { OK: 4 } } });
  });
});

describe('remote', () => {
  it('performs most ops of a sequence in few round trips and expects every delivery', async () => {
    const arbitrary = new OpLogArbitrary({ length: 120 });
    const seeder = seeded(5);
    let ops = 0;
    let roundTrips = 0;
    for (let run = 0; run < 20; run++) {
      const session = new Distant(new Planted(specification), { devices: 2 });
      const log = arbitrary.draw(seeder);
      const result = await runRemote({ specification, session, snapshot: true, invariants: INVARIANTS }, log);
      expect(result.failure?.explanation).toBeUndefined();
      ops += result.ops;
      roundTrips += session.roundTrips;
      for (const { step, observation } of session.seen) {
        const delivered = [observation.result, ...observation.completions.map(({ done }) => done)].flatMap(done =>
          done === 'pending' ? [] : (done.returns ?? []).filter(one => 'buffer' in one),
        );
        for (const one of delivered) {
          const fits = step.expected.some(
            ({ buffer, length }) =>
              buffer <= one.buffer &&
              one.buffer + Math.max(one.dataSize, one.offsetsAt - one.buffer + one.offsetsSize) <= buffer + length,
          );
          expect(fits, JSON.stringify({ one, step })).toBe(true);
        }
      }
    }
    expect(ops / roundTrips).toBeGreaterThan(20);
  });

  it('agrees with lockstep about a fault', async () => {
    const returned = (one: { readonly br: string }) =>
      one.br === 'BR_DEAD_REPLY' ? { br: 'BR_FAILED_REPLY' as const } : one;
    const log: Op[] = [
      open,
      {
        op: 'write_read',
        id: 2,
        proc: 0,
        thread: 0,
        fd: 0,
        write: [{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message: { size: 0 } }],
        read: { size: 256 },
      },
      version(3),
    ];
    const edit = { returned: returned as never };
    const near = runLockstep({ specification, driver: new Planted(specification, edit) }, log);
    const session = new Distant(new Planted(specification, edit), { devices: 2 });
    const far = await runRemote({ specification, session }, log);
    expect(far.failure?.signature).toBe(near.failure?.signature);
    expect(near.failure?.signature).toBe(
      'observation write_read[BC_TRANSACTION] result.returns.*.br BR_DEAD_REPLY!=BR_FAILED_REPLY',
    );
    expect(far.ops).toBe(2);
  });
});

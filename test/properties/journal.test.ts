/** What the specification tells of the history of a sequence, and how a driver is held to it. */
import { describe, expect, it, test } from 'vitest';
import type { Journal } from '../../abi/journal.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import { SpecificationTarget } from '../../conformance/targets/model.ts';
import { specification } from '../../model/model.ts';
import { Batch } from '../../properties/batch.ts';
import { Coverage } from '../../properties/coverage.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { Failure } from '../../properties/failure.ts';
import { agreesWith, TOLD } from '../../properties/journal/agree.ts';
import { Judge } from '../../properties/judge.ts';
import { runLockstep } from '../../properties/lockstep.ts';

const world = { devices: 2 };

/** The journal that the specification tells after a log. */
const told = (ops: readonly Op[], target = new SpecificationTarget(specification)): Journal => {
  target.reset(world);
  const judge = new Judge(specification, world);
  for (const op of ops) {
    const call = judge.call(op);
    if (judge.applicable(call)) expect(judge.observe(call, target.perform(call))).toBeUndefined();
  }
  return target.journal();
};

const at = { proc: 0, thread: 0, fd: 0 } as const;
const open = (id: number, proc = 0, fd = 0): Op => ({ op: 'open', id, proc, thread: 0, fd });
const call = (target: number, flags = 0) =>
  ({ bc: 'BC_TRANSACTION', target, code: 1, flags, message: { size: 8 } }) as const;
const fileOwners = (journal: Journal): readonly number[] => journal.processes.map(({ proc }) => proc);

/** A context manager that is process 0, and a client that is process 1. */
const MANAGED: readonly Op[] = [
  open(1),
  { op: 'mmap', id: 2, ...at, size: 8192 },
  { op: 'ioctl', id: 3, ...at, cmd: 'BINDER_SET_CONTEXT_MGR' },
  open(4, 1),
  { op: 'mmap', id: 5, ...at, proc: 1, size: 8192 },
];

describe('the counts', () => {
  it('have every word with a low byte up to 18, known or not (WR-10)', () => {
    const { total } = told([
      open(1),
      { op: 'write_read', id: 2, ...at, write: [{ bc: 'BC_ENTER_LOOPER' }, { bc: 'RAW', word: 0xffffff04 }] },
      { op: 'write_read', id: 3, ...at, write: [{ bc: 'RAW', word: 0x6313 }] },
    ]);
    expect(total.commands).toEqual({ BC_ENTER_LOOPER: 1, BC_INCREFS: 1 });
  });

  it('have no word that could not be read', () => {
    const write: Op = { op: 'write_read', id: 2, ...at, write: [{ bc: 'BC_ENTER_LOOPER' }], writeLimit: 2 };
    expect(told([open(1), write]).total.commands).toEqual({});
  });

  it('have each return once it is stored, but never BR_NOOP (READ-43)', () => {
    const { total, stats } = told([open(1), { op: 'write_read', id: 2, ...at, write: [call(7)], read: { size: 256 } }]);
    expect(total.returns).toEqual({ BR_FAILED_REPLY: 1 });
    expect(stats).toEqual([{ proc: 0, device: 0, commands: { BC_TRANSACTION: 1 }, returns: { BR_FAILED_REPLY: 1 } }]);
  });

  it('have each object when it is made, also one that does not last (DBG-10)', () => {
    const { made } = told([
      ...MANAGED,
      { op: 'write_read', id: 6, ...at, proc: 1, write: [call(0)] },
      { op: 'write_read', id: 7, ...at, proc: 1, write: [call(7)] },
      { op: 'kill', id: 8, proc: 0 },
      { op: 'kill', id: 9, proc: 1 },
    ]);
    expect(made).toEqual({ proc: 2, thread: 2, node: 1, transaction: 1, transaction_complete: 1 });
  });

  it('of all together outlive the open files', () => {
    const { total, stats } = told([
      open(1),
      { op: 'write_read', id: 2, ...at, write: [{ bc: 'BC_ENTER_LOOPER' }] },
      { op: 'close', id: 3, ...at },
    ]);
    expect(total.commands).toEqual({ BC_ENTER_LOOPER: 1 });
    expect(stats).toEqual([]);
  });
});

describe('the logs', () => {
  it('keep the last 32 lines, the oldest first (DBG-12)', () => {
    const calls = Array.from({ length: 40 }, (_, index): Op => {
      const write = [call(0, index % 2)];
      return { op: 'write_read', id: 10 + index, ...at, proc: 1, write, read: { size: 256 } };
    });
    const { log, failed } = told([...MANAGED.slice(3), ...calls]);
    expect(log).toHaveLength(32);
    expect(failed).toEqual(log);
    const kinds = log.slice(0, 4).map(({ kind }) => kind);
    expect(kinds).toEqual(['call', 'async', 'call', 'async']);
    expect(log.map(({ id }) => id)).toEqual(Array.from({ length: 32 }, (_, index) => 9 + index));
  });

  it('name the receiver, its thread only where one is addressed, and the node (DBA-05)', () => {
    const { log, failed } = told([
      ...MANAGED,
      { op: 'write_read', id: 6, ...at, write: [{ bc: 'BC_ENTER_LOOPER' }] },
      { op: 'write_read', id: 7, ...at, proc: 1, write: [call(0)] },
      { op: 'write_read', id: 8, ...at, read: { size: 256 } },
      { op: 'write_read', id: 9, ...at, write: [{ bc: 'BC_REPLY', code: 0, flags: 0, message: { size: 4 } }] },
      { op: 'write_read', id: 10, ...at, write: [{ bc: 'BC_REPLY', code: 0, flags: 0, message: { size: 4 } }] },
    ]);
    const common = { device: 0, handle: 0, offsetsSize: 0, finished: true };
    expect(log).toMatchObject([
      {
        ...common,
        kind: 'call',
        from: { proc: 1, thread: { thread: 0 } },
        to: { proc: 0, thread: 'none' },
        node: 1,
        code: 0,
      },
      {
        ...common,
        kind: 'reply',
        from: { proc: 0, thread: { thread: 0 } },
        to: { proc: 1, thread: { thread: 0 } },
        node: 0,
        dataSize: 4,
      },
      { ...common, kind: 'reply', to: { proc: 'none', thread: 'none' }, code: 29201, param: -71 },
    ]);
    expect(failed).toEqual(log.slice(2));
  });

  it('name the opener of the file, and the holder whose thread it is (TXN-46)', () => {
    const { log, state } = told([
      ...MANAGED,
      { op: 'share', id: 6, ...at, proc: 1, to: 2, as: 0 },
      { op: 'write_read', id: 7, ...at, proc: 2, write: [call(0)] },
    ]);
    expect(log).toMatchObject([{ from: { proc: 1, thread: { thread: 0, holder: 2 } } }]);
    expect(state[0]).toMatchObject({ proc: 1, threads: [{ thread: 0, holder: 2 }] });
  });

  it('of failures have no call whose receiver died later (DBG-13)', () => {
    const { log, failed } = told([
      ...MANAGED,
      { op: 'write_read', id: 6, ...at, proc: 1, write: [call(0)] },
      { op: 'kill', id: 7, proc: 0 },
    ]);
    expect(log).toHaveLength(1);
    expect(failed).toEqual([]);
  });
});

describe('the files', () => {
  it('list the newest open file first (DBA-07)', () => {
    const { state, stats } = told([open(1), open(2, 1), open(3, 0, 1)]);
    expect(state.map(({ proc }) => proc)).toEqual([0, 1, 0]);
    expect(stats.map(({ proc }) => proc)).toEqual([0, 1, 0]);
  });

  it('of a process list every open file of it, and belong to the first (DBG-09, PROC-05)', () => {
    const two = [open(1), open(2, 0, 1)];
    expect(told(two).processes.map(({ listed }) => listed.length)).toEqual([2]);
    const orphaned: Op[] = [...two, { op: 'close', id: 3, ...at }];
    expect(fileOwners(told(orphaned))).toEqual([]);
    expect(fileOwners(told([...orphaned, open(4, 0, 2)]))).toEqual([]);
    const emptied: Op[] = [...orphaned, { op: 'close', id: 4, ...at, fd: 1 }, open(5, 0, 2)];
    expect(fileOwners(told(emptied))).toEqual([0]);
  });

  it('that are read one after the other may each queue a node once more (DBG-14)', () => {
    const judge = new Judge(specification, world);
    const target = new SpecificationTarget(specification);
    target.reset(world);
    for (const op of readOpLog('test/regressions/looking-at-two-files-queues-twice.json').ops) {
      const asked = judge.call(op);
      expect(judge.observe(asked, target.perform(asked))).toBeUndefined();
    }
    const { state } = judge.hypotheses[0] as (typeof judge.hypotheses)[number];
    const looks = specification.historian?.looks(state);
    const queued = (moments: readonly Snapshot[] = []): readonly number[] =>
      moments.map(({ procs }) => procs.find(({ proc }) => proc === 1)?.todo.length ?? -1);
    expect(queued(looks?.state)).toEqual([0, 2, 0]);
    expect(queued(looks?.transactions)).toEqual([0, 1, 0]);
    expect(queued(looks?.processes)).toEqual([0, 2, 0]);
  });

  it('of transactions leave out who has nothing to show (DBG-08)', () => {
    expect(told(MANAGED).transactions).toEqual([]);
    const { transactions } = told([...MANAGED, { op: 'write_read', id: 6, ...at, proc: 1, write: [call(0)] }]);
    expect(transactions).toMatchObject([
      { proc: 1, threads: [{ thread: 0 }], todo: 0 },
      { proc: 0, threads: [], nodes: [], todo: 1 },
    ]);
  });
});

describe('a driver', () => {
  const arbitrary = new OpLogArbitrary({ length: 100, devices: world.devices });
  const logs = Array.from({ length: 24 }, (_, index) => arbitrary.draw(seederOf(11, index)));

  it('tells what the specification tells, and so exercises every rule of the history', () => {
    const coverage = new Coverage();
    const driver = new ImplTarget();
    for (const ops of logs) {
      const { failure } = runLockstep({ specification, driver, journal: true, coverage }, ops);
      expect(failure).toBeUndefined();
    }
    const { rules } = coverage.record();
    for (const rule of TOLD) expect(rules[rule], rule).toBeGreaterThan(0);
  });

  /** The optimised driver with another journal. */
  const telling = (change: (journal: Journal) => Journal): ImplTarget =>
    new (class extends ImplTarget {
      override journal(): Journal {
        return change(super.journal());
      }
    })();

  test.for<[string, string, (journal: Journal) => Journal]>([
    ['WR-10', 'total.commands', ({ total, ...rest }) => ({ ...rest, total: { ...total, commands: { BC_X: 1 } } })],
    ['DBG-10', 'made', journal => ({ ...journal, made: { ...journal.made, death: 99 } })],
    ['READ-43', 'total.returns', ({ total, ...rest }) => ({ ...rest, total: { ...total, returns: { BR_X: 1 } } })],
    ['DBA-07', 'state', journal => ({ ...journal, state: journal.state.toReversed() })],
    ['DBG-08', 'transactions', journal => ({ ...journal, transactions: journal.state })],
    ['PROC-05', 'processes', journal => ({ ...journal, processes: [] })],
    ['DBG-12', 'log', journal => ({ ...journal, log: journal.log.slice(1) })],
    ['DBA-05', 'log', journal => ({ ...journal, log: journal.log.map(line => ({ ...line, handle: 77 })) })],
    ['DBG-13', 'failed', journal => ({ ...journal, failed: [] })],
    [
      'DBG-09',
      'processes',
      journal => ({ ...journal, processes: journal.processes.map(file => ({ ...file, listed: [] })) }),
    ],
  ])('that tells otherwise fails by name: %s', ([rule, place, change]) => {
    const driver = telling(change);
    let found: Failure | undefined;
    for (const ops of logs) found ??= runLockstep({ specification, driver, journal: true }, ops).failure;
    expect(found).toMatchObject({ kind: 'journal', core: expect.stringMatching(new RegExp(`^journal ${place}`)) });
    expect(found?.rules).toEqual([rule]);
  });

  it('is found by a batch as by single runs, in the sequences whose journal is compared', () => {
    const driver = telling(journal => ({ ...journal, failed: [] }));
    const batch = new Batch({ specification, driver }, logs, index => index % 2 === 0);
    const cores = logs.map((_, index) => batch.judge(index, new Coverage()).failure?.core);
    const single = logs.map(
      (ops, index) => runLockstep({ specification, driver, journal: index % 2 === 0 }, ops).failure?.core,
    );
    expect(cores).toEqual(single);
    expect(cores.some(core => core !== undefined)).toBe(true);
  });

  it('may number otherwise where others share its counter', () => {
    const journal = told(logs[0] as readonly Op[], undefined);
    const shift = (id: number): number => (id === 0 ? 0 : id + 1000);
    const lines = (log: Journal['log']): Journal['log'] =>
      log.map(line => ({ ...line, id: shift(line.id), node: shift(line.node) }));
    const listed = (files: Journal['state']): Journal['state'] =>
      files.map(file => ({
        ...file,
        nodes: file.nodes.map(shift),
        refs: file.refs.map(shift),
        buffers: file.buffers.map(shift),
      }));
    const shifted: Journal = {
      ...journal,
      log: lines(journal.log),
      failed: lines(journal.failed),
      state: listed(journal.state),
      transactions: listed(journal.transactions),
      processes: journal.processes.map(file => ({ ...file, listed: listed(file.listed) })),
    };
    expect(journal.log.length).toBeGreaterThan(0);
    expect(agreesWith(journal, shifted, true)).toBe(false);
    expect(agreesWith(journal, shifted, false)).toBe(true);
  });
});

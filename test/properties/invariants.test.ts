import { beforeAll, describe, expect, it } from 'vitest';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { comparable } from '../../properties/agree.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { distance } from '../../properties/difference.ts';
import { commandsOf, differs } from '../../properties/failure.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { edited } from '../../properties/shrink/leaves.ts';
import { specification } from '../../model/model.ts';
import { Planted, who } from './toys.ts';

/** A call that is served and calls back, a queue of oneways, a weak handle, a parked reader. */
const LOG: readonly Op[] = [
  { op: 'open', id: 1, ...who(0) },
  { op: 'mmap', id: 2, ...who(0), size: 16384 },
  { op: 'ioctl', id: 3, ...who(0), cmd: 'BINDER_SET_CONTEXT_MGR' },
  { op: 'open', id: 4, ...who(1) },
  { op: 'mmap', id: 5, ...who(1), size: 8192 },
  {
    op: 'write_read',
    id: 6,
    ...who(1),
    write: [
      {
        bc: 'BC_TRANSACTION',
        target: 0,
        code: 1,
        flags: 0,
        message: {
          size: 48,
          objects: [
            { type: 'BINDER', at: 0, ptr: 16, cookie: 17 },
            { type: 'WEAK_BINDER', at: 24, ptr: 32, cookie: 33 },
          ],
        },
      },
    ],
  },
  { op: 'write_read', id: 7, ...who(0), read: { size: 256 } },
  {
    op: 'write_read',
    id: 8,
    ...who(0),
    write: [{ bc: 'BC_TRANSACTION', target: { of: 6 }, code: 2, flags: 0, message: { size: 8 } }],
  },
  ...[9, 10, 11].map((id): Op => ({
    op: 'write_read',
    id,
    ...who(1, 1),
    write: [{ bc: 'BC_TRANSACTION', target: 0, code: 3, flags: 1, message: { size: 100 } }],
  })),
  { op: 'write_read', id: 12, ...who(1, 2), write: [{ bc: 'BC_ENTER_LOOPER' }] },
  { op: 'write_read', id: 13, ...who(1, 2), read: { size: 256 } },
];

type Change = (old: unknown, seen: Snapshot) => unknown;
const to =
  (value: unknown): Change =>
  () =>
    value;
const reversed: Change = old => [...(old as unknown[])].reverse();
const pushed =
  (item: (seen: Snapshot) => unknown): Change =>
  (old, seen) => [...(old as unknown[]), item(seen)];
const waiting = (seen: Snapshot): object => seen.procs[0]?.todo[0] ?? {};

/** One edit of the snapshot for each invariant that must notice it. */
const EDITS: Readonly<Record<string, readonly [path: string, change: Change]>> = {
  'INV-BUFFER-01': ['procs.0.buffers.0.offset', to(4)],
  'INV-BUFFER-02': ['procs.0.buffers.1.offset', to(8)],
  'INV-BUFFER-03': ['procs.0.freeAsync', to(8184)],
  'INV-BUFFER-04': ['procs.0.freeAsync', to(-8)],
  'INV-BUFFER-05': ['procs.1.freeAsync', to(0)],
  'INV-BUFFER-06': ['procs.0.buffers.0.id', to(999)],
  'INV-BUFFER-07': ['procs.0.buffers.1.userMayFree', to(true)],
  'INV-BUFFER-08': ['procs.1.arena', to(0)],
  'INV-PAGE-01': ['procs.0.pages.free', to(9)],
  'INV-PAGE-02': ['procs.0.pages', to({ active: 2, lru: 0, free: 2, highWatermark: 2 })],
  'INV-PAGE-03': ['procs.0.pages.highWatermark', to(0)],
  'INV-NODE-01': ['procs.1.nodes.0.internalStrong', to(2)],
  'INV-NODE-02': ['procs.1.nodes.0.refs', to(0)],
  'INV-NODE-03': ['procs.0.refs', to([])],
  'INV-NODE-04': ['deadNodes', (_, seen) => seen.procs[1]?.nodes],
  'INV-NODE-05': ['procs.1.nodes.0.localWeak', to(-1)],
  'INV-NODE-06': ['procs.0.nodes.0.hasAsync', to(false)],
  'INV-NODE-07': ['procs.0.nodes.0.asyncTodo', reversed],
  'INV-NODE-08': ['procs.1.nodes.1.ptr', to(16)],
  'INV-NODE-09': ['procs.1.nodes.1.id', (_, seen) => seen.procs[1]?.nodes[0]?.id],
  'INV-REF-01': ['procs.0.refs.1.weak', to(0)],
  'INV-REF-02': ['procs.0.refs.1.handle', to(1)],
  'INV-REF-03': ['procs.0.refs.0.dead', to(true)],
  'INV-REF-04': ['procs.1.refs', pushed(seen => ({ ...seen.procs[0]?.refs[0], id: 777 }))],
  'INV-REF-05': ['procs.0.device', to(1)],
  'INV-REF-06': ['procs.0.refs', old => (old as object[]).map(ref => ({ ...ref, handle: 0 }))],
  'INV-THREAD-01': ['procs.0.requestedThreads', to(2)],
  'INV-THREAD-02': ['procs.1.readyThreads', to(2)],
  'INV-THREAD-03': ['procs.1.threads.2.todo', pushed(() => ({ work: 'spam_suspect' }))],
  'INV-THREAD-04': ['procs.0.readyThreads', to(1)],
  'INV-THREAD-05': ['procs.0.threads.0.looper', to(64)],
  'INV-THREAD-06': ['procs.1.threads.0.looper', to(8)],
  'INV-PROCESS-01': ['procs.1.proc', to(0)],
  'INV-TRANSACTION-01': ['procs.1.todo', pushed(waiting)],
  'INV-TRANSACTION-02': ['procs.1.todo', pushed(() => ({ work: 'transaction', id: 999 }))],
  'INV-TRANSACTION-03': ['procs.1.threads.0.stack', to([])],
  'INV-TRANSACTION-04': ['procs.1.threads.2.stack', pushed(seen => ({ ...waiting(seen), direction: 'incoming' }))],
  'INV-TRANSACTION-05': ['transactions.0.flags', to(1)],
  'INV-TRANSACTION-06': ['procs.0.threads.0.stack', reversed],
  'INV-TRANSACTION-07': ['procs.0.threads.0.stack.1.direction', to('outgoing')],
  'INV-CENSUS-01': ['census.proc', to(3)],
  'INV-CENSUS-02': ['census.thread', to(1)],
  'INV-CENSUS-03': ['census.node', to(9)],
  'INV-CENSUS-04': ['census.ref', to(0)],
  'INV-CENSUS-05': ['census.transaction', to(1)],
  'INV-CENSUS-06': ['census.transaction_complete', to(0)],
  'INV-CENSUS-07': ['procs.0.refs.0.death', to(true)],
  'INV-CENSUS-08': ['procs', to([])],
};

const changed = (seen: Snapshot, [path, change]: readonly [string, Change]): Snapshot => {
  const keys = path.split('.').map(key => (/^\d+$/.test(key) ? Number(key) : key));
  const old = keys.reduce<unknown>((at, key) => (at as Record<string | number, unknown>)[key], seen);
  return edited(seen, keys, change(old, seen));
};

describe('invariants', () => {
  let snapshot: Snapshot;
  beforeAll(() => {
    const driver = new Planted(specification);
    const { failure, skipped } = runLockstep(
      { specification, driver, checkpointEvery: 1, invariants: INVARIANTS },
      LOG,
    );
    expect(failure?.explanation).toBeUndefined();
    expect(skipped).toEqual([]);
    snapshot = driver.snapshot();
  });

  it.each(Object.keys(EDITS))('%s notices when it is broken', id => {
    const law = INVARIANTS.find(each => each.id === id);
    expect(law?.breaches(snapshot)).toEqual([]);
    expect(law?.breaches(changed(snapshot, EDITS[id] as readonly [string, Change]))).not.toEqual([]);
  });

  it('are all noticed when broken', () => {
    expect(Object.keys(EDITS).sort()).toEqual(INVARIANTS.map(({ id }) => id).sort());
  });

  it('have ids and sentences of their own', () => {
    for (const list of [INVARIANTS, WITNESSES]) {
      expect(new Set(list.map(({ id }) => id)).size).toBe(list.length);
      expect(new Set(list.map(({ says }) => says)).size).toBe(list.length);
    }
  });

  it('compare snapshots of a shared counter by rank, and blindly where a target cannot tell', () => {
    const shifted = structuredClone(snapshot);
    const move = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const record = value as Record<string, unknown>;
      if (typeof record['id'] === 'number') record['id'] += 100;
      if (typeof record['node'] === 'number' && 'handle' in record) record['node'] += 100;
      if (Array.isArray(record['asyncTodo']))
        record['asyncTodo'] = (record['asyncTodo'] as number[]).map(id => id + 100);
      for (const item of Object.values(record)) move(item);
    };
    move(shifted);
    const blind = changed(changed(shifted, ['census', to(null)]), ['procs.0.buffers.0.async', to(null)]);
    const [left, right] = comparable(snapshot, blind, false);
    expect(left).toEqual(right);
  });
});

describe('failures', () => {
  const op = LOG[5] as Op;

  it('have signatures without numbers', () => {
    const failure = differs(
      'observation',
      op,
      { result: { status: 'OK', returns: [{ br: 'BR_NOOP' }, { br: 'BR_REPLY', code: 77 }] } },
      [{ result: { status: 'OK', returns: [{ br: 'BR_NOOP' }, { br: 'BR_REPLY', code: 78 }] } }],
      ['TXN-37'],
      [],
    );
    expect(failure.signature).toBe('observation write_read[BC_TRANSACTION] result.returns.*.code number!=number');
    expect(failure.core).toBe('observation done.returns.*.code number!=number of delivery');
    expect(failure.explanation.join(' ')).toContain('77');
  });

  it('compare with the nearest of what was allowed', () => {
    const seen = { result: { status: 'OK', wrote: 4, read: 0 } };
    const failure = differs(
      'observation',
      op,
      seen,
      [{ result: 'pending' }, { result: { status: 'OK', wrote: 8, read: 0 } }],
      [],
      [],
    );
    expect(failure.core).toBe('observation done.wrote number!=number');
    expect(distance(seen, { result: { status: 'OK', wrote: 8, read: 0 } })).toBe(1);
  });

  it('name the commands of a write once each', () => {
    expect(commandsOf(op)).toEqual(['BC_TRANSACTION']);
    expect(commandsOf(LOG[2] as Op)).toEqual(['BINDER_SET_CONTEXT_MGR']);
    expect(commandsOf(LOG[6] as Op)).toEqual([]);
  });
});

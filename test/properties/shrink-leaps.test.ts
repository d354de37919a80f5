/** Logs told in another way: what the shortcuts make of a log, what the specification says of it, and which ones come first. */
import { describe, expect, it } from 'vitest';
import type { CommandSpec, Op } from '../../abi/op.ts';
import type { Specification } from '../../abi/specification.ts';
import { specification } from '../../model/model.ts';
import { breaks, type Failure } from '../../properties/failure.ts';
import { DEFAULT_WORLD, runLockstep } from '../../properties/lockstep.ts';
import { endings, loud, ownWorkAlone, together, twice } from '../../properties/shrink/causes.ts';
import { byNumber, countsByCommand, theManagers, toTheManager } from '../../properties/shrink/handles.ts';
import { leaps } from '../../properties/shrink/leaps.ts';
import { phaseAfter } from '../../properties/shrink/passes.ts';
import { holeAtTheEnd, replacedWhileFrozen } from '../../properties/shrink/rooms.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrink } from '../../properties/shrink/shrink.ts';
import { Planted, returnsOf, setup, who } from './toys.ts';

type Transaction = Extract<CommandSpec, { bc: 'BC_TRANSACTION' }>;
const sent = (message: Transaction['message'], over: Partial<Transaction> = {}): Transaction => ({
  ...{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message },
  ...over,
});
const oneway = { flags: 1 };
const writes = (id: number, proc: number, ...write: CommandSpec[]): Op => ({
  op: 'write_read',
  id,
  ...who(proc),
  write,
});
const reads = (id: number, proc: number, thread = 0): Op => ({
  op: 'write_read',
  id,
  ...who(proc, thread),
  read: { size: 256 },
});
const node = (flags?: number) => ({
  size: 24,
  objects: [{ type: 'BINDER' as const, at: 0, ptr: 16, cookie: 17, ...(flags === undefined ? {} : { flags }) }],
});

const ids = (ops: readonly Op[] | undefined): readonly number[] => (ops ?? []).map(({ id }) => id);

describe('a handle that was given', () => {
  /** Process 1 gives a node to the manager, which calls it. */
  const log = [
    ...setup,
    writes(6, 1, sent(node(256))),
    reads(7, 0),
    writes(8, 0, sent({ size: 8 }, { target: { of: 6 }, flags: 1 })),
    reads(9, 1, 1),
  ];

  it('is called as the manager: its owner takes the seat, with the flags of the node', () => {
    const short = [...toTheManager(log)].find(ops => ids(ops).join() === '1,2,3,4,5,8,9');
    expect(short?.[4]).toMatchObject({ proc: 1, cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags: 256 } });
    expect(returnsOf(short ?? [])).toContain('BR_TRANSACTION');
  });

  it('is named by its number, and nobody reads what it came in', () => {
    const short = [...byNumber(log)].find(ops => ids(ops).join() === '1,2,3,4,5,6,8,9');
    expect(short?.[6]).toMatchObject({ write: [{ target: 1 }] });
    expect(returnsOf(short ?? [])).toContain('BR_TRANSACTION');
  });

  it('becomes the manager’s, on which the user takes a count itself', () => {
    const watching = [
      ...log.slice(0, 7),
      writes(8, 0, { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: { of: 6 }, cookie: 3 }),
      { op: 'kill', id: 9, proc: 1 } satisfies Op,
    ];
    const short = [...theManagers(watching)].find(ops => ids(ops).join() === '1,2,3,4,5,8,9');
    expect(short?.[5]).toMatchObject({
      proc: 1,
      write: [
        { bc: 'BC_ACQUIRE', handle: 0 },
        { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0 },
      ],
    });
    expect(returnsOf([...(short ?? []), reads(10, 1)])).toContain('BR_DEAD_BINDER');
  });

  it('is counted by commands where a message counted it', () => {
    const counting = [...setup, writes(6, 1, sent({ size: 24, objects: [{ type: 'HANDLE', at: 0, handle: 0 }] }))];
    const [first] = [...countsByCommand(counting)];
    expect(first?.at(-1)).toMatchObject({
      write: [
        { bc: 'BC_ACQUIRE', handle: 0 },
        { bc: 'BC_RELEASE', handle: 0 },
      ],
    });
  });
});

describe('work that others make', () => {
  const log = [...setup, reads(6, 0), writes(7, 1, sent({ size: 0 }, oneway))];

  it('is made by the thread itself, with nobody else there', () => {
    const alone = [...ownWorkAlone(log)].find(ops => ids(ops).join() === '1,2,5,6');
    expect(returnsOf(alone ?? [])).toContain('BR_FAILED_REPLY');
  });

  it('ends where a thread exits or a process goes', () => {
    const last = [...endings(log)].filter(ops => ops.at(-1)?.id === 7).map(ops => ops.at(-1));
    expect(last).toContainEqual({ op: 'kill', id: 7, proc: 0 });
    expect(last).toContainEqual({ op: 'ioctl', id: 7, ...who(1), cmd: 'BINDER_THREAD_EXIT' });
  });

  it('is made twice, with bytes that were not there, or in one message', () => {
    expect([...twice(log)].map(ops => ops.at(-1))).toEqual([
      { ...log.at(-1), write: [sent({ size: 0 }, oneway), sent({ size: 0 }, oneway)] },
    ]);
    const [heard] = [...loud([writes(6, 1, sent({ size: 9 }), sent({ size: 0 }))])];
    expect(heard).toEqual([writes(6, 1, sent({ size: 9, fill: 1 }), sent({ size: 0 }))]);
    const [whole] = [...together([...setup, writes(6, 1, sent(node()), sent(node(), oneway))])];
    expect(whole?.at(-1)).toMatchObject({ write: [{ message: { objects: [{ at: 0 }, { at: 40 }] } }] });
    expect(returnsOf([...(whole ?? []), reads(9, 0)])).toContain('BR_TRANSACTION');
  });
});

describe('the room of a mapping', () => {
  it('has a hole at its end that the last message leaves so many bytes of', () => {
    const log = [...setup, writes(6, 1, sent({ size: 100 }, oneway))];
    const sizes = [...holeAtTheEnd(log)].map(ops => {
      const op = ops.at(-1);
      return op?.op === 'write_read' ? op.write?.map(each => ('message' in each ? each.message.size : 0)) : undefined;
    });
    expect(sizes).toEqual([
      [4096 - 104, 100],
      [4096 - 112, 100],
      [4096 - 120, 100],
    ]);
    for (const ops of holeAtTheEnd(log)) expect(returnsOf([...ops, reads(7, 1)])).not.toContain('BR_FAILED_REPLY');
  });

  it('is given back by oneways that take the place of others, where it was read and freed', () => {
    const log = [
      ...setup,
      writes(6, 1, sent({ size: 100 }, oneway)),
      reads(7, 0),
      writes(8, 0, { bc: 'BC_FREE_BUFFER', buffer: { of: 6 } }),
    ];
    const left = [...replacedWhileFrozen(log)].map(ops => {
      expect(ids(ops)).toEqual([1, 2, 3, 4, 5, 6, 8]);
      const driver = new Planted(specification, {});
      runLockstep({ specification, driver }, ops);
      const last = ops.at(-1);
      const messages = last?.op === 'write_read' ? (last.write?.length ?? 0) : 0;
      return messages - (driver.snapshot().procs[0]?.buffers.length ?? 0);
    });
    expect(Math.max(...left)).toBeGreaterThan(0);
    expect([...replacedWhileFrozen(log.slice(0, -1))]).toEqual([]);
  });
});

describe('the leaps of a log', () => {
  const log = [
    ...setup,
    writes(6, 1, sent(node())),
    reads(7, 0),
    writes(8, 0, sent({ size: 1000 }, { target: { of: 6 }, flags: 1 })),
    reads(9, 1, 1),
  ];
  const cut = new Planted(specification, {
    returned: one => ('dataSize' in one && one.dataSize >= 1000 ? { ...one, dataSize: 999 } : one),
  });
  const test = (ops: readonly Op[]): Failure | undefined =>
    runLockstep({ specification, driver: cut, checkpointEvery: 0 }, ops).failure;
  const failure = test(log) as Failure;
  const leapsOf = (most: number): readonly (readonly Op[])[] =>
    [...leaps(new Shadow(specification, DEFAULT_WORLD, log, failure), most).candidates(log, { at: 0 })].map(
      ({ ops }) => ops,
    );

  it('are shorter, different from each other, and no more than asked for', () => {
    const all = leapsOf(1000);
    for (const ops of all) expect(ops.length).toBeLessThan(log.length);
    expect(new Set(all.map(ops => JSON.stringify(ops))).size).toBe(all.length);
    expect(leapsOf(5)).toEqual(all.slice(0, 5));
  });

  it('have one among the first that fails in the same way, without an execution', () => {
    const executions = cut.performed;
    const first = leapsOf(8);
    expect(cut.performed).toBe(executions);
    expect(first.some(ops => test(ops)?.core === failure.core)).toBe(true);
  });
});

describe('a shrink that slides', () => {
  /** A dead reply is shown as a failed one, and a long payload is cut: two signs of one bug. */
  const driver = new Planted(specification, {
    returned: one =>
      one.br === 'BR_DEAD_REPLY'
        ? { br: 'BR_FAILED_REPLY' }
        : 'dataSize' in one && one.dataSize >= 1000
          ? { ...one, dataSize: 999 }
          : one,
  });
  const test = (ops: readonly Op[]): Failure | undefined =>
    runLockstep({ specification, driver, checkpointEvery: 0 }, ops).failure;
  const log = [...setup, { ...writes(6, 1, sent({ size: 1000 }, oneway)), read: { size: 256 } }, reads(7, 0)];

  it('takes a shorter log that fails in another way, and one that does not slide keeps to its failure', () => {
    const failure = test(log) as Failure;
    const slid = shrink(log, failure, test, { slides: true });
    const kept = shrink(log, failure, test);
    expect(slid.failure.core).not.toBe(failure.core);
    expect(kept.failure.core).toBe(failure.core);
    expect(slid.ops.length).toBeLessThan(kept.ops.length);
    expect(kept.others.map(each => each.failure.core)).toContain(slid.failure.core);
  });
});

describe('a shrink that slides to a log too tight for leaps', () => {
  const log = [...setup, writes(6, 1, sent({ size: 0 }))];
  const failing = (id: string, ops: readonly Op[]): Failure => breaks(id, 'a sign', [], ops.at(-1) as Op, []);
  const guide = (ops: readonly Op[], failure: Failure): Shadow<unknown> =>
    new Shadow(specification as Specification<unknown>, DEFAULT_WORLD, ops, failure);
  const first = failing('INV-A', log);
  const tight = [...leaps(guide(log, first), 50).candidates(log, { at: 0 })]
    .map(({ ops }) => ops)
    .find(ops => ops.length <= 3 && JSON.stringify(ops).includes('9999')) as readonly Op[];
  const text = JSON.stringify(tight);

  it('goes on with that log and comes to its end', () => {
    const test = (ops: readonly Op[]): Failure | undefined =>
      JSON.stringify(ops) === text ? failing('INV-B', ops) : undefined;
    const shrunk = shrink(log, first, test, { slides: true, guide });
    expect(shrunk.ops).toEqual(tight);
    expect(shrunk.failure.core).toBe('invariant INV-B');
    expect(shrunk.minimal).toBe(true);
  });
});

describe('the phases of a shrink', () => {
  it('end only after everything that was refused was tried again', () => {
    expect(phaseAfter('leap', false)).toBe('check');
    expect(phaseAfter('check', false)).toBeUndefined();
    for (const phase of ['first', 'cut', 'leap', 'check'] as const) expect(phaseAfter(phase, true)).toBe('cut');
  });
});

/** Scenes and other ways to tell a log, and logs that need no execution because of what others showed. */
import { describe, expect, it } from 'vitest';
import { OpLogSchema, type CommandSpec, type Op } from '../../abi/op.ts';
import type { Specification } from '../../abi/specification.ts';
import { specification } from '../../model/model.ts';
import type { Failure } from '../../properties/failure.ts';
import { DEFAULT_WORLD, runLockstep } from '../../properties/lockstep.ts';
import { endings, sooner } from '../../properties/shrink/causes.ts';
import { accepting } from '../../properties/shrink/pass.ts';
import { retell } from '../../properties/shrink/retell.ts';
import { leaps } from '../../properties/shrink/leaps.ts';
import { merge } from '../../properties/shrink/merge.ts';
import { join } from '../../properties/shrink/rewrites.ts';
import { alone, received, receivedAndGone, unreceived } from '../../properties/shrink/scenes.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrink, type ShrinkOptions } from '../../properties/shrink/shrink.ts';
import { PLANTS } from './plants.ts';
import { Planted, returnsOf, setup, who } from './toys.ts';

const oneway = (code = 0): CommandSpec => ({
  ...{ bc: 'BC_TRANSACTION', target: 0, code, flags: 1, message: { size: 0 } },
});
/** A log of so many ops, with ids that nobody would think of. */
const long = (length: number): readonly Op[] =>
  Array.from({ length }, (_, at): Op => ({ op: 'reclaim', id: 100 + 7 * at }));

describe('a scene', () => {
  const all = [alone, unreceived, received, receivedAndGone];
  const scenes = all.flatMap(scene => [...scene(long(20))]);

  it('is shorter than the log, and has ids of the log', () => {
    for (let length = 1; length < 10; length++) {
      const ops = long(length);
      for (const log of all.flatMap(scene => [...scene(ops)])) {
        expect(log.length).toBeLessThan(length);
        expect(ops.map(({ id }) => id)).toEqual(expect.arrayContaining(log.map(({ id }) => id)));
      }
    }
  });

  it('is a log that anyone can replay, and of which every op is performed', () => {
    for (const ops of scenes) {
      expect(OpLogSchema.safeParse({ format: 'binder-spec/op-log', version: 1, ops }).success).toBe(true);
      let performed = 0;
      runLockstep({ specification, driver: new Planted(specification), onStep: () => void performed++ }, ops);
      expect(performed).toBe(ops.length);
    }
  });

  it('shows between them deaths, failures, and messages with objects', () => {
    const returns = new Set(scenes.flatMap(returnsOf));
    for (const br of ['BR_TRANSACTION', 'BR_ACQUIRE', 'BR_DEAD_REPLY', 'BR_FAILED_REPLY', 'BR_DEAD_BINDER'])
      expect(returns).toContain(br);
  });
});

describe('commands of one op', () => {
  it('change places, and what names one of them goes along', () => {
    const log: readonly Op[] = [
      ...setup,
      { op: 'write_read', id: 6, ...who(1), write: [oneway(1), oneway(2), oneway(3)] },
      { op: 'write_read', id: 7, ...who(0), write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 6, cmd: 2 } }] },
    ];
    const told = [...sooner(log)].map(ops =>
      ops
        .slice(5)
        .map(op =>
          op.op === 'write_read'
            ? op.write?.map(each => ('code' in each ? each.code : 'buffer' in each && each.buffer))
            : [],
        ),
    );
    expect(told).toEqual([
      [[2, 1, 3], [{ of: 6, cmd: 2 }]],
      [[3, 1, 2], [{ of: 6, cmd: 0 }]],
    ]);
  });
});

describe('an op', () => {
  it('gives way to the end of a process, of its file or of its mapping', () => {
    const log: readonly Op[] = [...setup, { op: 'write_read', id: 6, ...who(1), write: [oneway()] }];
    const last = [...endings(log)].map(ops => ops.at(-1)?.op);
    expect(new Set(last)).toEqual(new Set(['ioctl', 'kill', 'close', 'munmap']));
  });
});

describe('a log retold with one client', () => {
  it('has the nice value set by the client and looked at in the manager', () => {
    const log: readonly Op[] = [
      ...setup,
      { op: 'set_nice', id: 6, proc: 0, thread: 0, nice: -7 },
      { op: 'write_read', id: 7, ...who(1), write: [oneway()] },
      { op: 'write_read', id: 8, ...who(0), read: { size: 256 } },
      { op: 'get_nice', id: 9, proc: 1, thread: 0 },
    ];
    for (const { ops } of retell.candidates(log, { at: 0 })) {
      expect(ops.find(({ op }) => op === 'set_nice')).toMatchObject({ proc: 1 });
      expect(ops.find(({ op }) => op === 'get_nice')).toMatchObject({ proc: 0 });
    }
  });

  it('is told to a manager that takes files, where files are sent', () => {
    const sends: Op = {
      ...{ op: 'write_read', id: 6, ...who(1) },
      write: [
        {
          ...{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 1 },
          message: { size: 24, objects: [{ type: 'FD', at: 0, fd: { file: 0 } }] },
        },
      ],
    };
    const reads: Op = { op: 'write_read', id: 7, ...who(0), read: { size: 256 } };
    const log = [...setup, sends, reads];
    expect(returnsOf(log)).not.toContain('BR_TRANSACTION');
    expect(returnsOf(accepting(log))).toContain('BR_TRANSACTION');
    expect(accepting(setup)).toBe(setup);
  });
});

describe('a file that was given', () => {
  it('gives way to a file that the receiver opened itself', () => {
    const log: readonly Op[] = [
      ...setup,
      { op: 'share', id: 6, ...who(0), to: 1, as: 3 },
      { op: 'flush', id: 7, proc: 1, thread: 0, fd: 3 },
    ];
    const told = [...merge.candidates(log, { at: 0 })].map(({ ops }) => ops);
    expect(told).toContainEqual([...setup, { op: 'flush', id: 7, proc: 1, thread: 0, fd: 0 }]);
  });
});

describe('two ops of a thread', () => {
  it('become one that reads nothing, where only the first one read', () => {
    const log: readonly Op[] = [
      ...setup,
      { op: 'write_read', id: 6, ...who(1), write: [oneway(1)], read: { size: 256 } },
      { op: 'write_read', id: 7, ...who(1), write: [oneway(2)] },
    ];
    const last = [...join.candidates(log, { at: 0 })].map(({ ops }) => ops.at(-1));
    expect(last).toContainEqual({ op: 'write_read', id: 6, ...who(1), write: [oneway(1), oneway(2)] });
  });
});

describe('a shrink', () => {
  const plant = PLANTS.find(({ says }) => says.startsWith('free async space'));
  const driver = new Planted(specification, plant);
  const log: readonly Op[] = [
    ...setup,
    ...[1, 2, 3].map((code, at): Op => ({ op: 'write_read', id: 6 + at, ...who(1), write: [oneway(code)] })),
  ];
  const guide = (ops: readonly Op[], failure: Failure): Shadow<unknown> =>
    new Shadow(specification as Specification<unknown>, DEFAULT_WORLD, ops, failure);

  const shrunk = (options: ShrinkOptions) => {
    const passed: string[] = [];
    const executed: string[] = [];
    const test = (ops: readonly Op[]): Failure | undefined => {
      const { failure, skipped } = runLockstep({ specification, driver, checkpointEvery: 1 }, ops);
      const text = ops.flatMap(op => (skipped.includes(op.id) ? [] : [JSON.stringify(op)])).join('\n');
      executed.push(text);
      if (failure === undefined) passed.push(text);
      return failure;
    };
    const failure = test(log) as Failure;
    const { ops, minimal } = shrink(log, failure, test, { guide, ...options });
    const again = executed.filter((text, at) =>
      executed.slice(0, at).some(other => passed.includes(other) && `${other}\n`.startsWith(`${text}\n`)),
    );
    return { ops, minimal, again: again.length, executions: executed.length };
  };

  it('that looks closely executes no beginning of a log that passed, and ends with the same log', () => {
    const far = shrunk({ slides: true });
    const close = shrunk({ slides: true, closely: true });
    expect(close.ops).toEqual(far.ops);
    expect(close.minimal).toBe(true);
    expect(far.again).toBeGreaterThan(0);
    expect(close.again).toBe(0);
    expect(close.executions).toBeLessThan(far.executions);
  });

  it('leaps from no log that is very long', () => {
    const many = [...setup, ...Array.from({ length: 40 }, (_, at): Op => ({ op: 'flush', id: 50 + at, ...who(1) }))];
    const { failure } = runLockstep({ specification, driver, checkpointEvery: 1 }, log);
    const from = (ops: readonly Op[]): number =>
      [...leaps(guide(log, failure as Failure), 100).candidates(ops, { at: 0 })].length;
    expect(from(many)).toBe(0);
    expect(from(many.slice(0, 20))).toBeGreaterThan(0);
  });
});

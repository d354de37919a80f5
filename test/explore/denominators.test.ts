/** The denominators are what explorations reach, and runs are compared with them in the same words. */
import { describe, expect, test } from 'vitest';
import type { Call } from '../../abi/call.ts';
import {
  coverageLines,
  coverageOfReached,
  denominatorsText,
  NO_DENOMINATORS,
  readDenominators,
  withSource,
  type Denominators,
} from '../../conformance/explore/denominators.ts';
import { REACHED_FROM, reachedFrom } from '../../conformance/explore/reached-from.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { classesOf } from '../../properties/reached/classes.ts';
import { operationsOf } from '../../properties/reached/operations.ts';
import { KINDS } from '../../properties/reached/reached.ts';

const all = readDenominators() as Denominators;

describe('the denominators', () => {
  test('are fresh where that is quickly told: npm run denominators', () => {
    let again = NO_DENOMINATORS;
    for (const from of REACHED_FROM.slice(0, 2)) {
      const { source, reached } = reachedFrom(from);
      again = withSource(again, source, reached);
    }
    expect(all.sources.slice(0, 2)).toEqual(again.sources);
    for (const kind of KINDS) {
      const early = Object.entries(all[kind]).filter(([, number]) => number < 2);
      expect(Object.fromEntries(early)).toEqual(again[kind]);
    }
  });

  test('come from every source once', () => {
    const names = REACHED_FROM.map(from => ('ground' in from ? from.ground.name : from.configuration));
    expect(all.sources.map(({ name }) => name)).toEqual(names);
    expect(new Set(names).size).toBe(names.length);
  });

  test('keep what was reached when a source is explored again', () => {
    const source = { name: 'one', ended: 'depth', distinct: 1, generated: 1, depth: 1 };
    const reached = (name: string) => ({ rules: { [name]: 1 }, operations: {}, classes: {} });
    const once = withSource(NO_DENOMINATORS, source, reached('WR-01 OK'));
    const twice = withSource(once, { ...source, distinct: 2 }, reached('WR-02 OK'));
    expect(twice.sources).toEqual([{ ...source, distinct: 2 }]);
    expect(twice.rules).toEqual({ 'WR-01 OK': 0, 'WR-02 OK': 0 });
    expect(JSON.parse(denominatorsText(twice))).toEqual(twice);
  });

  test('tell what a run left out, the gaps first, and what it reached beyond them', () => {
    const some: Denominators = {
      ...NO_DENOMINATORS,
      rules: { 'WR-01 OK': 0, 'WR-02 OK': 0 },
      operations: { 'poll OK': 0 },
    };
    const run = {
      rules: { 'WR-02 OK': 3, 'WR-03 EINVAL': 1 },
      operations: { 'poll OK': 1 },
      classes: { 'task: dead': 1 },
    };
    const report = coverageOfReached(run, some);
    expect(report.rules).toEqual({ covered: 1, of: 2, gaps: ['WR-01 OK'], beyond: ['WR-03 EINVAL'] });
    const lines = coverageLines(report);
    expect(lines.slice(1, 4)).toEqual([
      '  not covered, rules by outcome:',
      '    WR-01 OK',
      '  1/2 rules by outcome (50.0 %); 1 more that no exploration reached',
    ]);
    expect(lines.at(-1)).toBe('  0/0 classes of states; 1 more that no exploration reached');
  });
});

/** Performs ops; answers the words for each, and the last state. */
const performed = (ops: readonly Op[]) => {
  const env = new Environment();
  let state = specification.initial({ devices: 1 });
  const words: (readonly string[])[] = [];
  for (const op of ops) {
    const call: Call = resolve(env, op);
    const [outcome] = specification.step(state, call);
    if (outcome === undefined) throw new Error('the model is wrong: no outcome');
    env.learn(outcome.delivered);
    ({ state } = outcome);
    words.push(operationsOf(call, outcome.observation));
  }
  return { words, classes: classesOf(state) };
};

const who = (proc: number) => ({ proc, thread: 0, fd: 0 });

describe('the words for what was reached', () => {
  const begin: readonly Op[] = [
    { op: 'open', id: 1, ...who(0) },
    { op: 'mmap', id: 2, ...who(0), size: 4096 },
    { op: 'ioctl', id: 3, ...who(0), cmd: 'BINDER_SET_CONTEXT_MGR' },
    { op: 'open', id: 4, ...who(1) },
  ];
  const oneway = {
    bc: 'BC_TRANSACTION' as const,
    target: 0,
    code: 0,
    flags: 1,
    message: { size: 0 },
  };

  test('name each command of a write by how it ended, and the read behind it', () => {
    const { words } = performed([
      ...begin,
      { op: 'write_read', id: 5, ...who(1), write: [{ bc: 'BC_INCREFS', handle: 0 }, oneway], read: { size: 256 } },
      { op: 'write_read', id: 6, ...who(1), write: [oneway, { bc: 'RAW', word: 1 }], read: { size: 256 } },
      { op: 'write_read', id: 7, ...who(0), write: [oneway], writeLimit: 2 },
      { op: 'ioctl', id: 8, ...who(0), cmd: 1 },
    ]);
    expect(words.slice(4)).toEqual([
      ['BC_INCREFS OK', 'BC_TRANSACTION OK', 'read OK'],
      ['BC_TRANSACTION OK', 'RAW EINVAL'],
      ['strange write EFAULT'],
      ['unknown ioctl EINVAL'],
    ]);
  });

  test('name a sleeper that somebody else released', () => {
    const { words } = performed([
      ...begin,
      { op: 'write_read', id: 5, ...who(0), read: { size: 256 } },
      { op: 'write_read', id: 6, ...who(0), read: { size: 256 } },
      { op: 'write_read', id: 7, ...who(1), write: [oneway] },
    ]);
    expect(words.slice(5)).toEqual([['read pending'], ['woken OK', 'BC_TRANSACTION OK']]);
  });

  test('tell classes of states apart by what is the case, thing by thing', () => {
    const { classes } = performed([
      ...begin,
      { op: 'write_read', id: 5, ...who(1), write: [{ bc: 'BC_ACQUIRE', handle: 0 }, oneway, oneway] },
    ]);
    expect([...classes]).toEqual(
      expect.arrayContaining([
        'process: manager, mapped',
        'process: client, never mapped',
        'freezer: running, owes answers',
        'async: queued',
        'thread todo: complete',
        'buffer: of a oneway, on its way, holds nothing',
        'transaction: oneway, with a process',
        'transaction: oneway, at its node',
      ]),
    );
    expect([...classes].filter(each => each.startsWith('ref:'))).toEqual([
      'ref: strong, of the living, death not asked for',
    ]);
  });
});

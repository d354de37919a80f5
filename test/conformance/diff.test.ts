/** `diff`: two targets held against each other, with the specification as the third opinion. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { compare } from '../../conformance/difference/compare.ts';
import type { Shown } from '../../conformance/difference/side.ts';
import { patchLines } from '../../conformance/difference/text.ts';
import { groups } from '../../conformance/options.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { crashes, differs } from '../../properties/failure.ts';
import { command, withFolder } from './command.ts';

const op: Op = { op: 'poll', id: 7, proc: 0, thread: 0, fd: 0 };
const answer = (readable: boolean): Observation => ({ op: 7, result: { status: 'OK', readable }, completions: [] });
const wrong = differs('observation', op, answer(true), [answer(false)], [], []);
const shown = (readable: boolean, failure?: Shown['failure']): Shown => ({
  steps: [{ op, observation: answer(readable) }],
  skipped: [],
  ...(failure === undefined ? {} : { failure }),
});
const exact = [{ exactIds: true }, { exactIds: true }];

describe('what two targets showed', () => {
  test('is no difference where it is the same', () => {
    expect(compare(exact, shown(true), shown(true))).toEqual({ difference: undefined, model: undefined });
  });

  test.each([
    ['free', undefined, undefined],
    ['a', wrong, undefined],
    ['b', undefined, wrong],
    ['both', wrong, wrong],
  ] as const)('is blamed on %s by what the specification says of each', (blame, a, b) => {
    expect(compare(exact, shown(true, a), shown(false, b)).difference).toMatchObject({
      blame,
      op,
      what: 'observation',
    });
  });

  test('is no difference but a finding where both agree against the specification', () => {
    expect(compare(exact, shown(true, wrong), shown(true, wrong))).toEqual({ difference: undefined, model: wrong });
  });

  test('is a difference where one falls silent and the other answers', () => {
    const dead = crashes('crash', 'target', 'gone', op, []);
    const silent: Shown = { steps: [], skipped: [], failure: dead };
    expect(compare(exact, silent, shown(true)).difference).toMatchObject({
      ...{ blame: 'a', what: 'performed', b: answer(true) },
      a: 'nothing: the target fell silent',
    });
  });

  test('is printed as the lines that differ, with the lines around them', () => {
    expect(patchLines({ a: 1, b: 2 }, { a: 1, b: 5 })).toEqual([' {', '  "a": 1,', '- "b": 2', '+ "b": 5', ' }']);
  });
});

describe('diff', () => {
  test('of the optimised driver and the specification finds nothing and exits with 0', async () => {
    const { code, out } = await command(['diff', '--a', 'impl', '--b', 'model', '--ops', '800', '--seed', '1']);
    expect(out).toContain('NO DIFFERENCE');
    expect(code).toBe(0);
  });

  test('of a driver and its mutant exits with 1, blames the mutant, and saves a log that shows it again', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'diff.json');
      const save = path.join(folder, 'logs');
      const sides = ['--a', 'impl', '--b', 'mutant:node-cookie'];
      const { code, out } = await command([
        ...['diff', ...sides, '--ops', '2000', '--seed', '1', '--save', save, '--report', `json=${file}`],
      ]);
      expect(code).toBe(1);
      expect(out).toContain('impl and the specification agree: mutant:node-cookie stands alone');
      expect(out).toMatch(/^ +\+ +"cookie": \d+$/m);
      const report = JSON.parse(readFileSync(file, 'utf8')) as {
        readonly differences: readonly {
          readonly blame: string;
          readonly ops: readonly Op[];
          readonly shrunkFrom: number;
        }[];
      };
      expect(report.differences).toHaveLength(1);
      const [difference] = report.differences;
      expect(difference).toMatchObject({ blame: 'b' });
      expect(difference?.ops.length).toBeLessThanOrEqual(6);
      expect(difference?.shrunkFrom).toBeGreaterThan(difference?.ops.length ?? 0);
      const [name] = readdirSync(save);
      const log = path.join(save, name as string);
      expect(readOpLog(log).ops).toEqual(difference?.ops);
      const again = await command(['diff', ...sides, '--log', log, '--save', save, '--no-shrink']);
      expect(again.code).toBe(1);
      const same = await command(['diff', '--a', 'impl', '--b', 'model', '--log', log]);
      expect(same.code).toBe(0);
    });
  });

  test('finds what only the state shows', async () => {
    await withFolder(async folder => {
      const args = ['--ops', '2000', '--seed', '1', '--save', folder, '--max-differences', '1'];
      const { code, out } = await command(['diff', '--a', 'mutant:async-space', '--b', 'impl', ...args]);
      expect(code).toBe(1);
      expect(out).toContain('impl and the specification agree: mutant:async-space stands alone  [snapshot]');
    });
  });

  test('of two targets with the same fault finds no difference and says that the specification stands alone', async () => {
    const mutant = 'mutant:node-cookie';
    const { code, out } = await command(['diff', '--a', mutant, '--b', mutant, '--ops', '600', '--seed', '1']);
    expect(code).toBe(0);
    expect(out).toMatch(/Both agree with each other and not with the specification in \d+ sequences/);
  });

  test('takes an adapter for a side that is not named, and compares what both can be asked', async () => {
    const adapter = ['--', process.execPath, 'dist/adapters/impl/main.js'];
    const args = ['--ops', '60', '--seed', '1', '--no-corpus'];
    const { code, out } = await command(['diff', '--a', 'impl', ...args, ...adapter]);
    expect(code).toBe(0);
    expect(out).toMatch(/^b -- \S*node dist\/adapters\/impl\/main\.js /m);
  });

  test('reads two adapters behind two --', () => {
    expect(groups(['./one', '-x', '--', 'ssh', 'host', 'two'])).toEqual([
      ['./one', '-x'],
      ['ssh', 'host', 'two'],
    ]);
    expect(groups([])).toEqual([]);
  });

  test('needs both targets, and an op log that can be read', async () => {
    const alone = await command(['diff', '--a', 'impl']);
    expect(alone.code).toBe(2);
    expect(alone.err).toContain('here 1 not named, 0 behind --');
    expect(await command(['diff', '--a', 'impl', '--b', 'model', '--', 'x'])).toMatchObject({ code: 2 });
    expect(await command(['diff', '--a', 'impl', '--b', 'mutant:none'])).toMatchObject({ code: 2 });
    expect(await command(['diff', '--a', 'impl', '--b', 'model', '--log', '/none'])).toMatchObject({ code: 2 });
  });
});

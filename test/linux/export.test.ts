/** Exported C programs on the real driver: they show what the specification allows, as the target does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import type { OpLog } from '../../abi/op.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { readCorpus } from '../../conformance/corpus.ts';
import { cProgram } from '../../conformance/export/c.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runPrograms, type GuestProgram, type Printed } from './programs.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
/** Logs of the corpus by a pattern in place of the usual ones: `.` for all. */
const only = process.env['BINDER_SPEC_EXPORTS'];
const USUAL =
  /dead-reply-from|peek-cuts|nonblock-is|release-runs|freeze-thaws|arrays-that|two-opens|spawn-looper|changes-nice|tiny-read|hands-|fork-of/;
const GENERATED = Number(process.env['BINDER_SPEC_GENERATED'] ?? 6);
const DEVICES = 2;

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

const generated = (): (readonly [string, OpLog])[] => {
  const arbitrary = new OpLogArbitrary({ level: 'full', devices: DEVICES, length: { min: 20, max: 80 } });
  return Array.from({ length: GENERATED }, (_, sequence) => {
    const ops = [...arbitrary.draw(seederOf(11, sequence))];
    return [`generated-${sequence}`, { format: 'binder-spec/op-log', version: 1, ops }];
  });
};

/** Their names, with the source text. */
const sources = (): Map<string, string> => {
  const pattern = only === undefined ? USUAL : new RegExp(only);
  const corpus = readCorpus().filter(({ file }) => pattern.test(file));
  const logs = [...corpus.map(({ file, log }) => [path.basename(file, '.json'), log] as const), ...generated()];
  const texts = new Map(logs.map(([name, log]) => [name, cProgram(log)]));
  const honest = texts.get('nonblock-is-read-once') ?? '';
  texts.set('lie', honest.replace('expect("OK{wrote 8, read 0}")', 'expect("OK{wrote 4, read 0}")'));
  return texts;
};

let printed: ReadonlyMap<string, Printed> = new Map();

describe('exported C programs in the Linux machine', () => {
  beforeAll(async () => {
    if (!wanted) return;
    const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-export-'));
    const flags = ['-Wall', '-Wextra', '-Werror', '-static', '-DCHECK', '-s'];
    const programs = [...sources()].map(([name, text], at): GuestProgram => {
      const file = path.join(folder, name);
      writeFileSync(`${file}.c`, text);
      execFileSync('gcc', [...flags, '-o', file, `${file}.c`, '-lpthread']);
      // A device remembers the user of its first manager for ever (CTX-04), so each program has its own.
      return { name, data: readFileSync(file), args: [`/dev/binder${at * 2}`, `/dev/binder${at * 2 + 1}`] };
    });
    rmSync(folder, { recursive: true, force: true });
    printed = await runPrograms(programs, programs.length * DEVICES);
  }, 600_000);
  afterAll(() => {
    printed = new Map();
  });

  test('show what the specification allows, op by op', context => {
    need(context);
    const honest = [...printed].filter(([name]) => name !== 'lie');
    expect(honest.length).toBeGreaterThan(10);
    expect(honest.filter(([, { code }]) => code !== 0)).toEqual([]);
    expect(printed.get('nonblock-is-read-once')?.out.split('\n')).toContain('op 12: pending');
  });

  test('end with 1 at the first op that differs', context => {
    need(context);
    const { code, out } = printed.get('lie') ?? { code: 0, out: '' };
    expect(code).toBe(1);
    expect(out).toMatch(/op 79: OK\{wrote 8, read 0\}\n$/);
  });
});

/** `run` and `replay` end to end on targets of this process: what they print, write and answer. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OpSchema } from '../../abi/op.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { command, withFolder, type Finished } from './command.ts';

/** The fields that the report promises. */
const ReportSchema = z.looseObject({
  verdict: z.enum(['CONFORMANT', 'NOT CONFORMANT', 'INCONCLUSIVE']),
  target: z.strictObject({ name: z.string(), kind: z.string(), version: z.string() }),
  profile: z.string(),
  seed: z.int(),
  sequences: z.int(),
  regressions: z.int(),
  ops: z.int(),
  seconds: z.number(),
  opsPerSecond: z.number(),
  rules: z
    .array(
      z.strictObject({
        id: z.string(),
        level: z.enum(['MUST', 'SHOULD', 'INFO']),
        status: z.enum(['pass', 'fail', 'not-exercised', 'not-applicable']),
        exercised: z.int(),
        why: z.string().optional(),
      }),
    )
    .min(1),
  unexercised: z.array(z.string()),
  invariants: z.array(z.strictObject({ id: z.string(), weight: z.int(), breaches: z.int() })),
  witnesses: z.array(z.strictObject({ id: z.string(), seen: z.int() })),
  failures: z.array(
    z.looseObject({
      signature: z.string(),
      origin: z
        .string()
        .regex(/^(?:sequence \d+|regression test\/regressions\/\S+\.json)(?: \(met while shrinking\))?$/),
      rule: z.string().nullable(),
      ops: z.int(),
      shrunkFrom: z.int(),
      executions: z.int(),
      minimal: z.array(OpSchema),
      repro: z.string().nullable(),
    }),
  ),
});

const run = async (
  folder: string,
  args: readonly string[],
  interrupt?: AbortSignal,
): Promise<Finished & { readonly report: RunReport }> => {
  const file = path.join(folder, 'report.json');
  const save = path.join(folder, 'failures');
  const finished = await command(['run', '--report', `json=${file}`, '--save', save, ...args], interrupt);
  const report = JSON.parse(readFileSync(file, 'utf8')) as RunReport;
  return { ...finished, report };
};

describe('a thin run', () => {
  test('is inconclusive, never green, and says what it did not exercise', async () => {
    await withFolder(async folder => {
      const { code, out, report } = await run(folder, ['--target', 'model', '--ops', '200', '--seed', '7']);
      expect(code).toBe(4);
      expect(report.verdict).toBe('INCONCLUSIVE');
      expect(report.unexercised.length).toBeGreaterThan(0);
      expect(out).toContain('VERDICT  INCONCLUSIVE');
      expect(out).toContain(report.unexercised[0]);
    });
  });

  test('writes every field of the report', async () => {
    await withFolder(async folder => {
      const { report } = await run(folder, ['--target', 'model', '--ops', '200', '--seed', '7']);
      expect(ReportSchema.safeParse(report).error?.issues ?? []).toEqual([]);
      expect(report).toMatchObject({ profile: 'linux-6.1', seed: 7, target: { kind: 'model' }, failures: [] });
      expect(report.ops).toBeGreaterThanOrEqual(200);
      expect(report.invariants.map(({ id }) => id)).toEqual(INVARIANTS.map(({ id }) => id));
      expect(report.witnesses.map(({ id }) => id)).toEqual(WITNESSES.map(({ id }) => id));
    });
  });

  test('of the same seed exercises the same', async () => {
    await withFolder(async folder => {
      const args = ['--target', 'model', '--ops', '150', '--seed', '99'];
      const first = await run(folder, args);
      const second = await run(folder, args);
      const { seconds: _s, opsPerSecond: _o, ...same } = first.report;
      expect(second.report).toMatchObject(same);
      const other = await run(folder, [...args.slice(0, -1), '100']);
      expect(other.report.rules).not.toEqual(first.report.rules);
    });
  });

  test('prints its seed when it was given none', async () => {
    const { out } = await command(['run', '--target', 'model', '--ops', '20']);
    expect(out).toMatch(/seed \d+/);
  });

  test('--quiet prints the verdict alone', async () => {
    const { out } = await command(['run', '--target', 'model', '--ops', '20', '--quiet']);
    expect(out.trim()).toMatch(/^VERDICT {2}INCONCLUSIVE {2}\(.*\)$/);
  });

  test('--coverage prints a line for each rule, gaps first, as the report has them', async () => {
    await withFolder(async folder => {
      const { out, report } = await run(folder, ['--target', 'model', '--ops', '20', '--seed', '1', '--coverage']);
      const lines = out.match(/^\S+-\d+ +(?:MUST|SHOULD|INFO) +(?:pass|fail|not-\w+) +\d+(?: {2}.*)?$/gm) ?? [];
      expect(lines.map(line => line.split(/ +/).slice(0, 4).join(' '))).toEqual(
        report.rules.map(({ id, level, status, exercised }) => `${id} ${level} ${status} ${exercised}`),
      );
      expect(report.rules[0]).toMatchObject({ status: 'not-exercised', level: 'MUST', exercised: 0 });
    });
  });

  test('obeys a time budget', async () => {
    await withFolder(async folder => {
      const { code, report } = await run(folder, ['--target', 'model', '--time', '200ms', '--seed', '3']);
      expect(code).toBe(4);
      expect(report.ops).toBeGreaterThan(0);
    });
  });
});

describe('an interrupted run', () => {
  test('writes the partial report and exits with 130', async () => {
    await withFolder(async folder => {
      const interrupt = new AbortController();
      const running = run(folder, ['--target', 'model', '--ops', '100000000', '--seed', '3'], interrupt.signal);
      setTimeout(() => interrupt.abort(), 300);
      const { code, report, out } = await running;
      expect(code).toBe(130);
      expect(report).toMatchObject({ verdict: 'INCONCLUSIVE', interrupted: true });
      expect(report.ops).toBeGreaterThan(0);
      expect(out).toContain('interrupted');
    });
  });
});

/** One failure, as it was met. */
const UNSHRUNK = [
  ...['--target', 'mutant:node-cookie', '--ops', '20000', '--seed', '1'],
  ...['--max-failures', '1', '--no-shrink'],
];

describe('a driver that is wrong on purpose', () => {
  test.each(['br-dead-reply', 'node-cookie', 'async-space'])(
    '(%s) is not conformant, and the saved log shows it again',
    async mutant => {
      await withFolder(async folder => {
        const args = ['--target', `mutant:${mutant}`, '--ops', '50000', '--seed', '1', '--max-failures', '1'];
        const { code, out, report } = await run(folder, args);
        expect(code).toBe(1);
        expect(report.verdict).toBe('NOT CONFORMANT');
        const [failure] = report.failures;
        expect(failure?.minimal.length).toBe(failure?.ops);
        expect(failure?.ops).toBeLessThanOrEqual(8);
        expect(out).toContain('FAIL');
        const [file] = readdirSync(path.join(folder, 'failures')).map(name => path.join(folder, 'failures', name));
        expect(readOpLog(file as string).ops).toEqual(failure?.minimal);
        expect(failure?.repro).toContain(file);
        const again = await command(['replay', file as string, '--target', `mutant:${mutant}`]);
        expect(again.code).toBe(1);
        expect(again.out).toContain('FAIL');
        const right = await command(['replay', file as string, '--target', 'impl']);
        expect(right.code).toBe(0);
        expect(right.out).toContain('PASS');
      });
    },
  );

  test('is found without shrinking too', async () => {
    await withFolder(async folder => {
      const { code, report } = await run(folder, UNSHRUNK);
      expect(code).toBe(1);
      expect(report.failures[0]).toMatchObject({ executions: 0 });
    });
  });

  test('keeps its verdict when the failures cannot be saved', async () => {
    const { code, out } = await command(['run', ...UNSHRUNK, '--save', '/dev/null/failures']);
    expect(code).toBe(1);
    expect(out).toContain('cannot write /dev/null/failures');
    expect(existsSync('/dev/null/failures')).toBe(false);
  });
});

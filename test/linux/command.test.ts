/** The agent on another machine, reached through a command: `run --target linux -- CMD` on the real driver. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, type TestContext } from 'vitest';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { command, withFolder } from '../conformance/command.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
const elsewhere = fileURLToPath(new URL('../../dist/test/linux/elsewhere.js', import.meta.url));

const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
  if (!existsSync(elsewhere)) context.skip('npm run build makes the program that stands for ssh');
};

const runWith = (folder: string, ...agent: readonly string[]): ReturnType<typeof command> =>
  command([
    ...['run', '--target', 'linux', '--no-log', '--ops', '400', '--seed', '5', '-j', '4', '--report'],
    ...[`json=${path.join(folder, 'report.json')}`, '--save', path.join(folder, 'failures')],
    ...['--', process.execPath, elsewhere, ...agent],
  ]);

describe('a run whose agent is behind a command', () => {
  test('has a verdict about the driver over there', { timeout: 300_000 }, async context => {
    need(context);
    await withFolder(async folder => {
      const { code, out } = await runWith(folder, '--devices', '/dev/binder3,/dev/binder7,/dev/binder1,/dev/binder9');
      const report = JSON.parse(readFileSync(path.join(folder, 'report.json'), 'utf8')) as RunReport;
      expect(report.failures).toEqual([]);
      expect(report.ops).toBeGreaterThan(1000);
      expect(out).toContain(`agent behind ${process.execPath} ${elsewhere}`);
      // So short a run may leave rules unexercised; it never finds a difference.
      expect([0, 4]).toContain(code);
    });
  });

  test('ends with 3 where the agent finds no devices', { timeout: 120_000 }, async context => {
    need(context);
    await withFolder(async folder => {
      const { code, err } = await runWith(folder, '--devices', '/dev/null1');
      expect(code).toBe(3);
      expect(err).toContain('it finds no device');
    });
  });
});

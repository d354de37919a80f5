/** A trace recorded on the Linux driver is judged elsewhere as it was judged there. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { TOLD } from '../../properties/journal/agree.ts';
import { command, withFolder } from '../conformance/command.ts';

/** Rules that only a journal tells of, which is not in a trace. */
const UNTOLD: ReadonlySet<string> = new Set(TOLD);

test('a recorded run has the same verdict, rules and numbers when it is checked', async context => {
  if (process.env['BINDER_SPEC_LINUX'] !== '1') {
    context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
  }
  await withFolder(async folder => {
    const file = (name: string): string => path.join(folder, name);
    const args = ['--target', 'linux', '--ops', '600', '--seed', '11', '--record', file('trace'), '--save', folder];
    const live = await command(['run', ...args, '--report', `json=${file('live')}`]);
    const checked = await command(['check', file('trace'), '--report', `json=${file('checked')}`, '--save', folder]);
    expect(checked.code).toBe(live.code);
    const reportOf = (name: string): object => {
      const report = JSON.parse(readFileSync(file(name), 'utf8')) as RunReport;
      const rules = report.rules.filter(({ id }) => !UNTOLD.has(id));
      const { verdict, reasons, failures, ops, sequences, regressions, snapshots, invariants, target } = report;
      return { verdict, reasons, rules, failures, ops, sequences, regressions, snapshots, invariants, target };
    };
    expect(reportOf('checked')).toEqual(reportOf('live'));
  });
});

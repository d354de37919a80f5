/** Adapters that are wrong on purpose: each ends in its exit code, names its fault, and leaves a report. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { missingFor } from '../../conformance/protocol/behind.ts';
import { CAPABILITY_NAMES } from '../../conformance/protocol/capabilities.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { command, withFolder } from './command.ts';

const plain = fileURLToPath(new URL('mocks/plain.mjs', import.meta.url));
/** Compiled by `npm test` before the tests run. */
const driven = fileURLToPath(new URL('../../dist/test/conformance/mocks/driven.js', import.meta.url));

const withoutFreezer = new Set(CAPABILITY_NAMES.filter(name => name !== 'freeze'));
const RUN = ['--seed', '5', '--length', '40', '--no-corpus', '--no-shrink', '--no-log', '--time-scale', '0.15'];

interface Driven {
  readonly code: number;
  readonly out: string;
  readonly report: RunReport;
}

const drive = async (script: string, kind: string, ...more: readonly string[]): Promise<Driven> => {
  let driven: Driven | undefined;
  await withFolder(async folder => {
    const file = path.join(folder, 'report.json');
    // What has a driver is started for real, on a machine that may be busy.
    const patience = script === plain || more.includes('--time-scale') ? [] : ['--time-scale', '3'];
    const options = ['--report', `json=${file}`, '--save', path.join(folder, 'failures'), ...RUN, ...patience, ...more];
    const { code, out } = await command(['run', ...options, '--', process.execPath, script, kind]);
    driven = { code, out, report: JSON.parse(readFileSync(file, 'utf8')) as RunReport };
  });
  return driven as unknown as Driven;
};

describe('an adapter that is wrong has no verdict: exit code 3, headed ADAPTER, with a report', () => {
  test.each([
    ['dies-at-once', /did not get through hello: the adapter ended \(exit code 7\)/],
    ['closes-output', /did not get through hello/],
    ['random', /did not get through hello/],
    ['hangs-at-hello', /no answer to hello and no sign of life for \d+ ms \(budget start\)/],
    ['wrong-version', /hello was refused: I speak protocol 7 \(this program speaks protocol 1\)/],
    ['lies-about-version', /the answer to hello breaks the protocol \(protocol: /],
    ['hello-without-caps', /the answer to hello breaks the protocol \(caps: /],
    ['hangs', /does not survive opening a file: TimeoutError: no answer to do and no sign of life/],
    ['says-alive-for-ever', /does not survive opening a file: TimeoutError: .* although it is alive/],
    ['late', /does not survive opening a file: TimeoutError: no answer to do/],
    ['malformed', /a protocol line is no JSON .*: @b \{"id":\d+,"gen":1,"ok":\{"observations":\[\}/],
    ['wrong-shape', /the answer to do breaks the protocol \(observations\[0\]: .*colour.*\): @b /],
    ['wrong-count', /0 observations for 1 calls/],
    ['wrong-op', /an observation of op 999 where op 1 was asked/],
    ['wrong-generation', /an answer of generation 6 to a request of 1/],
    ['answers-twice', /a second answer to a request/],
    ['late-completion', /op 1 of generation \d+ finished after the adapter had answered that everything rests/],
    ['says-adapter-error', /KeyError: no such thing/],
    ['says-env-error', /no device \/dev\/binder/],
    ['says-bad-request', /what\? \(it could not understand the request\)/],
    ['leaves-residue', /something is left: 3 nodes/],
    // A long line takes its time.
    ['huge-line', /a line of \d+ bytes and no end of it: @b /, '2'],
  ])('%s', async (kind, says, timeScale = '0.15') => {
    const { code, out, report } = await drive(plain, kind, '--ops', '40', '--time-scale', timeScale);
    expect(out).toMatch(says);
    expect(out).toContain('ADAPTER');
    expect(out).not.toContain('FAIL');
    expect(code).toBe(3);
    expect(report.verdict).toBe('INCONCLUSIVE');
    expect(report.errors.join('\n')).toMatch(says);
  });
});

describe('an adapter that is only unusual is driven like any other', () => {
  test.each([
    ['babbles', '3'],
    ['slow', '0.4'],
  ])('%s', async (kind, timeScale) => {
    const { code, report } = await drive(driven, kind, '--ops', '60', '--time-scale', timeScale);
    expect(report.errors).toEqual([]);
    expect(report.failures).toEqual([]);
    expect(report.ops).toBeGreaterThan(40);
    expect(code).toBe(4);
  });
});

describe('a driver that dies', () => {
  test.each([
    ['dies-of-an-op', 'crash target AdapterDied: the adapter ended (exit code #)'],
    ['throws', 'crash target AdapterDied: op #: Error: index out of bounds'],
  ])('(%s) of one kind of op is to blame, because the log does it alone', async (kind, core) => {
    const { code, report } = await drive(driven, kind, '--ops', '400', '--max-failures', '1');
    expect(
      report.failures.map(({ kind: what, signature }) => [what, signature.split(' ').slice(0, 2).join(' ')]),
    ).toEqual([['crash', 'crash target']]);
    expect(report.failures[0]?.explanation.join('\n').replaceAll(/\d+/g, '#')).toContain(core.split('target ')[1]);
    expect(JSON.stringify(report.failures[0]?.minimal)).toContain('BINDER_SET_MAX_THREADS');
    expect(code).toBe(1);
  });

  test('of what came before is a finding about order, not a failure', async () => {
    const { code, report } = await drive(driven, 'tires', '--ops', '150');
    expect(report.failures).toEqual([]);
    expect(report.errors.join('\n')).toMatch(/order-dependent: sequence \d+ shows .* only behind /);
    expect(code).toBe(3);
  });
});

describe('tests that are not apart', () => {
  test('show in a driver that is never reset, and are no failures of the driver', async () => {
    const { code, out, report } = await drive(driven, 'leaks', '--ops', '100', '--max-failures', '2');
    expect(out).toMatch(/tests leak into each other/);
    expect(code).toBe(3);
    expect(report.verdict).not.toBe('CONFORMANT');
  });

  test('are traced to the tests that a failure needs before it', async () => {
    const { code, report } = await drive(driven, 'remembers', '--ops', '600', '--max-failures', '1');
    expect(report.errors.join('\n')).toMatch(/order-dependent: sequence \d+ shows "observation .*" only behind/);
    expect(code).toBe(3);
  });
});

describe('claims', () => {
  test('that are not kept are failures', async () => {
    const { code, report } = await drive(driven, 'refuses-freeze', '--ops', '600', '--max-failures', '1');
    expect(report.failures.map(({ kind }) => kind)).toEqual(['capability']);
    expect(report.failures[0]?.explanation.join('\n')).toContain('although its capability is declared');
    expect(code).toBe(1);
  });

  test('that deny what is there are failures', async () => {
    const { code, report } = await drive(driven, 'denies-freeze', '--ops', '60', '--max-failures', '1');
    expect(report.failures.map(({ explanation }) => explanation.join('\n'))).toEqual([
      expect.stringContaining('freeze is not declared, but it answers OK instead of EINVAL'),
    ]);
    expect(code).toBe(1);
  });

  test('that are modest and true make rules not applicable, with the reason', async () => {
    const { code, report } = await drive(driven, 'lacks-freeze', '--ops', '200');
    expect(report.failures).toEqual([]);
    expect(report.errors).toEqual([]);
    expect(report.adapter?.undeclared).toEqual(['freeze']);
    const freezing = report.rules.filter(({ id }) => missingFor(id, withoutFreezer).length > 0);
    expect(freezing.length).toBeGreaterThan(10);
    expect(freezing.filter(({ status }) => status !== 'not-applicable')).toEqual([]);
    expect(freezing.map(({ why }) => why)).toContain('not declared: freeze');
    expect(report.rules.find(({ id }) => id === 'TXN-01')).toMatchObject({ status: 'pass' });
    expect(report.witnesses.map(({ id }) => id)).not.toContain('WIT-FREEZE-01');
    expect(Object.keys(report.outcomes)).not.toContain('BINDER_FREEZE');
    expect(code).toBe(4);
  });
});

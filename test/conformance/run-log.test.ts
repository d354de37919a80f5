/** The event log of a run: every report is a function of it, a kill leaves it readable, and shards make a whole. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { RunEventSchema, RunHeadSchema } from '../../conformance/run-log/events.ts';
import { readRunLog } from '../../conformance/run-log/reader.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { command, withFolder, type Finished } from './command.ts';

const MAIN = fileURLToPath(new URL('../../dist/conformance/main.js', import.meta.url));

const json = (file: string): RunReport => JSON.parse(readFileSync(file, 'utf8')) as RunReport;

/** A run with its log and its report in `folder`. */
const run = async (
  folder: string,
  name: string,
  args: readonly string[],
): Promise<Finished & { readonly log: string; readonly report: RunReport }> => {
  const [log, report] = [path.join(folder, `${name}.jsonl`), path.join(folder, `${name}.json`)];
  const save = path.join(folder, 'failures');
  const finished = await command(['run', '--log', log, '-r', `json=${report}`, '--save', save, ...args]);
  return { ...finished, log, report: json(report) };
};

const WRONG = ['-t', 'mutant:node-cookie', '-n', '3000', '-s', '1', '--no-corpus'];

describe('the log of a run', () => {
  test('is made of lines that its published schema accepts', async () => {
    await withFolder(async folder => {
      const { log } = await run(folder, 'wrong', WRONG);
      const [head, ...events] = readFileSync(log, 'utf8')
        .trimEnd()
        .split('\n')
        .map(line => JSON.parse(line) as { readonly event: string });
      expect(RunHeadSchema.safeParse(head).error).toBeUndefined();
      for (const event of events) expect(RunEventSchema.safeParse(event).error).toBeUndefined();
      const kinds = events.map(({ event }) => event);
      expect(kinds[0]).toBe('environment');
      expect(kinds.at(-1)).toBe('footer');
      expect([...new Set(kinds)].sort()).toEqual(
        'certificate confirmed environment failure footer saved seen-again sequences shrinking shrunk trace'.split(' '),
      );
    });
  });

  test('gives every report that the run itself gave', async () => {
    await withFolder(async folder => {
      const { log, report, out } = await run(folder, 'wrong', WRONG);
      expect(report.failures.length).toBeGreaterThan(0);
      const again = path.join(folder, 'again.json');
      expect((await command(['report', 'render', log, '-f', 'json', '-o', again])).code).toBe(0);
      expect(json(again)).toEqual(report);
      expect((await command(['report', 'render', log, '-f', 'terminal'])).out).toBe(out);
    });
  });

  test('holds the steps of each shrunk log, with the state of the driver after each', async () => {
    await withFolder(async folder => {
      const { log, report } = await run(folder, 'wrong', WRONG);
      const traces = readRunLog(log).events.flatMap(event => (event.event === 'trace' ? [event.trace] : []));
      expect(traces).toHaveLength(report.failures.length);
      for (const [at, { steps }] of traces.entries()) {
        expect(steps.map(({ op }) => op)).toEqual(report.failures[at]?.minimal);
        for (const { snapshot } of steps) expect(snapshot?.procs.length).toBeGreaterThan(0);
      }
    });
  });

  test('of a run that was killed gives an interrupted report of what was seen before', async () => {
    await withFolder(async folder => {
      const log = path.join(folder, 'run.jsonl');
      const child = spawn(process.execPath, [MAIN, 'run', '-t', 'model', '-n', '100000000', '--log', log], {
        cwd: folder,
        stdio: 'ignore',
      });
      // Two batches of counts are in it by then.
      for (let turn = 0; turn < 400 && !(existsSync(log) && statSync(log).size > 6000); turn++) await sleep(50);
      child.kill('SIGKILL');
      const { out, code } = await command(['report', 'render', log, '-f', 'json']);
      expect(code).toBe(0);
      expect(JSON.parse(out)).toMatchObject({ verdict: 'INCONCLUSIVE', interrupted: true, failures: [] });
      expect((JSON.parse(out) as RunReport).ops).toBeGreaterThan(0);
    });
  });

  test('with a torn last line stands up to that line', async () => {
    await withFolder(async folder => {
      const { log, report } = await run(folder, 'right', ['-t', 'model', '-n', '100', '-s', '1']);
      const text = readFileSync(log, 'utf8');
      writeFileSync(log, text.slice(0, -20));
      const { code, out, err } = await command(['report', 'render', log, '-f', 'json']);
      expect(code).toBe(0);
      expect(err).toContain('the last line broke off');
      expect(JSON.parse(out)).toMatchObject({ ops: report.ops, interrupted: true });
    });
  });

  test.each([
    ['nothing', () => '', /it has no whole line/],
    ['a line that is not JSON', (text: string) => text.replace('\n', '\n{"broken\n'), /line 2: not JSON/],
    ['another format', () => '{"format":"binder-spec/op-log"}\n', /format is "binder-spec\/op-log"/],
    ['a later version', (text: string) => text.replace('"version":1', '"version":2'), /version 1, not 2/],
    ['an event that nobody knows', (text: string) => text.replace('"error"', '"party"'), /line \d+: event/],
    ['a line behind the footer', (text: string) => `${text}${text.split('\n')[1]}\n`, /line \d+: the log ended before/],
  ])('that holds %s is refused with its place', async (_, spoil, says) => {
    await withFolder(async folder => {
      const args = ['-t', 'mutant:node-cookie', '-n', '500', '-s', '1', '--no-corpus', '--no-shrink'];
      const log = path.join(folder, 'run.jsonl');
      await command(['run', ...args, '--log', log, '--save', '/dev/null/nowhere']);
      writeFileSync(log, spoil(readFileSync(log, 'utf8')));
      const { code, err } = await command(['report', 'render', log, '-f', 'json']);
      expect(code).toBe(2);
      expect(err).toMatch(says);
    });
  });
});

describe('a full disk', () => {
  const args = ['run', '-t', 'model', '-n', '100', '-s', '1'];

  test('under the log costs the log alone: the verdict and the other reports are there', async () => {
    await withFolder(async folder => {
      const report = path.join(folder, 'report.json');
      const { code, out, err } = await command([...args, '--log', '/dev/full', '-r', `json=${report}`]);
      expect(err).toBe(
        'environment: cannot write /dev/full: no space left on the disk; the log of the run ends there\n',
      );
      expect(out).toContain('VERDICT  INCONCLUSIVE');
      expect(code).toBe(4);
      expect(json(report).ops).toBeGreaterThan(0);
    });
  });

  test('under one report does not cost the next one', async () => {
    await withFolder(async folder => {
      const report = path.join(folder, 'report.json');
      const gone = path.join(folder, 'gone', 'report.json');
      const log = path.join(folder, 'run.jsonl');
      await command([...args, '--log', log]);
      writeFileSync(
        path.join(folder, 'shard.jsonl'),
        readFileSync(log, 'utf8').replace('"budget"', '"shard":{"index":1,"of":1},"budget"'),
      );
      // The folder of the first report turns into a file after it was asked for.
      const { out, err } = await command([
        ...['report', 'merge', path.join(folder, 'shard.jsonl'), '-r', `json=${gone}`, '-r', `json=${report}`],
        ...['-o', path.join(folder, 'gone', 'report.json', 'whole.jsonl')],
      ]);
      expect(err).toContain(`cannot write ${gone}: it is a folder`);
      expect(out).toContain('VERDICT');
      expect(json(report).ops).toBeGreaterThan(0);
    });
  });

  test('where the log was named keeps a run from being asked for nothing', async () => {
    const { code, err } = await command([...args, '--log', '/dev/null/run.jsonl']);
    expect(code).toBe(3);
    expect(err).toContain('cannot write /dev/null/run.jsonl');
  });
});

describe('shards', () => {
  const merged = async (folder: string, args: readonly string[], of: number) => {
    const logs: string[] = [];
    for (let index = of; index > 0; index--) {
      logs.push((await run(folder, `shard-${index}`, [...args, '--shard', `${index}/${of}`])).log);
    }
    const [log, report] = [path.join(folder, 'whole.jsonl'), path.join(folder, 'whole.json')];
    const { code } = await command(['report', 'merge', ...logs, '-o', log, '-r', `json=${report}`]);
    return { code, log, logs, report: json(report) };
  };
  const apartFromTime = ({ seconds: _s, opsPerSecond: _o, ...rest }: RunReport): unknown => rest;

  test.each([
    ['the optimised driver', 'impl', ['-n', '4000', '-s', '5'], 3],
    ['a driver that is wrong', 'mutant:node-cookie', ['-n', '1500', '-s', '5', '--max-failures', '50'], 2],
  ])('of a run on %s give its verdict, counts and failures', async (_, target, args, of) => {
    await withFolder(async folder => {
      const whole = await run(folder, 'alone', ['-t', target, ...args]);
      const parts = await merged(folder, ['-t', target, ...args], of);
      expect(parts.code).toBe(whole.code);
      expect(apartFromTime(parts.report)).toEqual(apartFromTime(whole.report));
    });
  });

  test('of which one is missing are not conformant, whatever the others say', async () => {
    await withFolder(async folder => {
      const { logs } = await merged(folder, ['-t', 'model', '-n', '300', '-s', '5', '--no-corpus'], 3);
      const out = path.join(folder, 'part.jsonl');
      const { code, out: said } = await command(['report', 'merge', ...logs.slice(1), '-o', out]);
      expect(code).toBe(3);
      expect(said).toContain('shard 3 of 3 is missing');
    });
  });

  test('that are not of one run are refused', async () => {
    await withFolder(async folder => {
      const args = ['-t', 'model', '-n', '50', '--no-corpus'];
      const one = await run(folder, 'one', [...args, '-s', '1', '--shard', '1/2']);
      const same = await run(folder, 'same', [...args, '-s', '1', '--shard', '1/2']);
      const other = await run(folder, 'other', [...args, '-s', '2', '--shard', '2/2']);
      const whole = await run(folder, 'alone', [...args, '-s', '1']);
      const out = path.join(folder, 'out.jsonl');
      const merge = (...logs: readonly { readonly log: string }[]) =>
        command(['report', 'merge', ...logs.map(({ log }) => log), '-o', out]);
      expect(await merge(one, other)).toMatchObject({
        code: 2,
        err: expect.stringContaining('seed is 1 in the first'),
      });
      expect(await merge(one, same)).toMatchObject({ code: 2, err: expect.stringContaining('are both shard 1') });
      expect(await merge(one, whole)).toMatchObject({
        code: 2,
        err: expect.stringContaining('the log of a whole run'),
      });
    });
  });

  test.each(['0/2', '3/2', '1', 'a/b', '1/0'])('cannot be number %s', async shard => {
    const { code, err } = await command(['run', '--shard', shard]);
    expect(code).toBe(2);
    expect(err).toContain('Expected I/N');
  });
});

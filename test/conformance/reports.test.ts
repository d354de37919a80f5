/** The reports of a run, read by parsers that other people wrote, and by eyes that expect the worst. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseJunit, type TestCase, type TestSuites } from 'junit2json';
import { Parser, type Result } from 'tap-parser';
import { beforeAll, describe, expect, test } from 'vitest';
import { FORMATS, type FormatName } from '../../conformance/options.ts';
import { pageData } from '../../conformance/report/html-page.ts';
import { render } from '../../conformance/report/formats.ts';
import { itfValue } from '../../conformance/report/itf.ts';
import { MOST_BYTES } from '../../conformance/report/markdown.ts';
import { runReport, type FinishedRun } from '../../conformance/report/run-report.ts';
import { parseRunLog, tallyOf } from '../../conformance/run-log/reader.ts';
import { command, withFolder } from './command.ts';
import { HOSTILE, hostileRun } from './hostile.ts';

let wrong: FinishedRun;

beforeAll(async () => {
  await withFolder(async folder => {
    const log = path.join(folder, 'run.jsonl');
    const args = ['-t', 'mutant:br-dead-reply', '-n', '2000', '-s', '4', '--no-corpus', '--save', folder];
    await command(['run', ...args, '--log', log]);
    const { head, events, seconds, interrupted } = parseRunLog(log, readFileSync(log, 'utf8'));
    wrong = { head, tally: tallyOf({ events }), seconds, interrupted };
  });
});

const statusOf = (id: string): string => runReport(wrong).report.rules.find(row => row.id === id)?.status ?? '';

describe('JUnit XML', () => {
  const casesOf = (suites: TestSuites): readonly TestCase[] =>
    (suites.testsuite ?? []).flatMap(each => each.testcase ?? []);
  const parsed = async (run: FinishedRun): Promise<TestSuites> =>
    (await parseJunit(render('junit', run))) as TestSuites;

  test('has a case for each rule, named by its id, that fails, passes or is skipped as the rule did', async () => {
    const suites = await parsed(wrong);
    const cases = new Map(casesOf(suites).map(each => [each.name, each]));
    const { rules } = runReport(wrong).report;
    expect(rules.length).toBeGreaterThan(300);
    for (const { id, status } of rules) {
      const found = cases.get(id);
      expect(found?.failure !== undefined, id).toBe(status === 'fail');
      expect(found?.skipped !== undefined, id).toBe(status.startsWith('not-'));
      expect(found?.error, id).toBeUndefined();
    }
    expect([...cases.keys()].length).toBe(casesOf(suites).length);
  });

  test('counts what it holds', async () => {
    const suites = await parsed(wrong);
    const cases = casesOf(suites);
    expect(suites.tests).toBe(cases.length);
    expect(suites.failures).toBe(cases.filter(({ failure }) => failure !== undefined).length);
    expect(suites.errors).toBe(cases.filter(({ error }) => error !== undefined).length);
    for (const suite of suites.testsuite ?? []) expect(suite.tests).toBe(suite.testcase?.length);
  });

  test('tells the failure of a rule with its ops and the command that shows it again', async () => {
    const blamed = runReport(wrong).report.failures[0];
    const found = casesOf(await parsed(wrong)).find(({ name }) => name === blamed?.rule);
    expect(found?.failure?.[0]?.message).toContain(blamed?.signature);
    expect(found?.failure?.[0]?.inner).toContain('"op":"write_read"');
    expect(found?.failure?.[0]?.inner).toContain('npx binder-spec replay');
  });

  test('calls trouble of the environment an error, and a thin run never green', async () => {
    const cases = casesOf(await parsed(hostileRun(0)));
    expect(cases.find(({ name }) => name === 'environment')?.error).toHaveLength(1);
    expect(cases.find(({ name }) => name === 'verdict')?.error).toHaveLength(1);
  });

  test('carries hostile text as text', async () => {
    const cases = casesOf(await parsed(hostileRun()));
    const lost = cases.find(({ name }) => name === 'failures-without-a-rule');
    expect(lost?.failure?.[0]?.inner).toContain('</script><img src=x onerror="document.title=\'owned\'">');
    expect(lost?.failure?.[0]?.inner).toContain('\ufffd');
  });
});

describe('KTAP', () => {
  /** The tests by their full name; the parser wants four spaces where KTAP has two. */
  const results = (
    text: string,
  ): { readonly all: ReadonlyMap<string, Result>; readonly trouble: readonly unknown[] } => {
    const all = new Map<string, Result>();
    const parser = new Parser();
    const listen = (own: Parser, above: string): void => {
      own.on('assert', (result: Result) => all.set(`${above}${result.name}`, result));
      own.on('child', (child: Parser) => listen(child, `${child.name}/`));
    };
    listen(parser, '');
    let trouble: readonly unknown[] = [];
    parser.on('complete', (final: { readonly failures: readonly { readonly tapError?: unknown }[] }) => {
      trouble = final.failures.filter(({ tapError }) => typeof tapError === 'string');
    });
    parser.end(text.replaceAll(/^ +/gm, spaces => spaces + spaces));
    return { all, trouble };
  };

  test('has a test for each area and in it one for each rule, as the rule did', () => {
    const { all, trouble } = results(render('ktap', wrong));
    expect(trouble).toEqual([]);
    const { rules } = runReport(wrong).report;
    for (const { id, status } of rules) {
      const found = all.get(`${id.replace(/-\d+$/, '')}/${id}`);
      expect(found?.ok, id).toBe(status !== 'fail');
      expect(Boolean(found?.skip), id).toBe(status.startsWith('not-'));
    }
    expect(all.get('run/verdict')?.ok).toBe(false);
    expect(all.get('TXN')?.ok).toBe(![...all].some(([name, { ok }]) => name.startsWith('TXN/') && !ok));
  });

  test('says why something is skipped', () => {
    const skipped = runReport(wrong).report.rules.find(({ status }) => status === 'not-applicable');
    expect(render('ktap', wrong)).toMatch(new RegExp(`ok \\d+ ${skipped?.id} # SKIP not applicable: \\S`));
  });

  test('lets hostile text neither begin a line nor a directive', () => {
    const { all, trouble } = results(render('ktap', hostileRun()));
    expect(trouble).toEqual([]);
    expect([...all.keys()].filter(name => /^(?:\w+\/)?owned/.test(name))).toEqual([]);
    expect([...all.keys()].some(name => name.startsWith('run/environment # ERROR '))).toBe(true);
    expect(all.get('run/failures-without-a-rule')?.ok).toBe(false);
    expect(render('ktap', hostileRun())).toMatch(/^ {2}not ok 3 environment # ERROR /m);
  });
});

describe('Markdown', () => {
  test('begins with the verdict and the failures', () => {
    const text = render('markdown', wrong);
    expect(text.startsWith('## ❌ NOT CONFORMANT')).toBe(true);
    expect(text.indexOf('### 1. ')).toBeGreaterThan(0);
    expect(text.indexOf('### 1. ')).toBeLessThan(text.indexOf('| area |'));
    expect(text).toContain('npx binder-spec replay');
  });

  test('stays within what hosts show, however many failures there are, and says how many it left out', () => {
    const text = render('markdown', hostileRun(300));
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
    expect(text).toMatch(/… and \d+ further failures/);
    expect(text).toContain('| area |');
  });

  test('lets hostile text be no markup outside of blocks that it cannot end', () => {
    const lines = render('markdown', hostileRun()).split('\n');
    let fence: string | undefined;
    const outside = lines.filter(line => {
      const [ticks] = /^`{3,}/.exec(line) ?? [];
      if (fence === undefined && ticks !== undefined) fence = ticks;
      else if (line === fence) fence = undefined;
      else return fence === undefined;
      return false;
    });
    expect(fence).toBeUndefined();
    expect(outside.filter(line => /<(?!\/?(?:details|summary)>)/.test(line))).toEqual([]);
    expect(outside.filter(line => /(?<!\\)\]\((?!#)/.test(line))).toEqual([]);
  });
});

describe('the Mermaid diagram', () => {
  test('has a participant for each thread and an arrow for each step', () => {
    const text = render('mermaid', wrong, 1);
    const { minimal } = runReport(wrong).report.failures[0]!;
    expect(text.match(/->>driver: /g)).toHaveLength(minimal.length);
    expect(text).toContain('participant p0t0 as process 0, thread 0');
    expect(text).toContain('not allowed: ');
  });

  test('has hostile text on lines of its own kind alone', () => {
    const lines = render('mermaid', hostileRun(1))
      .split('\n')
      .filter(line => line.includes('owned'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/^ {2}Note over [^;<>]*not allowed: [^;<>]*(?:#\d+;[^;<>]*)*$/);
  });
});

describe('the trace for Perfetto', () => {
  interface Event {
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly ts: number;
    readonly dur?: number;
    readonly id?: number;
  }

  test('has a slice for each step, named processes and threads, and a mark where it fails', () => {
    const { traceEvents } = JSON.parse(render('perfetto', wrong)) as { readonly traceEvents: readonly Event[] };
    const of = (ph: string): readonly Event[] => traceEvents.filter(event => event.ph === ph);
    const steps = runReport(wrong).report.failures.reduce((sum, { ops }) => sum + ops, 0);
    expect(of('X')).toHaveLength(steps);
    expect(of('i')).toHaveLength(runReport(wrong).report.failures.length);
    const named = new Set(of('M').map(({ pid, tid }) => `${pid} ${tid}`));
    for (const { pid, tid } of of('X')) expect(named.has(`${pid} ${tid}`)).toBe(true);
  });

  test('binds the ends of each message to slices that are there', () => {
    const { traceEvents } = JSON.parse(render('perfetto', wrong)) as { readonly traceEvents: readonly Event[] };
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    const flows = traceEvents.filter(({ ph }) => ph === 's' || ph === 'f');
    const starts = flows.filter(({ ph }) => ph === 's').map(({ id }) => id);
    expect(flows.filter(({ ph }) => ph === 'f').map(({ id }) => id)).toEqual(starts);
    for (const { pid, tid, ts } of flows) {
      const around = slices.filter(
        slice => slice.pid === pid && slice.tid === tid && slice.ts <= ts && ts <= slice.ts + (slice.dur ?? 0),
      );
      expect(around.length).toBeGreaterThan(0);
    }
  });
});

describe('the ITF trace', () => {
  test('has a state for each step behind the initial one, each with every variable', () => {
    const trace = JSON.parse(render('itf', wrong)) as {
      readonly '#meta': { readonly format: string; readonly status: string };
      readonly vars: readonly string[];
      readonly states: readonly Readonly<Record<string, unknown>>[];
    };
    expect(trace['#meta']).toMatchObject({ format: 'ITF', status: 'violation' });
    expect(trace.states).toHaveLength(1 + (runReport(wrong).report.failures[0]?.ops ?? 0));
    trace.states.forEach((state, index) => {
      expect(Object.keys(state).sort()).toEqual([...trace.vars, '#meta'].sort());
      expect(state['#meta']).toEqual({ index });
    });
    expect(trace.states.map(state => state['mbt::actionTaken'])[0]).toBe('init');
  });

  test('has no null and no integer that JSON cannot carry', () => {
    expect(itfValue({ a: null, b: [2 ** 60, 1], c: undefined })).toEqual({
      a: { tag: 'None', value: { '#tup': [] } },
      b: [{ '#bigint': String(2 ** 60) }, 1],
    });
    expect(render('itf', wrong)).not.toContain('null');
  });
});

describe('the HTML page', () => {
  test('names no other address and runs no script but its own', () => {
    const text = render('html', wrong);
    expect(text).not.toMatch(/\b(?:src|href)="(?!#)/);
    expect(text).toMatch(/script-src (?:'|&#39;|&apos;)sha256-[A-Za-z0-9+/=]{44}/);
    expect(text).not.toMatch(/@import|url\((?!#)/);
  });

  test('has one data element and one script, whatever the strings in it say', () => {
    const text = render('html', hostileRun());
    expect(text.match(/<script/g)).toHaveLength(2);
    expect(text.match(/<\/script>/g)).toHaveLength(2);
    expect(text).not.toContain('<img');
    const data = /<script id="data" type="application\/json">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
    expect(JSON.parse(data)).toEqual(JSON.parse(JSON.stringify(pageData(hostileRun()))));
    expect(JSON.stringify(JSON.parse(data))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });

  test('holds the state of the specification beside that of the driver for each step', () => {
    const [story] = pageData(wrong).failures;
    expect(story?.steps.length).toBe(story?.ops.length);
    expect(story?.failing).toBe((story?.ops.length ?? 0) - 1);
    for (const { model, driver } of story?.steps ?? []) {
      expect(model?.procs.length).toBe(driver?.procs.length);
      expect(driver?.procs.length).toBeGreaterThan(0);
    }
    expect(statusOf(story?.rule ?? '')).toBe('fail');
  });
});

describe('every report', () => {
  test.each(['terminal', 'junit', 'ktap', 'markdown', 'mermaid'] as const)('%s moves no cursor', format => {
    expect(render(format, hostileRun())).not.toMatch(/[^\P{Cc}\n\t]/u);
  });

  test.each(FORMATS)(
    '%s can be made of a run without failures, and of one that says the worst',
    (format: FormatName) => {
      expect(render(format, hostileRun(0)).length).toBeGreaterThan(10);
      expect(render(format, hostileRun(2)).length).toBeGreaterThan(10);
    },
  );

  test('can be asked for one failure by its number, and only for one that is there', async () => {
    await withFolder(async folder => {
      const log = path.join(folder, 'run.jsonl');
      await command(['run', '-t', 'model', '-n', '50', '-s', '1', '--no-corpus', '--log', log]);
      const { code, err } = await command(['report', 'render', log, '-f', 'itf', '--failure', '1']);
      expect(code).toBe(2);
      expect(err).toContain('there is no failure 1: the run has 0 failures');
    });
  });
});

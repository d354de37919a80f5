/** `run --record` and `check`: what was recorded is judged as the run judged it, without the target. */
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TraceHead, TraceSequence } from '../../abi/trace.ts';
import { TraceHeadSchema, TraceSequenceSchema } from '../../abi/trace.ts';
import { InFlight } from '../../conformance/in-flight.ts';
import type { Plan } from '../../conformance/campaign/plan.ts';
import { RemoteRun } from '../../conformance/campaign/remote.ts';
import { Restarting } from '../../conformance/campaign/restarting.ts';
import { Tally } from '../../conformance/campaign/tally.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { beginTrace } from '../../conformance/trace/writer.ts';
import { command, withFolder, type Finished } from './command.ts';
import { FakeMachine } from './fake-machine.ts';

const reportOf = (file: string): RunReport => JSON.parse(readFileSync(file, 'utf8')) as RunReport;

/** What of a report has to be the same for a run and its record. */
const judged = ({
  verdict,
  reasons,
  failures,
  witnesses,
  unexercised,
  sequences,
  regressions,
  target,
  seed,
}: RunReport) => ({
  unseen: witnesses.filter(({ seen }) => seen === 0).map(({ id }) => id),
  ...{ verdict, reasons, unexercised, sequences, regressions, target, seed },
  failures: failures.map(({ signature, rule, rules, seen, origin, minimal }) => ({
    ...{ signature, rule, rules, seen, origin, minimal },
  })),
});

interface Both {
  readonly live: Finished & { readonly report: RunReport };
  readonly checked: Finished & { readonly report: RunReport };
  readonly trace: string;
}

/** A recorded run, and the judgement of its record. */
const recorded = async (folder: string, args: readonly string[]): Promise<Both> => {
  const trace = path.join(folder, 'trace.jsonl');
  const save = path.join(folder, 'failures');
  const [one, two] = [path.join(folder, 'run.json'), path.join(folder, 'check.json')];
  const live = await command(['run', '--record', trace, '--report', `json=${one}`, '--save', save, ...args]);
  const checked = await command(['check', trace, '--report', `json=${two}`, '--save', save]);
  return { live: { ...live, report: reportOf(one) }, checked: { ...checked, report: reportOf(two) }, trace };
};

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

describe('a recorded run', () => {
  test('is a trace: a head and a line for each sequence, corpus included', async () => {
    await withFolder(async folder => {
      const { trace, live } = await recorded(folder, ['--ops', '300', '--seed', '4']);
      const [head, ...sequences] = linesOf(trace).map(line => JSON.parse(line) as unknown);
      expect(TraceHeadSchema.parse(head)).toMatchObject({ exactIds: true, seed: 4, target: live.report.target });
      expect(sequences).toHaveLength(live.report.sequences);
      for (const sequence of sequences) TraceSequenceSchema.parse(sequence);
    });
  });

  test('of a right driver has the same verdict, rules and coverage when it is checked', async () => {
    await withFolder(async folder => {
      const { live, checked } = await recorded(folder, ['--ops', '1500', '--seed', '4', '--no-corpus']);
      expect(checked.code).toBe(live.code);
      expect(judged(checked.report)).toEqual(judged(live.report));
      expect(checked.report.rules).toEqual(live.report.rules);
      expect(checked.report.ops).toBe(live.report.ops);
    });
  });

  test.each(['br-dead-reply', 'async-space'])(
    'of a wrong driver (%s) has the same failures, the shrunk log included',
    async mutant => {
      await withFolder(async folder => {
        const args = ['--target', `mutant:${mutant}`, '--ops', '4000', '--seed', '2', '--max-failures', '1'];
        const { live, checked } = await recorded(folder, args);
        expect(live.code).toBe(1);
        expect(checked.code).toBe(1);
        expect(live.report.failures).not.toEqual([]);
        expect(judged(checked.report)).toEqual(judged(live.report));
      });
    },
  );

  test('that is thin is inconclusive when it is checked', async () => {
    await withFolder(async folder => {
      const { checked } = await recorded(folder, ['--ops', '20', '--seed', '4', '--no-corpus']);
      expect(checked.code).toBe(4);
      expect(checked.out).toContain('VERDICT  INCONCLUSIVE');
    });
  });
});

test('the death of a remote target is in its trace, and is its failure when the trace is checked', async () => {
  await withFolder(async folder => {
    const trace = path.join(folder, 'trace.jsonl');
    const head: TraceHead = {
      ...{ format: 'binder-spec/trace', version: 1, profile: 'linux-6.1', exactIds: false },
      target: { name: 'linux', kind: 'linux', version: '1' },
    };
    beginTrace(trace, head);
    const tally = new Tally();
    const killer = new Restarting(async () => {
      return new FakeMachine(2, batch => (batch.some(({ call }) => call.op === 'kill') ? 'die' : 'live'));
    });
    const plan: Plan = {
      target: { kind: 'linux' },
      budget: { ops: 4000, failures: 1 },
      profile: 'linux-6.1',
      level: 'full',
      ...{ seed: 6, devices: 2, record: trace },
    };
    await new RemoteRun(
      plan,
      killer,
      tally,
      new InFlight(path.join(folder, 'in-flight')),
      () => {},
      new AbortController().signal,
    ).run();
    const [found] = [...tally.failures.values()];
    expect(found?.first.failure.kind).toBe('crash');
    const report = path.join(folder, 'check.json');
    const { code } = await command(['check', trace, '--report', `json=${report}`, '--save', folder]);
    expect(code).toBe(1);
    expect(reportOf(report).failures.map(({ signature }) => signature)).toEqual([found?.first.failure.signature]);
    expect(reportOf(report).sequences).toBeGreaterThan(0);
  });
});

describe('a trace file', () => {
  const small = ['--ops', '30', '--seed', '4', '--no-corpus', '--length', '15'];

  test('whose last line is torn is judged without it, and that is said', async () => {
    await withFolder(async folder => {
      const { trace, live } = await recorded(folder, small);
      const text = readFileSync(trace, 'utf8');
      truncateSync(trace, text.length - 20);
      const file = path.join(folder, 'torn.json');
      const { code, err } = await command(['check', trace, '--report', `json=${file}`]);
      expect(code).toBe(4);
      expect(err).toContain(`line ${live.report.sequences + 1} broke off`);
      expect(reportOf(file).sequences).toBe(live.report.sequences - 1);
    });
  });

  test('that is broken anywhere else is refused with the number of the line', async () => {
    await withFolder(async folder => {
      const { trace } = await recorded(folder, small);
      const whole = readFileSync(trace, 'utf8');
      const broken = async (text: string): Promise<string> => {
        writeFileSync(trace, text);
        const { code, err } = await command(['check', trace]);
        expect(code).toBe(2);
        return err;
      };
      const [head = '', first = '', ...rest] = whole.trimEnd().split('\n');
      const file = (...lines: readonly string[]): string => `${lines.join('\n')}\n`;
      expect(await broken(file(head, first.slice(0, -5), ...rest))).toContain('line 2: not JSON');
      expect(await broken(file(head, first, ...rest, '{"source'))).toContain(`line ${rest.length + 3}: not JSON`);
      expect(await broken(file(head, first.replace('"OK"', '"EMADEUP"'), ...rest))).toMatch(
        /line 2: steps\[\d+\]\.observation\.result/,
      );
      expect(await broken(file(first, ...rest))).toContain('line 1: not a trace');
      expect(await broken(file(head.replace('"version":1', '"version":2')))).toContain('traces of version 1, not 2');
      expect(await broken('')).toContain('it is empty');
      expect(await broken('{"format"')).toContain('line 1: not JSON');
      expect(await broken(file(head.replace('linux-6.1', 'hurd'), first))).toContain('no profile has the name hurd');
    });
  });

  test('with a step that nobody can have performed is refused with its place', async () => {
    await withFolder(async folder => {
      const { trace } = await recorded(folder, small);
      const impossible: TraceSequence = {
        ...{ source: 'by hand', devices: 1 },
        steps: [
          {
            op: { op: 'poll', id: 7, proc: 0, thread: 0, fd: 3 },
            observation: { op: 7, result: { status: 'OK', readable: false }, completions: [] },
          },
        ],
      };
      appendFileSync(trace, `${JSON.stringify(impossible)}\n`);
      const { code, err } = await command(['check', trace]);
      expect(code).toBe(2);
      expect(err).toContain(`line ${linesOf(trace).length}: steps[0].op: op 7 cannot be made here`);
    });
  });

  test('without a sequence is inconclusive: nothing ran', async () => {
    await withFolder(async folder => {
      const { trace } = await recorded(folder, small);
      writeFileSync(trace, `${linesOf(trace)[0]}\n`);
      const { code, out } = await command(['check', trace]);
      expect(code).toBe(4);
      expect(out).toContain('nothing ran');
    });
  });

  test('that does not exist, or is a folder, is a usage error', async () => {
    await withFolder(async folder => {
      expect(await command(['check', path.join(folder, 'none')])).toMatchObject({ code: 2 });
      expect((await command(['check', folder])).err).toContain('it is a folder');
    });
  });

  test('that cannot be written ends the run before it begins', async () => {
    const { code, err } = await command(['run', '--ops', '10', '--record', '/dev/null/trace']);
    expect(code).toBe(3);
    expect(err).toContain('cannot write /dev/null/trace');
  });

  test('whose observation was changed by hand is not conformant', async () => {
    await withFolder(async folder => {
      const { trace } = await recorded(folder, small);
      writeFileSync(trace, readFileSync(trace, 'utf8').replace('"status":"OK"', '"status":"EPROTO"'));
      const { code, out } = await command(['check', trace, '--save', folder]);
      expect(code).toBe(1);
      expect(out).toContain('observed "EPROTO"');
    });
  });
});

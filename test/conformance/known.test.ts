/** Known failures: their conditions, their file, what becomes of each, and what that does to a verdict. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { OpLog } from '../../abi/op.ts';
import { compareVersions, ConditionError, parseCondition, type Facts } from '../../conformance/known/condition.ts';
import { decide } from '../../conformance/known/decide.ts';
import { edited } from '../../conformance/known/edit.ts';
import { parseKnown, type KnownEntry, type ReadyEntry } from '../../conformance/known/file.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { exitCodeOf, judge, type Evidence } from '../../conformance/verdict.ts';
import { differs, type Failure } from '../../properties/failure.ts';
import { command, withFolder, type Finished } from './command.ts';

const facts: Facts = { id: 'linux-rust', kind: 'process', version: '6.18.44', profile: 'core' };

describe('a condition', () => {
  test.each([
    ["impl.id == 'linux-rust'", true],
    ["'linux-rust' == target.id", true],
    ["impl.id != 'linux-rust'", false],
    ["impl.version < '6.19'", true],
    ["impl.version < '6.18'", false],
    ["impl.version >= '6.18.44' && impl.version <= '6.18.44'", true],
    ["impl.id == 'x' || target.kind == 'process' && profile == 'core'", true],
    ["(impl.id == 'x' || target.kind == 'process') && profile == 'linux-6.1'", false],
    ['target.version > "6.9"', true],
  ])('%s is %s', (text, holds) => {
    expect(parseCondition(text)(facts)).toBe(holds);
  });

  test.each([
    ['impl.id = "x"', 9, '"=" means nothing here'],
    ['impl.id == ', 12, 'a name such as impl.version'],
    ["impl.idea == 'x'", 1, 'nothing has the name impl.idea: there are target.id'],
    ["impl.id < 'x'", 9, 'impl.id has no order'],
    ["'a' == 'b'", 5, 'two texts are compared'],
    ["impl.id == 'x' impl", 16, 'impl'],
    ["(impl.id == 'x'", 16, ')'],
    ['process.exit()', 1, 'nothing has the name process.exit'],
    ['', 1, 'expected a name such as impl.version, a text in quotes, or a bracket'],
  ])('%j is refused at column %i', (text, column, message) => {
    const read = (): unknown => parseCondition(text);
    expect(read).toThrow(ConditionError);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as ConditionError).column).toBe(column);
    }
  });

  test('compares versions by the dotted numbers in them', () => {
    expect(compareVersions('6.9', '6.19')).toBeLessThan(0);
    expect(compareVersions('6.1', '6.1.0')).toBe(0);
    expect(compareVersions('linux-image-6.1.0-56-amd64 6.1.192-2', '6.2')).toBeLessThan(0);
    expect(compareVersions('v10', '9.9')).toBeGreaterThan(0);
  });
});

const ENTRY = `[[known]]
req = "TXN-01" # as everybody knows
signature = "observation poll result.readable true!=false"
status = "bug"
issue = "https://example.org/1"
repro = "a.json"
`;

describe('a file of known failures', () => {
  const refused = (text: string): string => {
    try {
      parseKnown('known.toml', text);
    } catch (error) {
      return (error as Error).message;
    }
    return 'it was read';
  };

  test('is refused with the place of whatever is wrong', () => {
    expect(refused('version = 1\n[[known]\n')).toMatch(/^known\.toml: not TOML: .*\(line 2, column 9\)$/);
    expect(refused(`version = 2\n`)).toContain('known.toml: version');
    expect(refused(`version = 1\n${ENTRY.replace(/issue.*\n/, '')}`)).toContain('known[0].issue');
    expect(refused(`version = 1\n${ENTRY}status2 = 1\n`)).toContain('status2');
    expect(refused(`version = 1\n${ENTRY}\n${ENTRY.replace('bug', 'feature')}`)).toContain('known[1].status');
    expect(refused(`version = 1\n${ENTRY.replace('TXN-01', 'TXN-999')}`)).toBe(
      'known.toml: known[0].req: no rule or invariant has the id TXN-999',
    );
    expect(refused(`version = 1\n${ENTRY}expires = "soon"\n`)).toContain('known[0].expires: expected a day');
  });

  test('takes a day as a text or as a TOML date, and an invariant for a rule', () => {
    const text = `version = 1\n${ENTRY.replace('TXN-01', 'INV-BUFFER-03')}expires = 2026-12-31\n${ENTRY}expires = "2026-12-31"\n`;
    expect(parseKnown('', text).map(({ expires }) => expires)).toEqual(['2026-12-31', '2026-12-31']);
  });

  test('keeps its comments and its other entries when one is dropped, changed or added', () => {
    const text = `version = 1\n# about all\n\n${ENTRY}\n# about the second\n${ENTRY.replace('TXN-01', 'TXN-02')}`;
    const entry: KnownEntry = {
      ...{ req: 'none', signature: 's', status: 'quirk', issue: 'i', repro: 'r', when: "impl.id == 'x'" },
    };
    expect(edited('', text, new Map([[0, 'drop']]))).toBe(text.replace(`${ENTRY}\n`, ''));
    expect(edited('', text, new Map([[1, { req: 'TXN-03', signature: 'new "one"' }]]))).toContain(
      `# about the second\n[[known]]\nreq = "TXN-03"\nsignature = "new \\"one\\""\nstatus`,
    );
    const longer = edited('', text, new Map(), [entry]);
    expect(longer.startsWith(text)).toBe(true);
    expect(parseKnown('', longer).at(-1)).toEqual(entry);
  });

  test('that is written in another way is not cut into pieces', () => {
    const inline =
      'version = 1\nknown = [{ req = "none", signature = "s", status = "bug", issue = "i", repro = "r" }]\n';
    expect(() => edited('k.toml', inline, new Map([[0, 'drop']]))).toThrow('cannot be edited safely');
  });
});

describe('what becomes of an entry', () => {
  const op = { op: 'poll', id: 7, proc: 0, thread: 0, fd: 0 } as const;
  const failing = (seen: boolean, rules: readonly string[]): Failure =>
    differs('observation', op, { result: { readable: seen } }, [{ result: { readable: !seen } }], rules, []);
  const log: OpLog = { format: 'binder-spec/op-log', version: 1, ops: [op] };
  const recorded = failing(true, ['THR-01', 'TXN-01']);
  const ready = (more: Partial<ReadyEntry> = {}): ReadyEntry => ({
    ...{ req: 'TXN-01', signature: recorded.signature, status: 'bug', issue: 'i', repro: 'r' },
    ...{ condition: () => true, log },
    ...more,
  });
  const decided = (entry: ReadyEntry, ...answers: readonly (Failure | undefined)[]) => {
    let turn = 0;
    return decide(entry, facts, '2026-06-15', async () => answers[Math.min(turn++, answers.length - 1)]);
  };

  test.each([
    ['known', 'it fails as recorded', ready(), [recorded]],
    ['known', 'it fails as recorded on its last day', ready({ expires: '2026-06-15' }), [recorded]],
    ['expired', 'its last day is over', ready({ expires: '2026-06-14' }), [recorded]],
    ['changed', 'it fails with another signature', ready(), [failing(false, ['TXN-01'])]],
    ['changed', 'it blames other rules', ready(), [failing(true, ['TXN-02'])]],
    ['stale', 'it does not fail', ready(), [undefined]],
    ['ignored', 'its condition does not hold', ready({ condition: () => false }), [recorded]],
    [
      'known',
      'it is intermittent and fails at last',
      ready({ status: 'intermittent' }),
      [undefined, undefined, recorded],
    ],
    ['unseen', 'it is intermittent and never fails', ready({ status: 'intermittent' }), [undefined]],
    [
      'expired',
      'it is intermittent, never fails and is over',
      ready({ status: 'intermittent', expires: '2026-06-14' }),
      [undefined],
    ],
    [
      'changed',
      'it is intermittent and fails otherwise',
      ready({ status: 'intermittent' }),
      [undefined, failing(false, [])],
    ],
    ['known', 'it blames no rule and none is recorded', ready({ req: 'none' }), [failing(true, [])]],
  ] as const)('is %s where %s', async (outcome, _, entry, answers) => {
    const { outcome: found, excuses } = await decided(entry, ...answers);
    expect(found).toBe(outcome);
    expect(excuses).toBe(outcome === 'known' ? recorded.core : null);
  });
});

describe('a verdict', () => {
  const green: Evidence = { ops: 1, failures: 0, unexercised: 0, unseen: 0, errors: 0, interrupted: false };

  test.each([
    [{}, 'CONFORMANT', 0],
    [{ known: 2 }, 'CONFORMANT', 0],
    [{ known: 1, deviations: 1 }, 'CONFORMANT WITH DEVIATIONS', 0],
    [{ disowned: 1 }, 'NOT CONFORMANT', 1],
    [{ known: 1, unexercised: 1 }, 'INCONCLUSIVE', 4],
    [{ deviations: 1, failures: 1 }, 'NOT CONFORMANT', 1],
  ] as const)('with %j is %s', (more, verdict, code) => {
    expect(judge({ ...green, ...more }).verdict).toBe(verdict);
    expect(exitCodeOf({ ...green, ...more })).toBe(code);
  });
});

describe('known failures of a run', () => {
  const WRONG = ['-t', 'mutant:node-cookie', '-n', '800', '-s', '1', '--no-corpus'];
  const run = async (folder: string, args: readonly string[]): Promise<Finished & { readonly report: RunReport }> => {
    const file = (name: string): string => path.join(folder, name);
    const out = ['--log', file('run.jsonl'), '--save', file('failures'), '-r', `json=${file('report.json')}`];
    const finished = await command(['run', ...out, ...args]);
    return { ...finished, report: JSON.parse(readFileSync(file('report.json'), 'utf8')) as RunReport };
  };
  const update = (folder: string, ...more: readonly string[]): Promise<Finished> =>
    command([
      ...['known', 'update', path.join(folder, 'known.toml'), '--from', path.join(folder, 'run.jsonl')],
      ...['--issue', 'https://example.org/7', ...more],
    ]);

  test('are written by update with their logs, excused by the next run, and stale once mended', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'known.toml');
      const first = await run(folder, WRONG);
      expect(first.code).toBe(1);
      expect((await update(folder)).out).toContain('added');
      const [entry] = parseKnown(file, readFileSync(file, 'utf8'));
      expect(existsSync(path.join(folder, entry?.repro ?? ''))).toBe(true);
      expect(entry).toMatchObject({ signature: first.report.failures[0]?.signature, issue: 'https://example.org/7' });

      const again = await run(folder, [...WRONG, '--known', file]);
      // So short a run exercises too little; but nothing counts against the driver.
      expect(again.code).toBe(4);
      expect(again.out).toContain(`KNOWN ${entry?.req} (bug) https://example.org/7`);
      expect(again.out).not.toContain('FAIL');
      expect(again.report.known).toMatchObject([{ outcome: 'known', file }]);
      expect(again.report.known[0]?.seen).toBeGreaterThan(1);
      expect(again.report.failures[0]?.known).toMatchObject({ req: entry?.req });
      expect(again.report.rules.find(({ id }) => id === entry?.req)?.status).toBe('known');
      expect((await update(folder)).out).toContain('has no failure that');
      const rendered = await command(['report', 'render', path.join(folder, 'run.jsonl'), '-f', 'terminal']);
      expect(rendered.out).toBe(again.out);

      const why = await command(['known', 'why', file, entry?.req ?? '', '--from', path.join(folder, 'run.jsonl')]);
      expect(why.out).toContain('last run  known');
      expect(why.out).toContain("when      target.id == 'mutant:node-cookie'");

      const elsewhere = await run(folder, ['-t', 'impl', '-n', '20', '-s', '1', '--no-corpus', '--known', file]);
      expect(elsewhere.report.known).toMatchObject([{ outcome: 'ignored' }]);

      writeFileSync(file, readFileSync(file, 'utf8').replace(/^when.*\n/m, ''));
      const mended = await run(folder, ['-t', 'impl', '-n', '20', '-s', '1', '--no-corpus', '--known', file]);
      expect(mended.code).toBe(1);
      expect(mended.out).toContain('STALE');
      const pruned = await command(['known', 'prune', file, '--from', path.join(folder, 'run.jsonl')]);
      expect(pruned.out).toContain('1 stale entry of 1');
      expect(parseKnown(file, readFileSync(file, 'utf8'))).toEqual([]);
    });
  });

  test('that fail otherwise count, and update writes what they have become', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'known.toml');
      await run(folder, WRONG);
      await update(folder, '--status', 'wontfix');
      const right = readFileSync(file, 'utf8');
      writeFileSync(file, `# mine\n${right.replace(/^signature.*$/m, 'signature = "observation poll"')}`);
      const changed = await run(folder, [...WRONG, '--known', file]);
      expect(changed.code).toBe(1);
      expect(changed.report.known).toMatchObject([{ outcome: 'changed' }]);
      expect(changed.out).toContain('CHANGED');
      expect((await update(folder)).out).toContain('changed  known[0]');
      expect(readFileSync(file, 'utf8')).toBe(`# mine\n${right}`);
      const known = await run(folder, [...WRONG, '--known', file]);
      expect(known.report.known).toMatchObject([{ outcome: 'known' }]);
    });
  });

  test('that are expired are told and count', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'known.toml');
      await run(folder, WRONG);
      await update(folder, '--expires', '2020-01-31');
      const expired = await run(folder, [...WRONG, '--known', file]);
      expect(expired.code).toBe(1);
      expect(expired.out).toContain('expired on 2020-01-31');
      expect(expired.out).toContain('FAIL');
    });
  });

  test('in a file that is wrong end the run before it begins', async () => {
    await withFolder(async folder => {
      const file = path.join(folder, 'known.toml');
      const refusal = async (text: string): Promise<string> => {
        writeFileSync(file, text);
        const { code, err } = await command(['run', ...WRONG, '--no-log', '--known', file]);
        expect(code).toBe(2);
        return err;
      };
      expect(await refusal(`version = 1\n${ENTRY.replace('TXN-01', 'TXN-999')}`)).toContain('the id TXN-999');
      expect(await refusal(`version = 1\n${ENTRY}`)).toContain('a.json: no such file');
      expect(await refusal(`version = 1\n${ENTRY}when = "impl.size < '3'"\n`)).toContain('known[0].when: column 1');
      expect((await command(['known', 'why', file, '7'])).err).toContain('say its number (0 to 0)');
    });
  });
});

/** Whatever the user gets wrong ends with exit code 2 and one sentence that says what would be right. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { command, withFolder } from './command.ts';

describe('the command line refuses', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['an unknown option', ['run', '--frobnicate'], /unknown option '--frobnicate'/],
    ['an unknown command', ['frobnicate'], /unknown command 'frobnicate'/],
    ['no command at all', [], /Usage: binder-spec/],
    ['an unknown target', ['run', '--target', 'windows'], /Expected impl, model, linux or mutant:NAME/],
    ['a mutant that does not exist', ['run', '--target', 'mutant:none'], /mutant.*none/],
    ['a target without a name', ['run', '--target'], /argument missing/],
    ['an unknown profile', ['run', '--profile', 'linux-9'], /Allowed choices are linux-6.1, core/],
    ['a number of ops that is none', ['run', '--ops', 'many'], /Expected a whole number of at least 1/],
    ['no ops at all', ['run', '--ops', '0'], /Expected a whole number of at least 1/],
    ['a negative number of jobs', ['run', '--jobs=-2'], /Expected a whole number of at least 1/],
    ['a time without a unit that anyone knows', ['run', '--time', '5 fortnights'], /Expected a duration such as 60s/],
    ['a seed that does not fit', ['run', '--seed', '4294967296'], /Expected a whole number from 0 to 4294967295/],
    [
      'a report of an unknown format',
      ['run', '--report', 'papyrus=out.txt'],
      /Expected FORMAT=FILE with FORMAT one of/,
    ],
    ['a report without a file', ['run', '--report', 'json'], /Expected FORMAT=FILE with FORMAT one of/],
    ['a target and an adapter', ['run', '--target', 'impl', '--', './my-adapter'], /both --target and an adapter/],
    ['replay without a file', ['replay'], /missing required argument 'file'/],
    ['an unknown rule', ['explain', 'TXN-9999'], /no rule has the id TXN-9999: TXN has TXN-01/],
    ['a rule of an area that does not exist', ['explain', 'NOPE'], /no rule has the id NOPE: see `binder-spec list`/],
    ['an argument too many', ['explain', 'TXN-01', 'TXN-02'], /too many arguments/],
  ])('%s', async (_, args, says) => {
    const { code, out, err } = await command(args);
    expect(code).toBe(2);
    expect(err).toMatch(says);
    expect(out).toBe('');
    expect(err).not.toContain('    at ');
  });
});

const head = { format: 'binder-spec/op-log', version: 1 };
const open = { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 };

describe('replay refuses a file', () => {
  test.each<[string, string, RegExp]>([
    ['that is empty', '', /log\.json: not JSON/],
    ['that is cut in the middle', JSON.stringify({ ...head, ops: [open] }).slice(0, 50), /log\.json: not JSON/],
    ['that is another kind of JSON', '[1,2,3]', /not an op log: format is absent/],
    ['of another format', '{"format":"tar"}', /not an op log: format is "tar", not "binder-spec\/op-log"/],
    ['of a later version', JSON.stringify({ ...head, version: 2, ops: [] }), /reads op logs of version 1, not 2/],
    ['without ops', JSON.stringify(head), /ops: .*expected array/],
    ['with an empty list of ops', JSON.stringify({ ...head, ops: [] }), /there is nothing to replay: ops is empty/],
    ['with an op that nobody knows', JSON.stringify({ ...head, ops: [open, { op: 'fly', id: 2 }] }), /ops\[1\]\.op: /],
    [
      'with a field of the wrong type',
      JSON.stringify({ ...head, ops: [{ ...open, proc: 'zero' }] }),
      /ops\[0\]\.proc: .*expected number/,
    ],
    [
      'with a field that nobody knows',
      JSON.stringify({ ...head, ops: [{ ...open, colour: 'red' }] }),
      /ops\[0\]: .*"colour"/,
    ],
    [
      'with an unknown command deep inside',
      JSON.stringify({
        ...head,
        ops: [{ op: 'write_read', id: 1, proc: 0, thread: 0, fd: 0, write: [{ bc: 'BC_FLY' }] }],
      }),
      /ops\[0\]\.write\[0\]\.bc: /,
    ],
    [
      'with a bad handle deep inside',
      JSON.stringify({
        ...head,
        ops: [
          { op: 'write_read', id: 1, proc: 0, thread: 0, fd: 0, write: [{ bc: 'BC_ACQUIRE', handle: { of: 'x' } }] },
        ],
      }),
      /ops\[0\]\.write\[0\]\.handle\.of: .*expected number/,
    ],
    [
      'with two ops of one id',
      JSON.stringify({ ...head, ops: [open, { ...open, fd: 1 }] }),
      /ops\[1\]\.id: 1 is the id of an earlier op/,
    ],
  ])('%s', async (_, text, says) => {
    await withFolder(async folder => {
      const file = path.join(folder, 'log.json');
      writeFileSync(file, text);
      const { code, err } = await command(['replay', file]);
      expect(code).toBe(2);
      expect(err).toMatch(says);
      expect(err.trimEnd().split('\n')).toHaveLength(1);
    });
  });

  test('that is not there', async () => {
    const { code, err } = await command(['replay', '/nowhere/log.json']);
    expect(code).toBe(2);
    expect(err).toBe('error: cannot read /nowhere/log.json: no such file or folder\n');
  });

  test('that is a folder', async () => {
    await withFolder(async folder => {
      const { code, err } = await command(['replay', folder]);
      expect(code).toBe(2);
      expect(err).toContain('it is a folder');
    });
  });
});

describe('the command line tells', () => {
  test.each([['--help'], ['run --help'], ['replay --help'], ['list --help'], ['--version']])(
    '%s and ends well',
    async words => {
      const { code, out, err } = await command(words.split(' '));
      expect(code).toBe(0);
      expect(out.length).toBeGreaterThan(3);
      expect(err).toBe('');
    },
  );

  test('its exit codes in --help', async () => {
    const { out } = await command(['--help']);
    expect(out).toContain(
      'Exit codes: 0 conformant, 1 not conformant, 2 usage, 3 adapter or environment, 4 inconclusive, 130 interrupted.',
    );
  });
});

/** docs/guide.md, followed literally: every command in it does what is said there. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../conformance/exit.ts';
import { command, withFolder } from './command.ts';

const guide = readFileSync('docs/guide.md', 'utf8');
const commands = [...guide.matchAll(/^```sh\n([\s\S]*?)```$/gm)]
  .flatMap(([, block]) => (block as string).trim().split('\n'))
  .filter(line => line.startsWith('npx binder-spec '))
  .map(line => line.slice('npx binder-spec '.length));

const hasPython = (): boolean => {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** The command line with its outputs in `folder` and fewer operations, so that the test is quick. */
const inFolder = (line: string, folder: string): string[] =>
  line
    .split(' ')
    .map(word => word.replace(/(^|=)out\//, (_, before: string) => `${before}${folder}${path.sep}`))
    .map((word, at, words) => (words[at - 1] === '--ops' ? '1500' : word))
    .flatMap(word => (word === 'run' ? ['run', '--save', path.join(folder, 'failures')] : [word]));

describe('the guide', () => {
  test('has the commands that this file follows', () => {
    expect(commands.map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'doctor --',
      'run --ops',
      'run --ops',
      'known update',
      'run --ops',
    ]);
  });

  test('finds the Python adapter right, and gives its driver a verdict and a page', async context => {
    if (!hasPython()) context.skip('needs python3');
    await withFolder(async folder => {
      const [doctor = '', run = ''] = commands;
      expect((await command(inFolder(doctor, folder))).code).toBe(EXIT.conformant);
      const { code, out } = await command(inFolder(run, folder));
      expect(out).toContain('target python-example');
      expect(out).not.toContain('FAIL');
      expect([EXIT.conformant, EXIT.inconclusive]).toContain(code);
      expect(existsSync(path.join(folder, 'python.html'))).toBe(true);
    });
  });

  test('excuses a failure that is known', async () => {
    await withFolder(async folder => {
      const [, , first = '', update = '', again = ''] = commands;
      expect((await command(inFolder(first, folder))).code).toBe(EXIT.notConformant);
      expect((await command(inFolder(update, folder))).code).toBe(EXIT.conformant);
      const { out } = await command(inFolder(again, folder));
      expect(out).toContain('KNOWN');
    });
  });
});

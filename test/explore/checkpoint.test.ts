/** Explorations that are killed, and those that have too little memory, on one thread and on two. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../bin/binder-spec.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'killed-'));
afterAll(() => rmSync(folder, { recursive: true }));

const configuration = ['explore', '--config', 'small', '--quiet', '--save', path.join(folder, 'found')];

/** What is said of the states, without times and places. */
const countsOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter(line => /states {2}|depth|complete|PARTIAL|witnesses|promises/.test(line))
    .map(line => line.replace(/ \(.*a second\)/, ''));

const run = (...options: readonly string[]) =>
  spawnSync(process.execPath, [main, ...configuration, ...options], { encoding: 'utf8' });

/** The layer between which and the next the checkpoint was written; -1 while there is none. */
const depthOf = (file: string): number => {
  try {
    const descriptor = openSync(file, 'r');
    const bytes = Buffer.alloc(4096);
    readSync(descriptor, bytes);
    closeSync(descriptor);
    return Number(/"depth":(\d+),"from"/.exec(bytes.toString('utf8'))?.[1] ?? -1);
  } catch {
    return -1;
  }
};

const whole = run();

describe('an exploration that is killed', () => {
  test.each([
    ['one thread', [], ['--jobs', '2']],
    ['two threads', ['--jobs', '2'], []],
  ])('on %s goes on from its last checkpoint, on as many as one likes, to the same end', async (name, first, then) => {
    const file = path.join(folder, name.replace(' ', '-'));
    const saving = ['--checkpoint', file, '--checkpoint-every', '1ms'];
    const child = spawn(process.execPath, [main, ...configuration, ...first, ...saving], { stdio: 'ignore' });
    const over = new Promise(resolve => child.once('exit', (_, signal) => resolve(signal)));
    while (depthOf(file) < 8 && child.exitCode === null) await setTimeout(2);
    child.kill('SIGKILL');
    expect(await over).toBe('SIGKILL');
    expect(depthOf(file)).toBeLessThan(30);
    const resumed = run('--resume', file, ...then);
    expect(resumed.stderr).toBe('');
    expect(resumed.status).toBe(0);
    expect(countsOf(resumed.stdout)).toEqual(countsOf(whole.stdout));
  });

  test('is not gone on from under other options', () => {
    const { status, stderr } = run('--resume', path.join(folder, 'one-thread'), '--no-symmetry');
    expect(status).toBe(2);
    expect(stderr).toContain('of another configuration, or of other options');
  });
});

describe('an exploration whose memory is full', () => {
  test.each([['1'], ['2']])('on %s threads says what it saw, that it is partial, and exits with 4', jobs => {
    const { status, stdout, stderr } = run('--memory', '700KB', '--jobs', jobs);
    expect(stderr).toBe('');
    expect(stdout).toContain('PARTIAL: the memory that it may use is full');
    const distinct = Number(/distinct states {3}([\d ]+)/.exec(stdout)?.[1]?.replaceAll(' ', ''));
    expect(distinct).toBeGreaterThan(1000);
    expect(distinct).toBeLessThan(28_149);
    expect(stdout).toContain('witnesses: ');
    expect(status).toBe(4);
  });
});

/** Exported C programs on the real driver: they show what the specification allows, as the target does. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { readCorpus } from '../../conformance/corpus.ts';
import { cProgram } from '../../conformance/export/c.ts';
import { runPrograms, type GuestProgram } from './programs.ts';

const wanted = process.env['BINDER_SPEC_LINUX'] === '1';
/** All of the corpus, or what is named. */
const only = process.env['BINDER_SPEC_EXPORTS'];
const need = (context: TestContext): void => {
  if (!wanted) context.skip('set BINDER_SPEC_LINUX=1 (after npm run linux:setup) to boot the Linux machine');
};

const compile = (folder: string, name: string, source: string): Uint8Array => {
  const file = path.join(folder, name);
  writeFileSync(`${file}.c`, source);
  execFileSync('gcc', ['-Wall', '-Wextra', '-Werror', '-static', '-DCHECK', '-o', file, `${file}.c`, '-lpthread']);
  execFileSync('strip', [file]);
  return readFileSync(file);
};

describe('an exported C program', () => {
  test('shows on the Linux driver what the specification allows, op by op', { timeout: 600_000 }, async context => {
    need(context);
    const folder = mkdtempSync(path.join(tmpdir(), 'binder-spec-export-'));
    const logs = readCorpus().filter(({ file }) => only === undefined || new RegExp(only).test(file));
    try {
      const programs = logs.map(({ file, log }, at): GuestProgram => {
        const name = path.basename(file, '.json');
        const devices = [`/dev/binder${at * 2}`, `/dev/binder${at * 2 + 1}`];
        return { name, data: compile(folder, name, cProgram(log)), args: devices };
      });
      const printed = await runPrograms(programs, programs.length * 2);
      const failed = [...printed].filter(([, { code }]) => code !== 0);
      expect(failed).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The corpus: what was ever found is replayed before anything is generated. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCorpus } from '../../conformance/corpus.ts';
import { readOpLog } from '../../conformance/oplog-file.ts';
import type { RunReport } from '../../conformance/report/run-report.ts';
import { command, withFolder, type Finished } from './command.ts';

const corpus = readCorpus();

const run = async (
  folder: string,
  args: readonly string[],
): Promise<Finished & { readonly report: RunReport; readonly saved: string }> => {
  const file = path.join(folder, 'report.json');
  const saved = path.join(folder, 'failures');
  const finished = await command(['run', '--report', `json=${file}`, '--save', saved, ...args]);
  return { ...finished, report: JSON.parse(readFileSync(file, 'utf8')) as RunReport, saved };
};

describe('the corpus', () => {
  test('is every log of test/regressions in the order of its name', () => {
    const names = readdirSync(new URL('../regressions/', import.meta.url)).sort();
    expect(corpus.map(({ file }) => file)).toEqual(names.map(name => `test/regressions/${name}`));
    expect(corpus.length).toBeGreaterThan(10);
  });

  test('is empty where the folder is not', async () => {
    await withFolder(folder => {
      expect(readCorpus(folder)).toEqual([]);
    });
  });

  test('with a file that is no op log is refused by name', async () => {
    await withFolder(folder => {
      mkdirSync(path.join(folder, 'test', 'regressions'), { recursive: true });
      writeFileSync(path.join(folder, 'test', 'regressions', 'bad.json'), '{}');
      expect(() => readCorpus(folder)).toThrow(/bad\.json/);
    });
  });
});

describe('run', () => {
  const short = ['--ops', '30', '--seed', '5'];

  test.each(['model', 'impl'])('on %s replays the corpus first, on top of the budget', async target => {
    await withFolder(async folder => {
      const { out, report } = await run(folder, ['--target', target, ...short]);
      const ops = corpus.reduce((sum, { log }) => sum + log.ops.length, 0);
      expect(report.regressions).toBe(corpus.length);
      expect(report.sequences).toBeGreaterThan(corpus.length);
      expect(report.ops).toBeGreaterThanOrEqual(ops + 30);
      expect(report.failures).toEqual([]);
      expect(out).toContain(`(${corpus.length} of the corpus)`);
    });
  });

  test('--no-corpus generates only', async () => {
    await withFolder(async folder => {
      const { out, report } = await run(folder, ['--target', 'model', '--no-corpus', ...short]);
      expect(report.regressions).toBe(0);
      expect(report.ops).toBeLessThan(300);
      expect(out).not.toContain('of the corpus');
    });
  });

  test('names the regression that a wrong driver fails, and saves it with that origin', async () => {
    await withFolder(async folder => {
      const args = ['--target', 'mutant:node-cookie', '--max-failures', '1', ...short];
      const { code, out, report, saved } = await run(folder, args);
      expect(code).toBe(1);
      const [failure] = report.failures;
      expect(failure?.origin).toMatch(/^regression test\/regressions\/\S+\.json$/);
      expect(out).toContain(`origin  ${failure?.origin}`);
      const [name] = readdirSync(saved);
      const { origin } = readOpLog(path.join(saved, name as string));
      expect(`regression ${origin?.['regression']}`).toBe(failure?.origin);
    });
  });

  test('of the same seed reports the same, corpus included', async () => {
    await withFolder(async folder => {
      const first = await run(folder, ['--target', 'model', ...short]);
      const second = await run(folder, ['--target', 'model', ...short]);
      const { seconds: _s, opsPerSecond: _o, ...same } = first.report;
      expect(second.report).toMatchObject(same);
    });
  });
});

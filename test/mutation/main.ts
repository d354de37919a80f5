/**
 * `npm run mutation`: StrykerJS over impl/, one file after the other, until the time is up.
 *
 * Results are kept in out/mutation, so that a second run only looks at what changed. Every mutant that nobody noticed
 * is printed as a row for docs/survivors.md, unless it stands there already.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';

/** What becomes of a file's mutants. */
interface Row {
  readonly file: string;
  readonly mutants: number;
  readonly killed: number;
  readonly timedOut: number;
  readonly survived: number;
  readonly uncovered: number;
  /** Percent of mutants that were noticed; those that never ran count as not noticed. */
  readonly score: number;
}

const FOLDER = 'out/mutation';
const SURVIVORS = 'docs/survivors.md';
const MINUTES = 30;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string' }, since: { type: 'string' }, jobs: { type: 'string' } },
});

const sources = (): string[] =>
  readdirSync('impl')
    .filter(name => name.endsWith('.ts'))
    .map(name => `impl/${name}`);

/** Files of impl/ that differ from a commit. */
const changedSince = (commit: string): string[] =>
  execFileSync('git', ['diff', '--name-only', commit, '--', 'impl'], { encoding: 'utf8' })
    .split('\n')
    .filter(name => name.endsWith('.ts') && existsSync(name));

const wanted = (): string[] => {
  if (positionals.length > 0) return positionals;
  return values.since === undefined ? sources() : changedSince(values.since);
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

const sourceAt = (file: string, start: { line: number; column: number }, end: { line: number; column: number }) => {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? '').slice(0, end.column - 1);
  lines[0] = (lines[0] ?? '').slice(start.column - 1);
  return oneLine(lines.join(' ')).slice(0, 100);
};

const known = existsSync(SURVIVORS) ? readFileSync(SURVIVORS, 'utf8') : '';

const mutate = async (file: string): Promise<Row> => {
  const all = await new Stryker({
    mutate: [file],
    concurrency: Number(values.jobs ?? 2),
    logLevel: 'error' as never,
  }).runMutationTest();
  // What earlier runs found of other files comes along.
  const results = all.filter(({ fileName }) => path.relative('.', fileName) === file);
  const count = (status: string): number => results.filter(result => result.status === status).length;
  for (const { status, location, mutatorName, replacement } of results) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const what = `${mutatorName} | \`${sourceAt(file, location.start, location.end)}\` → \`${oneLine(replacement ?? '').slice(0, 100)}\``;
    // Lines move; the text of a mutation does not.
    const isKnown = known.split('\n').some(line => line.includes(file) && line.includes(what));
    if (!isKnown)
      console.log(`| ${file}:${location.start.line} | ${what} | ${status === 'NoCoverage' ? 'never ran' : ''} |`);
  }
  const [killed, timedOut, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const mutants = killed + timedOut + survived + uncovered;
  const score = mutants === 0 ? 100 : Math.round(((killed + timedOut) / mutants) * 1000) / 10;
  return { file, mutants, killed, timedOut, survived, uncovered, score };
};

const end = performance.now() + Number(values.minutes ?? MINUTES) * 60_000;
const rows: Row[] = [];
const left: string[] = [];
mkdirSync(FOLDER, { recursive: true });
for (const file of wanted()) {
  if (performance.now() > end) {
    left.push(file);
    continue;
  }
  const row = await mutate(file);
  rows.push(row);
  const { mutants, killed, timedOut, survived, uncovered, score } = row;
  console.log(
    `${file}: ${score} % of ${mutants} noticed (killed ${killed}, timed out ${timedOut}, survived ${survived}, never ran ${uncovered})`,
  );
  writeFileSync(`${FOLDER}/scores.json`, `${JSON.stringify(rows, null, 2)}\n`);
}
if (left.length > 0) console.log(`the time is up before ${left.join(', ')}`);

/** Markdown for the summary of a continuous-integration job: the verdict, then the failures, and never too long to show. */
import { RULES, type RuleId } from '../../model/model.ts';
import { grouped } from '../progress.ts';
import { count, type Verdict } from '../verdict.ts';
import { suitesOf } from './checks.ts';
import { actorWords, opWords } from './html/words.ts';
import { mermaidOf } from './mermaid.ts';
import { printable } from './printable.ts';
import { runReport, type FinishedRun, type RunReport } from './run-report.ts';
import { toldFailures, type ToldFailure } from './story.ts';

/** Bytes of the whole text: hosts cut or refuse what is longer. */
export const MOST_BYTES = 60_000;
/** Bytes that are kept for what follows the failures. */
const REST_BYTES = 14_000;
/** Failures that get a diagram. */
const DIAGRAMS = 3;
const MOST_OPS = 40;

/** Text in which nothing is markup. */
export const mdText = (text: string): string =>
  printable(text)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_{}[\]()#+!|~@-]/g, sign => `\\${sign}`);

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/g) ?? []).map(run => run.length));

/** A block of code that nothing in it can end. */
const fenced = (text: string, language = 'text'): string => {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${printable(text)}\n${fence}`;
};

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const failureBlock = (each: ToldFailure, number: number): string => {
  const { report } = each;
  const says = report.rule !== null && Object.hasOwn(RULES, report.rule) ? RULES[report.rule as RuleId].says : '';
  const ops = report.minimal.slice(0, MOST_OPS).map(op => `${op.id}  ${actorWords(op)}: ${opWords(op)}`);
  const more = report.minimal.length > MOST_OPS ? [`… and ${report.minimal.length - MOST_OPS} more`] : [];
  return [
    `### ${number}. ${
      [report.rule, report.level]
        .filter(Boolean)
        .map(part => mdText(String(part)))
        .join(' ') || mdText(report.kind)
    }${report.known === null ? '' : ` (known: ${mdText(report.known.status)})`}`,
    ...(says === '' ? [] : [`> ${mdText(says)}`]),
    fenced(cut(report.explanation.join('\n'), 3000)),
    fenced(cut([...ops, ...more].join('\n'), 4000)),
    `Shrunk from ${report.shrunkFrom} to ${count(report.ops, 'op')}; seen in ${count(report.seen, 'sequence')}; first in ${mdText(report.origin)}.`,
    ...(report.repro === null ? [] : [fenced(report.repro, 'sh')]),
    ...(number <= DIAGRAMS
      ? [
          `<details><summary>Sequence diagram</summary>\n\n${fenced(mermaidOf(each).trimEnd(), 'mermaid')}\n\n</details>`,
        ]
      : []),
  ].join('\n\n');
};

const SIGN: Readonly<Record<Verdict, string>> = {
  CONFORMANT: '✅',
  'CONFORMANT WITH DEVIATIONS': '☑️',
  'NOT CONFORMANT': '❌',
  INCONCLUSIVE: '⚠️',
};

const head = (report: RunReport): string =>
  [
    `## ${SIGN[report.verdict]} ${report.verdict}`,
    ...(report.reasons.length === 0 ? [] : [mdText(report.reasons.join('; '))]),
    `**${mdText(report.target.name)}** ${mdText(report.target.version)} against **${mdText(report.profile)}**, seed ${report.seed}: ` +
      `${grouped(report.ops)} operations in ${count(report.sequences, 'sequence')}, ${grouped(report.snapshots)} states compared, ${report.seconds.toFixed(1)} s.`,
    ...report.errors.slice(0, 10).map(error => `* **environment**: ${mdText(cut(error, 400))}`),
  ].join('\n\n');

const table = (report: RunReport): string => {
  const rows = suitesOf(report).map(({ name, about, checks }) => {
    const of = (...outcomes: readonly string[]): string =>
      String(checks.filter(({ outcome }) => outcomes.includes(outcome)).length || '');
    return `| ${name} | ${mdText(about)} | ${of('pass')} | ${of('fail', 'error')} | ${of('known')} | ${of('skip')} |`;
  });
  return ['| area | about | passed | failed | known | skipped |', '|---|---|--:|--:|--:|--:|', ...rows].join('\n');
};

const idle = (title: string, ids: readonly string[]): readonly string[] =>
  ids.length === 0
    ? []
    : [`<details><summary>${title} (${ids.length})</summary>\n\n${ids.slice(0, 300).join(' ')}\n\n</details>`];

const knownLines = ({ known }: RunReport): readonly string[] =>
  known.length === 0
    ? []
    : [
        known
          .slice(0, 50)
          .map(
            ({ entry, outcome }) =>
              `* **${outcome.toUpperCase()}** ${mdText(entry.req)}: ${mdText(cut(entry.signature, 200))}`,
          )
          .join('\n'),
      ];

/** The report of a run as Markdown, at most `MOST_BYTES` long. */
export const markdown = (run: FinishedRun): string => {
  const { report } = runReport(run);
  const parts = [head(report)];
  const failures = toldFailures(run);
  const size = (): number => Buffer.byteLength(parts.join('\n\n'));
  let told = 0;
  for (const each of failures) {
    const block = failureBlock(each, told + 1);
    if (size() + Buffer.byteLength(block) > MOST_BYTES - REST_BYTES) break;
    parts.push(block);
    told++;
  }
  if (told < failures.length)
    parts.push(`… and ${count(failures.length - told, 'further failure')}: see the other reports.`);
  const rest = [
    ...knownLines(report),
    table(report),
    ...idle('MUST rules never exercised', report.unexercised),
    ...idle(
      'Witnesses never seen',
      report.witnesses.filter(({ seen }) => seen === 0).map(({ id }) => id),
    ),
  ];
  for (const block of rest) if (size() + Buffer.byteLength(block) + 8 <= MOST_BYTES) parts.push(block);
  return `${parts.join('\n\n')}\n`;
};

/** A run in words for a terminal: failures with what was observed and what was allowed, then numbers, then the verdict. */
import colors from 'picocolors';
import type { Op } from '../../abi/op.ts';
import { RULES, type RuleId } from '../../model/model.ts';
import { COUNTS } from '../known/decide.ts';
import { grouped } from '../progress.ts';
import { count } from '../verdict.ts';
import { certificateLines } from './certificate.ts';
import { isUnstable, type FailureReport, type KnownReport, type RunReport } from './run-report.ts';
import { printableIn } from './printable.ts';

/** How to print. */
export interface Style {
  readonly color: boolean;
  /** Only the failures and the verdict. */
  readonly quiet: boolean;
  /** A table of every rule with the times that it fired. */
  readonly coverage: boolean;
}

/** An op on one line, short. */
export const opLine = (op: Op): string => {
  const { id, op: kind, ...rest } = op;
  return `${String(id).padStart(4)} ${kind} ${JSON.stringify(rest)}`;
};

/** A long line cut at the width that people still read; the saved op log has all of it. */
const cut = (line: string): string => (line.length > 240 ? `${line.slice(0, 239)}…` : line);

const MOST_OPS = 30;
const MOST_LISTED = 12;

/** The first ops of a log, one a line. */
export const opLines = (ops: readonly Op[]): string[] => [
  ...ops.slice(0, MOST_OPS).map(op => cut(`  ${opLine(op)}`)),
  ...(ops.length > MOST_OPS ? [`       … and ${ops.length - MOST_OPS} more`] : []),
];

const listed = (ids: readonly string[]): string =>
  ids.slice(0, MOST_LISTED).join(' ') + (ids.length > MOST_LISTED ? ` … and ${ids.length - MOST_LISTED} more` : '');

const shareOf = (report: RunReport, level: string): string => {
  const rows = report.rules.filter(row => row.level === level && row.status !== 'not-applicable');
  return `${level} ${rows.filter(({ status }) => status === 'pass').length}/${rows.length}`;
};

/** The report as lines. */
export const terminalReport = (told: RunReport, { color, quiet, coverage }: Style): string => {
  // An adapter must not move the cursor.
  const report = printableIn(told);
  const paint = colors.createColors(color);
  const failure = (found: FailureReport): string[] => {
    const says = found.rule !== null && Object.hasOwn(RULES, found.rule) ? RULES[found.rule as RuleId].says : '';
    const shrunk = isUnstable(found)
      ? `${found.ops} ops, UNSTABLE and therefore not shrunk`
      : found.executions > 0
        ? `shrunk ${found.shrunkFrom} → ${found.ops} ops in ${count(found.executions, 'execution')}`
        : `${found.ops} ops`;
    return [
      '',
      `${paint.bold(found.confirmed?.agreed === 0 ? paint.yellow('UNSTABLE') : paint.red('FAIL'))} ${[found.rule, found.level, says].filter(Boolean).join('  ')}  [${found.kind}]`,
      ...found.explanation.map(line => cut(`  ${line}`)),
      paint.dim(`  ${found.signature}`),
      `  ${shrunk}; seen in ${count(found.seen, 'sequence')}${confirmed(found)}`,
      `  origin  ${found.origin}`,
      ...opLines(found.minimal),
      ...(found.certificate === null ? [] : certificateLines(found.certificate).map(cut)),
      ...(found.repro === null ? [] : [`  again  ${found.repro}`]),
    ];
  };
  const known = ({ file, entry, outcome, saw, seen }: KnownReport): string[] => {
    const { req, status, issue, signature, expires } = entry;
    const counts = COUNTS.has(outcome);
    const word = outcome.toUpperCase();
    const line = `${counts ? paint.bold(paint.red(word)) : paint.yellow(word)} ${req} (${status}) ${issue}`;
    return [
      counts ? `\n${line}` : line,
      ...(outcome === 'expired' ? [`  expired on ${expires ?? ''}: it is excused no longer`] : []),
      ...(outcome === 'changed' ? [`  recorded  ${signature}`, `  observed  ${saw ?? ''}`] : []),
      ...(outcome === 'stale' ? [`  ${entry.repro} shows it no more: binder-spec known prune ${file}`] : []),
      ...(outcome === 'known' && seen > 0 ? [`  seen in ${count(seen, 'sequence')}`] : []),
    ];
  };
  const numbers = (): string[] => [
    '',
    `target ${report.target.name} ${report.target.version}  profile ${report.profile}  seed ${report.seed}`,
    ...adapterLines(report),
    `${grouped(report.sequences)} sequences${ofCorpus(report)}  ${grouped(report.ops)} ops  ${report.seconds.toFixed(1)} s  ` +
      `${grouped(report.opsPerSecond)} ops/s  ${grouped(report.snapshots)} states compared`,
    `rules exercised  ${['MUST', 'SHOULD', 'INFO'].map(level => shareOf(report, level)).join('  ')}`,
    ...idle('MUST rules never exercised', report.unexercised),
    ...idle(
      'invariants that spoke about nothing',
      report.invariants.filter(({ weight }) => weight === 0).map(({ id }) => id),
    ),
    ...idle(
      'witnesses never seen',
      report.witnesses.filter(({ seen }) => seen === 0).map(({ id }) => id),
    ),
  ];
  const table = (): string[] => [
    '',
    paint.bold(tableLine('rule', 'level', 'status', 'fired')),
    ...report.rules.map(({ id, level, status, exercised, why = '' }) =>
      `${tableLine(id, level, status, String(exercised))}  ${why}`.trimEnd(),
    ),
  ];
  const verdict =
    report.verdict === 'CONFORMANT'
      ? paint.green(report.verdict)
      : report.verdict === 'INCONCLUSIVE' || report.verdict === 'CONFORMANT WITH DEVIATIONS'
        ? paint.yellow(report.verdict)
        : paint.red(report.verdict);
  return [
    ...(coverage ? table() : []),
    ...report.failures.filter(found => found.known === null).flatMap(failure),
    ...report.known.filter(({ outcome }) => !quiet || COUNTS.has(outcome)).flatMap(known),
    ...report.errors.map(line => `\n${paint.bold(faultOf(report))} ${line}`),
    ...(quiet ? [] : numbers()),
    '',
    `VERDICT  ${paint.bold(verdict)}${report.reasons.length === 0 ? '' : `  (${report.reasons.join('; ')})`}`,
    '',
  ].join('\n');
};

/** Whose fault an error is: what stands between an adapter's driver and this program is the adapter's. */
const faultOf = ({ target }: RunReport): string => (target.kind === 'process' ? 'ADAPTER' : 'ENVIRONMENT');

const adapterLines = ({ adapter }: RunReport): string[] => {
  if (adapter === null) return [];
  const { quiescence, reset, undeclared } = adapter;
  const method = quiescence.method === '' ? '' : ` (${quiescence.method})`;
  return [
    `adapter ${adapter.name} ${adapter.version}  quiescence ${quiescence.guarantee}${method}  reset ${reset}`,
    ...(undeclared.length === 0
      ? []
      : [`not applicable, because not declared (refusals are probed): ${undeclared.join(', ')}`]),
  ];
};

const tableLine = (id: string, level: string, status: string, fired: string): string =>
  `${id.padEnd(10)} ${level.padEnd(6)} ${status.padEnd(14)} ${fired.padStart(9)}`;

const confirmed = ({ confirmed: runs }: FailureReport): string =>
  runs === null
    ? ''
    : `; ${runs.agreed} of ${count(runs.of, 'further execution')} ${runs.of === 1 ? 'agrees' : 'agree'}`;

const ofCorpus = ({ regressions }: RunReport): string => (regressions === 0 ? '' : ` (${regressions} of the corpus)`);

const idle = (what: string, ids: readonly string[]): string[] =>
  ids.length === 0 ? [] : [`${what} (${ids.length}): ${listed(ids)}`];

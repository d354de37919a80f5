/** What `self-test` has to say: per fault what it took to find and shrink it, and who caught whom. */
import colors from 'picocolors';
import { FAULTS, faultNamed } from '../faults/all.ts';
import { AREAS, type Area } from '../faults/fault.ts';
import { exploredLengths } from '../faults/explored.ts';
import type { Catch } from '../self-test/hunt.ts';
import type { Answer } from '../self-test/pool.ts';
import { count } from '../verdict.ts';

/** The row of one fault; with several seeds the numbers are medians. Field names are a contract. */
export interface FaultRow {
  readonly id: string;
  readonly area: Area;
  /** The rule that it breaks. */
  readonly rule: string;
  /** Found with every seed. */
  readonly found: boolean;
  /** Hunts that found it, and how many there were. */
  readonly hits: number;
  readonly hunts: number;
  readonly runs: number;
  readonly ops: number;
  readonly seconds: number;
  /** Logs executed to shrink it, those for its other signs and for further failing logs included. */
  readonly executions: number;
  /** Logs executed to shrink the log that was found first. */
  readonly pinned: number;
  /** Ops of the shrunk log. */
  readonly shrunk: number;
  readonly shortestKnown: number;
  /** Hunts that ended at the shortest known length or below. */
  readonly atShortest: number;
  /** Ops of the shortest log that the explorer knows; `null` where it has none. */
  readonly explored: number | null;
  /** Hunts that ended at exactly the explorer's length, and below it. */
  readonly atExplored: number;
  readonly belowExplored: number;
  readonly signature: string;
  /** Rule, invariant or place in the state that caught it, without repetition. */
  readonly caughtBy: readonly string[];
  /** Why there is no answer to a hunt. */
  readonly troubles: readonly string[];
}

/** The JSON report. */
export interface SelfTestReport {
  readonly format: 'binder-spec/self-test';
  readonly formatVersion: 1;
  readonly foreign: boolean;
  readonly interrupted: boolean;
  readonly seed: number;
  readonly seeds: number;
  readonly seconds: number;
  /** Medians and worsts are over all hunts that found a fault. */
  readonly summary: {
    readonly faults: number;
    readonly found: number;
    readonly secondsMedian: number;
    readonly secondsWorst: number;
    readonly executionsMedian: number;
    readonly executionsWorst: number;
    /** The median of those for the log that was found first. */
    readonly pinnedMedian: number;
    /** Share of the hunts that ended at the shortest known length, 0 to 1. */
    readonly shortestShare: number;
    /** Faults found of which the explorer has a log; hunts of them, and how many ended at its length and below it. */
    readonly explored: {
      readonly faults: number;
      readonly hunts: number;
      readonly equal: number;
      readonly shorter: number;
    };
  };
  readonly faults: readonly FaultRow[];
  readonly areas: readonly { readonly area: string; readonly faults: number; readonly found: number }[];
  /** Kill matrix: rule, invariant or place in the state, to the faults that it caught. */
  readonly kills: Readonly<Record<string, readonly string[]>>;
}

/** What a report is made from. */
export interface SelfTestRun {
  /** Ids of the faults that were to be hunted. */
  readonly asked: readonly string[];
  readonly answers: readonly Answer[];
  readonly seed: number;
  readonly seeds: number;
  readonly foreign: boolean;
  readonly shrink: boolean;
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** The middle one, the upper of two; 0 of none. */
export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const unique = (words: readonly string[]): string[] => [...new Set(words)];

const caughtOf = (answers: readonly Answer[]): readonly Catch[] =>
  answers.flatMap(answer => ('trouble' in answer || !answer.found ? [] : [answer]));

const rowOf = (id: string, answers: readonly Answer[]): FaultRow => {
  const { area, rule, shortestKnown } = faultNamed(id);
  const explored = exploredLengths().get(id) ?? null;
  const caught = caughtOf(answers);
  const middle = (pick: (one: (typeof caught)[number]) => number): number => median(caught.map(pick));
  return {
    ...{ id, area, rule, found: answers.length > 0 && caught.length === answers.length },
    ...{ hits: caught.length, hunts: answers.length },
    runs: middle(({ runs }) => runs),
    ops: middle(({ ops }) => ops),
    seconds: middle(({ seconds }) => seconds),
    executions: middle(({ executions }) => executions),
    pinned: middle(({ pinned }) => pinned),
    shrunk: middle(({ log }) => log.length),
    shortestKnown,
    atShortest: caught.filter(({ log }) => log.length <= shortestKnown).length,
    explored,
    atExplored: caught.filter(({ log }) => log.length === explored).length,
    belowExplored: explored === null ? 0 : caught.filter(({ log }) => log.length < explored).length,
    signature: caught[0]?.signature ?? '',
    caughtBy: unique(caught.map(({ spoke }) => spoke)),
    troubles: answers
      .flatMap(answer => ('trouble' in answer ? [answer.trouble] : answer.found ? [] : [answer.signature]))
      .filter(why => why !== ''),
  };
};

const killsOf = (rows: readonly FaultRow[]): Record<string, string[]> => {
  const kills = new Map<string, string[]>();
  for (const { id, caughtBy } of rows) for (const by of caughtBy) kills.set(by, [...(kills.get(by) ?? []), id]);
  return Object.fromEntries([...kills].sort(([a], [b]) => (a < b ? -1 : 1)));
};

/** The report of a run, whole or partial: faults that no hunt answered for are left out. */
export const selfTestReport = (run: SelfTestRun): SelfTestReport => {
  const { asked, answers, seed, seeds, foreign, interrupted, seconds } = run;
  const faults = asked
    .map(id =>
      rowOf(
        id,
        answers.filter(answer => answer.id === id),
      ),
    )
    .filter(({ hunts }) => hunts > 0);
  const found = faults.filter(row => row.hits > 0);
  const caught = caughtOf(answers);
  const shortest = found.reduce((sum, row) => sum + row.atShortest, 0);
  const reached = found.filter(row => row.explored !== null);
  return {
    ...{ format: 'binder-spec/self-test', formatVersion: 1, foreign, interrupted, seed, seeds, seconds },
    summary: {
      faults: faults.length,
      found: faults.filter(row => row.found).length,
      secondsMedian: median(caught.map(each => each.seconds)),
      secondsWorst: Math.max(0, ...caught.map(each => each.seconds)),
      executionsMedian: median(caught.map(each => each.executions)),
      executionsWorst: Math.max(0, ...caught.map(each => each.executions)),
      pinnedMedian: median(caught.map(each => each.pinned)),
      shortestShare: run.shrink && caught.length > 0 ? shortest / caught.length : 0,
      explored: {
        faults: reached.length,
        hunts: run.shrink ? reached.reduce((sum, row) => sum + row.hits, 0) : 0,
        equal: run.shrink ? reached.reduce((sum, row) => sum + row.atExplored, 0) : 0,
        shorter: run.shrink ? reached.reduce((sum, row) => sum + row.belowExplored, 0) : 0,
      },
    },
    faults,
    areas: (Object.keys(AREAS) as readonly Area[])
      .map(area => ({ area, rows: faults.filter(row => row.area === area) }))
      .filter(({ rows }) => rows.length > 0)
      .map(({ area, rows }) => ({ area, faults: rows.length, found: rows.filter(row => row.found).length })),
    kills: killsOf(faults),
  };
};

/** How the shrunk logs compare with those of the explorer, which knows of nothing shorter in its configurations. */
const exploredLine = ({ faults, hunts, equal, shorter }: SelfTestReport['summary']['explored']): string =>
  `shrunk to the explorer's length  ${hunts === 0 ? '0.0' : ((equal / hunts) * 100).toFixed(1)} %` +
  ` (${equal} of ${hunts}, ${count(faults, 'fault')}${shorter === 0 ? '' : `; ${shorter} shorter still`})`;

const WIDTH = Math.max(...FAULTS.map(({ id }) => id.length));

const lineOf = (cells: readonly string[], caughtBy: string): string => {
  const [id = '', ...numbers] = cells;
  return `${id.padEnd(WIDTH)} ${numbers.map((cell, at) => cell.padStart([5, 5, 7, 8, 6, 7, 8][at] ?? 8)).join(' ')}  ${caughtBy}`;
};

/** How to print. */
export interface SelfTestStyle {
  readonly color: boolean;
  /** Only what was not found, and the summary. */
  readonly quiet: boolean;
  readonly shrink: boolean;
}

/** The report in words for a terminal. */
export const selfTestText = (report: SelfTestReport, { color, quiet, shrink }: SelfTestStyle): string => {
  const paint = colors.createColors(color);
  const { summary, faults, foreign, seed, seeds, seconds, interrupted } = report;
  const row = (each: FaultRow): string => {
    const { id, found, hits, hunts, runs, ops, executions, shrunk, shortestKnown, explored, troubles } = each;
    const cells = [
      ...[id, hunts === 1 ? (found ? 'yes' : 'no') : `${hits}/${hunts}`, String(runs), String(ops)],
      each.seconds.toFixed(2),
      ...(shrink ? [String(executions), String(shrunk)] : ['', '']),
      String(shortestKnown),
      explored === null ? '-' : String(explored),
    ];
    const line = lineOf(cells, [...each.caughtBy, ...troubles].join(', ')).trimEnd();
    return found ? (shrunk > shortestKnown && shrink ? paint.yellow(line) : line) : paint.red(line);
  };
  const shown = quiet ? faults.filter(({ found }) => !found) : faults;
  const head = lineOf(
    ['fault', 'found', 'runs', 'ops', 'seconds', 'shrink', 'shrunk', 'shortest', 'explored'],
    'caught by',
  );
  return [
    '',
    ...(shown.length === 0 ? [] : [paint.bold(head), ...shown.map(row), '']),
    `${summary.found} of ${count(summary.faults, 'fault')} found${foreign ? ' through a process boundary' : ''}` +
      `  seed ${seed}${seeds === 1 ? '' : ` to ${seed + seeds - 1}`}  ${seconds.toFixed(1)} s`,
    `seconds to find     median ${summary.secondsMedian.toFixed(2)}  worst ${summary.secondsWorst.toFixed(2)}`,
    ...(shrink
      ? [
          `executions to shrink  median ${summary.executionsMedian}  worst ${summary.executionsWorst}` +
            `  (median for the first log ${summary.pinnedMedian})`,
          `shrunk to the shortest known length  ${(summary.shortestShare * 100).toFixed(1)} %`,
          exploredLine(summary.explored),
        ]
      : []),
    ...(interrupted ? [paint.yellow('interrupted: what was found so far')] : []),
    '',
  ].join('\n');
};

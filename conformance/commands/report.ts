/** `report render` and `report merge`: reports from event logs, long after the run and anywhere. */
import { EXIT, UsageError, type ExitCode } from '../exit.ts';
import { mustBeWritable, writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import type { FormatName, ReportChoice } from '../options.ts';
import { render } from '../report/formats.ts';
import { runReport, type FinishedRun } from '../report/run-report.ts';
import { terminalReport } from '../report/terminal.ts';
import { unlessMissing, writeReports } from '../report/write.ts';
import { formatRunLog, mergeLogs } from '../run-log/merge.ts';
import { readRunLog, tallyOf, type RunLog } from '../run-log/reader.ts';
import { count, exitCodeOf } from '../verdict.ts';

/** Options of `report render` as the command line parses them. */
export interface RenderOptions {
  readonly format: FormatName;
  readonly output?: string;
  /** The one failure to tell, from 1. */
  readonly failure?: number;
}

/** Options of `report merge` as the command line parses them. */
export interface MergeOptions {
  readonly output: string;
  readonly report: readonly ReportChoice[];
  readonly quiet?: boolean;
}

const finished = (log: RunLog): FinishedRun => ({
  head: log.head,
  tally: tallyOf(log),
  seconds: log.seconds,
  interrupted: log.interrupted,
});

const aboutTorn = (io: Io, file: string, { torn }: RunLog): void => {
  if (torn) io.err(`${file}: the last line broke off while it was written; the lines before it stand\n`);
};

/** Renders a log. Throws `UsageError` for a file that is none, `EnvironmentError` when the report cannot be written. */
export const renderLog = (io: Io, file: string, { format, output, failure }: RenderOptions): ExitCode => {
  const log = readRunLog(file);
  aboutTorn(io, file, log);
  const run = finished(log);
  const { size } = run.tally.failures;
  if (failure !== undefined && failure > size) {
    throw new UsageError(`${file}: there is no failure ${failure}: the run has ${count(size, 'failure')}`);
  }
  const text = render(format, run, failure);
  if (output === undefined) io.out(text);
  else writeWhole(output, text);
  return EXIT.conformant;
};

/** Merges the logs of shards and judges the whole: the exit code is that of one run. Throws as `renderLog` does. */
export const merge = (io: Io, files: readonly string[], { output, report, quiet }: MergeOptions): ExitCode => {
  for (const { file } of report) mustBeWritable(file);
  const named = files.map(file => ({ file, log: readRunLog(file) }));
  for (const { file, log } of named) aboutTorn(io, file, log);
  const whole = mergeLogs(named);
  writeWhole(output, formatRunLog(whole));
  const run = finished(whole);
  const { report: told, evidence } = runReport(run);
  io.out(terminalReport(told, { color: io.color, quiet: quiet === true, coverage: false }));
  return unlessMissing(exitCodeOf(evidence), writeReports(io, report, run));
};

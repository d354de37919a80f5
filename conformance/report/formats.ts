/** Every form in which a run can be told. Each is a function of the run's log and of nothing else. */
import type { FormatName } from '../options.ts';
import { htmlPage } from './html-page.ts';
import { runReport, type FinishedRun } from './run-report.ts';
import { terminalReport } from './terminal.ts';

const FORMS: Readonly<Record<FormatName, (run: FinishedRun) => string>> = {
  json: run => `${JSON.stringify(runReport(run).report, null, 2)}\n`,
  html: htmlPage,
  terminal: run => terminalReport(runReport(run).report, { color: false, quiet: false, coverage: false }),
};

/** The text of a report. */
export const render = (format: FormatName, run: FinishedRun): string => FORMS[format](run);

/** Every form in which a run can be told. Each is a function of the run's log and of nothing else. */
import type { FormatName } from '../options.ts';
import { badge } from './badge.ts';
import { htmlPage } from './html-page.ts';
import { itf } from './itf.ts';
import { junit } from './junit.ts';
import { ktap } from './ktap.ts';
import { markdown } from './markdown.ts';
import { mermaid } from './mermaid.ts';
import { perfetto } from './perfetto.ts';
import { runReport, type FinishedRun } from './run-report.ts';
import { terminalReport } from './terminal.ts';

/** `only` is the number (from 1) of the one failure that a form about failures is to tell. */
const FORMS: Readonly<Record<FormatName, (run: FinishedRun, only?: number) => string>> = {
  json: run => `${JSON.stringify(runReport(run).report, null, 2)}\n`,
  junit,
  ktap,
  markdown,
  mermaid,
  perfetto,
  itf,
  html: htmlPage,
  badge,
  terminal: run => terminalReport(runReport(run).report, { color: false, quiet: false, coverage: false }),
};

/** The text of a report. */
export const render = (format: FormatName, run: FinishedRun, only?: number): string => FORMS[format](run, only);

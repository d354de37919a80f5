/** A badge: the endpoint form of shields.io. It says the verdict; a percentage would invite gaming. */
import { count, type Verdict } from '../verdict.ts';
import { runReport, type FinishedRun } from './run-report.ts';

const COLORS: Readonly<Record<Verdict, string>> = {
  CONFORMANT: 'brightgreen',
  'CONFORMANT WITH DEVIATIONS': 'green',
  'NOT CONFORMANT': 'red',
  INCONCLUSIVE: 'yellow',
};

/** The badge of a run. */
export const badge = (run: FinishedRun): string => {
  const { verdict, profile, failures } = runReport(run).report;
  const message = verdict === 'NOT CONFORMANT' ? count(failures.length, 'failure') : verdict.toLowerCase();
  return `${JSON.stringify({ schemaVersion: 1, label: `binder ${profile}`, message, color: COLORS[verdict] })}\n`;
};

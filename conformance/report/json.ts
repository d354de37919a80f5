/** The JSON report as a file. */
import { writeWhole } from '../files.ts';
import type { RunReport } from './run-report.ts';

/** Writes the report whole or not at all. Throws `EnvironmentError` when it cannot. */
export const writeJsonReport = (file: string, report: RunReport): void =>
  writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);

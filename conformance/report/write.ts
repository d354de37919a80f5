/** Writing the reports of a run: each is tried, and none that fails takes another with it. */
import { EXIT, explainError, type ExitCode } from '../exit.ts';
import { writeWhole } from '../files.ts';
import type { Io } from '../io.ts';
import type { ReportChoice } from '../options.ts';
import { render } from './formats.ts';
import type { FinishedRun } from './run-report.ts';

/** Writes the reports; answers whether all of them are there. Troubles are told on the error stream. */
export const writeReports = (io: Io, choices: readonly ReportChoice[], run: FinishedRun): boolean => {
  let whole = true;
  for (const { format, file } of choices) {
    try {
      writeWhole(file, render(format, run));
    } catch (error) {
      const explained = explainError(error);
      if (explained === undefined) throw error;
      io.err(`${explained.line}\n`);
      whole = false;
    }
  }
  return whole;
};

/** A run that would be green is not when something that was asked for is missing. */
export const unlessMissing = (code: ExitCode, whole: boolean): ExitCode =>
  whole || code !== EXIT.conformant ? code : EXIT.environment;

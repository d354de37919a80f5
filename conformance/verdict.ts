/** The verdict over a run: green only when everything that had to be shown was shown. */
import { EXIT, type ExitCode } from './exit.ts';

export type Verdict = 'CONFORMANT' | 'CONFORMANT WITH DEVIATIONS' | 'NOT CONFORMANT' | 'INCONCLUSIVE';

/** What a verdict hangs on. */
export interface Evidence {
  readonly ops: number;
  /** Distinct failures that count against a MUST. */
  readonly failures: number;
  /** Failures that no further execution of their logs showed; absent: none. */
  readonly unstable?: number;
  /** Known failures that changed, do not happen any more, or are excused no longer; absent: none. */
  readonly disowned?: number;
  /** Known failures that are excused until they are mended; absent: none. */
  readonly known?: number;
  /** Known failures that are declared to stay; absent: none. */
  readonly deviations?: number;
  /** Applicable MUST rules that never fired. */
  readonly unexercised: number;
  /** Witnesses (things that must sometimes happen) that never happened. */
  readonly unseen: number;
  /** Troubles of the adapter or the environment. */
  readonly errors: number;
  /** The user stopped the run. */
  readonly interrupted: boolean;
}

/** The verdict with its reasons, most important first. */
export const judge = (run: Evidence): { readonly verdict: Verdict; readonly reasons: readonly string[] } => {
  const { known = 0, deviations = 0, disowned = 0 } = run;
  const excused = known > 0 ? count(known, 'known failure') : '';
  const wrong = [
    run.failures > 0 ? count(run.failures, 'failure') : '',
    disowned > 0 ? `${count(disowned, 'known failure')} changed, stale or expired` : '',
  ].filter(reason => reason !== '');
  if (wrong.length > 0) return { verdict: 'NOT CONFORMANT', reasons: wrong };
  const reasons = [
    run.unstable !== undefined && run.unstable > 0 ? `${count(run.unstable, 'unstable failure')}` : '',
    run.errors > 0 ? `${count(run.errors, 'error')} of the adapter or the environment` : '',
    run.interrupted ? 'interrupted' : '',
    run.ops === 0 ? 'nothing ran' : '',
    run.unexercised > 0 ? `${count(run.unexercised, 'applicable MUST rule')} never exercised` : '',
    run.unseen > 0 ? `${count(run.unseen, 'witness', 'witnesses')} never seen` : '',
  ].filter(reason => reason !== '');
  if (reasons.length > 0) return { verdict: 'INCONCLUSIVE', reasons };
  const qualified = [excused, deviations > 0 ? count(deviations, 'deviation') : ''].filter(reason => reason !== '');
  return { verdict: deviations > 0 ? 'CONFORMANT WITH DEVIATIONS' : 'CONFORMANT', reasons: qualified };
};

/** The exit code of a run. Interruption wins: whoever pressed Ctrl-C knows that the run is not whole. */
export const exitCodeOf = (run: Evidence): ExitCode => {
  if (run.interrupted) return EXIT.interrupted;
  const { verdict } = judge(run);
  if (verdict === 'NOT CONFORMANT') return EXIT.notConformant;
  if (run.errors > 0) return EXIT.environment;
  return verdict === 'INCONCLUSIVE' ? EXIT.inconclusive : EXIT.conformant;
};

/** `1 failure`, `2 failures`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

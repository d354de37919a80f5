/** The verdict over a run: green only when everything that had to be shown was shown. */
import { EXIT, type ExitCode } from './exit.ts';

export type Verdict = 'CONFORMANT' | 'NOT CONFORMANT' | 'INCONCLUSIVE';

/** What a verdict hangs on. */
export interface Evidence {
  readonly ops: number;
  /** Distinct failures that count against a MUST. */
  readonly failures: number;
  /** Failures that no further execution of their logs showed; absent: none. */
  readonly unstable?: number;
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
  if (run.failures > 0) return { verdict: 'NOT CONFORMANT', reasons: [`${count(run.failures, 'failure')}`] };
  const reasons = [
    run.unstable !== undefined && run.unstable > 0 ? `${count(run.unstable, 'unstable failure')}` : '',
    run.errors > 0 ? `${count(run.errors, 'error')} of the adapter or the environment` : '',
    run.interrupted ? 'interrupted' : '',
    run.ops === 0 ? 'nothing ran' : '',
    run.unexercised > 0 ? `${count(run.unexercised, 'applicable MUST rule')} never exercised` : '',
    run.unseen > 0 ? `${count(run.unseen, 'witness', 'witnesses')} never seen` : '',
  ].filter(reason => reason !== '');
  return { verdict: reasons.length === 0 ? 'CONFORMANT' : 'INCONCLUSIVE', reasons };
};

/** The exit code of a run. Interruption wins: whoever pressed Ctrl-C knows that the run is not whole. */
export const exitCodeOf = (run: Evidence): ExitCode => {
  if (run.interrupted) return EXIT.interrupted;
  const { verdict } = judge(run);
  if (verdict === 'NOT CONFORMANT') return EXIT.notConformant;
  if (run.errors > 0) return EXIT.environment;
  return verdict === 'CONFORMANT' ? EXIT.conformant : EXIT.inconclusive;
};

/** `1 failure`, `2 failures`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;

/** `check`: judging a recorded trace. It needs no target; the verdict is that of the run that was recorded. */
import type { TraceHead, TraceSequence } from '../../abi/trace.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { PROFILES as JUDGED } from '../../properties/profile/profile.ts';
import { Unperformable, runRecorded, type RecordedOptions } from '../../properties/recorded.ts';
import { saveFailure } from '../campaign/save.ts';
import { shrunkFrom, sourceFrom, type Plan } from '../campaign/plan.ts';
import { Tally, type FoundFailure } from '../campaign/tally.ts';
import { UsageError, type ExitCode } from '../exit.ts';
import { mustBeWritable } from '../files.ts';
import type { Io } from '../io.ts';
import { PROFILES, type ProfileName, type ReportChoice, type TargetChoice } from '../options.ts';
import { Progress } from '../progress.ts';
import { runReport, type FinishedRun } from '../report/run-report.ts';
import { terminalReport } from '../report/terminal.ts';
import { unlessMissing, writeReports } from '../report/write.ts';
import { headOf } from '../run-log/head.ts';
import { readTrace } from '../trace/reader.ts';
import { exitCodeOf } from '../verdict.ts';

/** Options of `check` as the command line parses them. */
export interface CheckOptions {
  /** Instead of the profile that the trace names. */
  readonly profile?: ProfileName;
  readonly report: readonly ReportChoice[];
  readonly save: string;
  readonly coverage?: boolean;
  readonly quiet?: boolean;
}

const choiceOf = ({ kind, name }: TraceHead['target']): TargetChoice =>
  kind === 'mutant' ? { kind, mutant: name.replace(/^mutant:/, '') } : ({ kind } as TargetChoice);

const profileOf = (file: string, said: string): ProfileName => {
  const known = PROFILES.find(name => name === said);
  if (known !== undefined) return known;
  throw new UsageError(`${file}: line 1: no profile has the name ${said}: say --profile ${PROFILES.join(' or ')}`);
};

/** What a trace was made of, as far as saved logs and reports ask for it. */
const planOf = (file: string, head: TraceHead, profile: ProfileName | undefined): Plan => ({
  target: choiceOf(head.target),
  profile: profile ?? profileOf(file, head.profile),
  level: 'full',
  seed: head.seed ?? 0,
  devices: 2,
  budget: { failures: Number.MAX_SAFE_INTEGER },
});

/** The shortest way to see a failure that an earlier sequence showed, or that was met while another was shrunk. */
const addShrunk = (tally: Tally, found: FoundFailure): void => {
  const { failure, ops } = found;
  if (!tally.failures.has(failure.core)) tally.fail(found);
  tally.take({ event: 'shrunk', core: failure.core, ops, failure, executions: 1 });
};

/** How a trace is judged. */
type Judging = Pick<RecordedOptions<unknown>, 'exactIds' | 'profile'>;

/** Judges one sequence and adds what it showed. Throws `UsageError` for a step that cannot have been made. */
const judgeSequence = (tally: Tally, options: Judging, sequence: TraceSequence, where: string): void => {
  const { exactIds } = options;
  const { devices, steps } = sequence;
  const whole = shrunkFrom(sequence.source);
  const source = sourceFrom(whole ?? sequence.source);
  const coverage = new Coverage(WITNESSES);
  try {
    const { failure } = runRecorded({ specification, ...options, invariants: INVARIANTS, coverage }, sequence);
    const ops = steps.map(({ op }) => op);
    if (whole !== undefined) {
      if (failure === undefined) return;
      addShrunk(tally, { failure, source, devices, ops });
      tally.take({ event: 'trace', core: failure.core, exactIds, trace: sequence });
      return;
    }
    const found: FoundFailure[] = failure === undefined ? [] : [{ failure, source, devices, ops }];
    const isNew = failure !== undefined && !tally.failures.has(failure.core);
    tally.add(coverage.record(), found, [], 'regression' in source ? 1 : 0);
    if (isNew) tally.take({ event: 'trace', core: failure.core, exactIds, trace: sequence });
  } catch (error) {
    if (error instanceof Unperformable) throw new UsageError(`${where}: steps[${error.step}].op: ${error.message}`);
    throw error;
  }
};

/** Judges a trace. Throws `UsageError` with the line for a file that is none. */
export const check = async (io: Io, file: string, options: CheckOptions): Promise<ExitCode> => {
  for (const report of options.report) mustBeWritable(report.file);
  const tally = new Tally();
  const progress = new Progress(io.live, options.quiet !== true);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let head: TraceHead | undefined;
  let torn: number | undefined;
  let judging: Judging = { exactIds: false };
  try {
    for await (const line of readTrace(file)) {
      if ('head' in line) {
        head = line.head;
        const profile = JUDGED[options.profile ?? profileOf(file, head.profile)];
        judging = { exactIds: head.exactIds, profile };
      } else if ('torn' in line) torn = line.torn;
      else judgeSequence(tally, judging, line.sequence, `${file}: line ${line.line}`);
      const { sequences, ops, rulesFired } = tally.coverage;
      progress.show({ sequences, ops, rules: rulesFired, failures: tally.failures.size, seconds: seconds() });
      if (io.interrupt.aborted) break;
    }
  } finally {
    progress.clear();
  }
  const { target, ...rest } = head as TraceHead;
  const plan = planOf(file, { target, ...rest }, options.profile);
  for (const known of tally.failures.values()) saveFailure(options.save, plan, known, tally);
  const run: FinishedRun = {
    head: headOf(plan, target),
    tally,
    seconds: seconds(),
    interrupted: io.interrupt.aborted,
  };
  const { report, evidence } = runReport(run);
  if (torn !== undefined) io.err(`${file}: line ${torn} broke off while it was written; what it held is lost\n`);
  const style = { color: io.color, quiet: options.quiet === true, coverage: options.coverage === true };
  io.out(terminalReport(report, style));
  return unlessMissing(exitCodeOf(evidence), writeReports(io, options.report, run));
};

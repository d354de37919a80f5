/** `run`: generate op logs, drive a target, check, shrink, save, report. */
import { cpus, release } from 'node:os';
import type { TargetInfo, TraceHead } from '../../abi/trace.ts';
import { engineFor, type Engine } from '../campaign/engine.ts';
import type { Plan, Shard } from '../campaign/plan.ts';
import { saveFailure } from '../campaign/save.ts';
import { freshSeed } from '../campaign/seeds.ts';
import type { ShrinkWish } from '../campaign/shrink.ts';
import { Tally } from '../campaign/tally.ts';
import { readCorpus } from '../corpus.ts';
import { EXIT, explainError, type ExitCode } from '../exit.ts';
import { coverageLines } from '../explore/denominators.ts';
import { mustBeWritable } from '../files.ts';
import type { Io } from '../io.ts';
import { isRemote, type LevelName, type ProfileName, type ReportChoice, type TargetChoice } from '../options.ts';
import { Progress } from '../progress.ts';
import { runReport, type FinishedRun } from '../report/run-report.ts';
import { terminalReport } from '../report/terminal.ts';
import { unlessMissing, writeReports } from '../report/write.ts';
import { decide } from '../known/decide.ts';
import { readReady, type ReadyEntry } from '../known/file.ts';
import type { RunHead } from '../run-log/events.ts';
import { headOf } from '../run-log/head.ts';
import { RunLogWriter } from '../run-log/writer.ts';
import { beginTrace } from '../trace/writer.ts';
import { exitCodeOf } from '../verdict.ts';

/** Options of `run` as the command line parses them. */
export interface RunOptions {
  readonly target: TargetChoice;
  readonly profile: ProfileName;
  readonly ops?: number;
  readonly time?: number;
  readonly seed?: number;
  readonly length?: number;
  readonly level: LevelName;
  readonly jobs?: number;
  readonly maxFailures: number;
  readonly report: readonly ReportChoice[];
  readonly save: string;
  readonly shrink: boolean;
  readonly corpus: boolean;
  readonly feedback?: boolean;
  readonly coverage?: boolean;
  readonly quiet?: boolean;
  /** The trace to write. */
  readonly record?: string;
  readonly shard?: Shard;
  /** The file of known failures. */
  readonly known?: string;
  /** The event log; `false`: none. */
  readonly log: string | false;
  /** Whether the user named the file of the log. */
  readonly logGiven?: boolean;
}

/** Budget of a run that was given none: checked ops, but not for longer than this. */
const DEFAULT_OPS = { local: 300_000, remote: 20_000 } as const;
const DEFAULT_SECONDS = { local: 45, remote: 600 } as const;
/** Devices of every sequence's world: two, so that contexts are seen to be apart. */
const DEVICES = 2;

const budgetFrom = ({ target, ops, time, maxFailures: failures }: RunOptions): Plan['budget'] => {
  const where = isRemote(target) ? 'remote' : 'local';
  if (ops === undefined && time === undefined) {
    return { failures, ops: DEFAULT_OPS[where], seconds: DEFAULT_SECONDS[where] };
  }
  return { failures, ...(ops === undefined ? {} : { ops }), ...(time === undefined ? {} : { seconds: time }) };
};

const planOf = (options: RunOptions): Plan => ({
  target: options.target,
  profile: options.profile,
  level: options.level,
  seed: options.seed ?? freshSeed(),
  devices: DEVICES,
  ...(options.length === undefined ? {} : { length: options.length }),
  budget: budgetFrom(options),
  ...(options.record === undefined ? {} : { record: options.record }),
  ...(options.shard === undefined ? {} : { shard: options.shard }),
  ...(options.feedback === false ? { feedback: false } : {}),
  ...(options.coverage === true ? { reached: true } : {}),
});

/** What the first line of a recorded trace says. */
const traceHeadOf = (plan: Plan, target: TargetInfo): TraceHead => ({
  format: 'binder-spec/trace',
  version: 1,
  profile: plan.profile,
  target,
  // The sequences of one machine are numbered by one counter.
  exactIds: !isRemote(plan.target),
  seed: plan.seed,
});

/** Where a run takes place, in words. */
const environment = (): Readonly<Record<string, string>> => ({
  began: new Date().toISOString(),
  node: process.version,
  system: `${process.platform} ${release()} ${process.arch}`,
  processors: String(cpus().length),
});

/** The log of the run. One that was not asked for by name may fail to be there. */
const openLog = (io: Io, { log, logGiven }: RunOptions): RunLogWriter | undefined => {
  if (log === false) return undefined;
  const complain = (trouble: string): void => io.err(`environment: ${trouble}\n`);
  try {
    return new RunLogWriter(log, complain);
  } catch (error) {
    const explained = explainError(error);
    if (logGiven === true || explained === undefined) throw error;
    io.err(`${explained.line}; the run goes on without it\n`);
    return undefined;
  }
};

/** Performs the logs of the known failures, before anything else, and adds what became of each. */
const decideKnown = async (
  file: string,
  ready: readonly ReadyEntry[],
  { target, profile }: RunHead,
  engine: Engine,
  tally: Tally,
): Promise<void> => {
  const facts = { id: target.name, kind: target.kind, version: target.version, profile };
  const today = new Date().toISOString().slice(0, 10);
  for (const entry of ready) {
    const decided = await decide(entry, facts, today, (log, signature) => engine.replay(log, signature));
    tally.take({ event: 'known', file, ...decided });
  }
};

/** Runs the suite. Throws `UsageError` and `EnvironmentError` only before the first sequence. */
export const run = async (io: Io, options: RunOptions): Promise<ExitCode> => {
  for (const { file } of options.report) mustBeWritable(file);
  if (options.record !== undefined) mustBeWritable(options.record);
  const plan = planOf(options);
  const corpus = options.corpus ? readCorpus() : [];
  const ready = options.known === undefined ? [] : readReady(options.known);
  let log: RunLogWriter | undefined;
  const tally = new Tally(event => log?.event(event));
  const progress = new Progress(io.live, options.quiet !== true);
  const began = performance.now();
  const seconds = (): number => Math.round(performance.now() - began) / 1000;
  let doing = '';
  const show = (): void =>
    progress.show({
      sequences: tally.coverage.sequences,
      ops: tally.coverage.ops,
      rules: tally.coverage.rulesFired,
      failures: tally.open,
      seconds: seconds(),
      doing,
    });
  const engine = engineFor({ plan, jobs: options.jobs, corpus, tally, show, stop: io.interrupt });
  try {
    const { adapter, trouble, ...version } = await versionOf(engine, plan);
    const head = headOf(plan, { ...version, kind: plan.target.kind }, adapter);
    log = openLog(io, options);
    log?.head(head);
    tally.take({ event: 'environment', facts: environment() });
    if (trouble !== undefined) tally.trouble(trouble);
    if (plan.record !== undefined) beginTrace(plan.record, traceHeadOf(plan, head.target));
    if (trouble === undefined) {
      await guarded(tally, () => decideKnown(options.known ?? '', ready, head, engine, tally));
      await guarded(tally, () => engine.drive());
    }
    const driven = seconds();
    const wish: ShrinkWish = {
      certificate: true,
      say: what => {
        doing = what;
        show();
      },
      stop: io.interrupt,
    };
    // Other failures that shrinking meets join the list while it is walked.
    for (const known of tally.failures.values()) {
      if (tally.excuseOf(known.first.failure.core) !== undefined) continue;
      if (options.shrink) await guarded(tally, () => engine.shrink(known, wish));
      await guarded(tally, () => engine.trace(known));
      saveFailure(options.save, plan, known, tally);
    }
    progress.clear();
    const finished: FinishedRun = { head, tally, seconds: driven, interrupted: io.interrupt.aborted };
    log?.footer({ event: 'footer', seconds: driven, interrupted: io.interrupt.aborted });
    const { report, evidence } = runReport(finished);
    io.out(
      terminalReport(report, { color: io.color, quiet: options.quiet === true, coverage: options.coverage === true }),
    );
    if (report.coverage !== null) io.out(`${coverageLines(report.coverage).join('\n')}\n`);
    const whole = writeReports(io, options.report, finished);
    return unlessMissing(exitCodeOf(evidence), whole && (options.logGiven !== true || log?.trouble === undefined));
  } finally {
    progress.clear();
    log?.close();
    await engine.stop();
  }
};

/** Name and version of what is driven. An adapter that cannot be greeted has none; its report says why. */
const versionOf = async (
  engine: Engine,
  plan: Plan,
): Promise<Awaited<ReturnType<Engine['version']>> & { readonly trouble?: string }> => {
  if (plan.target.kind !== 'process') return engine.version();
  try {
    return await engine.version();
  } catch (error) {
    if (explainError(error)?.code !== EXIT.environment) throw error;
    return { name: 'unknown', version: 'unknown', trouble: (error as Error).message };
  }
};

/** Lets trouble of the environment in the middle of a run be a line of the report instead of its end. */
const guarded = async (tally: Tally, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (explainError(error)?.code !== EXIT.environment) throw error;
    tally.trouble((error as Error).message);
  }
};

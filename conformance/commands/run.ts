/** `run`: generate op logs, drive a target, check, shrink, save, report. */
import path from 'node:path';
import type { RemoteDriver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import type { TraceHead } from '../../abi/trace.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { fileFor, logOf, nameOf } from '../campaign/log.ts';
import { replayLocal, runLocal } from '../campaign/local.ts';
import type { Plan } from '../campaign/plan.ts';
import { RemoteRun, Restarting } from '../campaign/remote.ts';
import { freshSeed } from '../campaign/seeds.ts';
import { shrinkLocal, shrinkRemote, type ShrinkWish } from '../campaign/shrink.ts';
import { Tally, type KnownFailure } from '../campaign/tally.ts';
import { readCorpus, type Regression } from '../corpus.ts';
import { EXIT, explainError, type ExitCode } from '../exit.ts';
import { mustBeWritable } from '../files.ts';
import type { Io } from '../io.ts';
import { Journal } from '../journal.ts';
import { writeOpLog } from '../oplog-file.ts';
import type { LevelName, ProfileName, ReportChoice, TargetChoice } from '../options.ts';
import { packageVersion } from '../paths.ts';
import { Progress } from '../progress.ts';
import { writeJsonReport } from '../report/json.ts';
import { runReport } from '../report/run-report.ts';
import { terminalReport } from '../report/terminal.ts';
import { localTarget } from '../targets/local.ts';
import { startRemote } from '../targets/remote.ts';
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
  readonly coverage?: boolean;
  readonly quiet?: boolean;
  /** The trace to write. */
  readonly record?: string;
}

/** Budget of a run that was given none: checked ops, but not for longer than this. */
const DEFAULT_OPS = { local: 300_000, remote: 20_000 } as const;
const DEFAULT_SECONDS = { local: 45, remote: 600 } as const;
/** Devices of every sequence's world: two, so that contexts are seen to be apart. */
const DEVICES = 2;

const budgetFrom = ({ target, ops, time, maxFailures: failures }: RunOptions): Plan['budget'] => {
  const where = target.kind === 'linux' ? 'remote' : 'local';
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
});

/** What drives the sequences of a run and can judge one log again. */
interface Engine {
  drive(): Promise<void>;
  shrink(known: KnownFailure, wish: ShrinkWish): Promise<void>;
  /** Name and version of what was driven. */
  version(): Promise<{ readonly name: string; readonly version: string }>;
  stop(): Promise<void>;
}

const localEngine = (
  plan: Plan,
  jobs: number,
  corpus: readonly Regression[],
  tally: Tally,
  show: () => void,
  stop: AbortSignal,
): Engine => ({
  drive: async () => {
    replayLocal(plan, corpus, tally, stop);
    if (tally.failures.size < plan.budget.failures) await runLocal(plan, jobs, tally, show, stop);
  },
  shrink: (known, wish) => shrinkLocal(plan, known, tally, wish),
  version: async () => {
    // Throws for a name that no target has, before any worker is started.
    localTarget(plan.target);
    return { name: nameOf(plan.target), version: packageVersion };
  },
  stop: async () => {},
});

const remoteEngine = (
  plan: Plan,
  slots: number | undefined,
  corpus: readonly Regression[],
  tally: Tally,
  show: () => void,
  stop: AbortSignal,
): Engine => {
  const target = new Restarting(() => startRemote(plan.target, slots));
  const journal = new Journal(path.join('out', 'in-flight', String(process.pid)));
  return {
    drive: () => new RemoteRun(plan, target, tally, journal, show, stop, corpus).run(),
    shrink: (known, wish) => shrinkRemote(plan, target, known, tally, wish),
    version: async () => {
      const { name, version }: RemoteDriver = await target.get();
      return { name, version };
    },
    stop: async () => {
      await target.stop();
      journal.close();
    },
  };
};

/** Runs the suite. Throws `UsageError` and `EnvironmentError` only before the first sequence. */
export const run = async (io: Io, options: RunOptions): Promise<ExitCode> => {
  for (const { file } of options.report) mustBeWritable(file);
  if (options.record !== undefined) mustBeWritable(options.record);
  const plan = planOf(options);
  const corpus = options.corpus ? readCorpus() : [];
  const tally = new Tally();
  const progress = new Progress(io.live, options.quiet !== true);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let doing = '';
  const show = (): void =>
    progress.show({
      sequences: tally.coverage.sequences,
      ops: tally.coverage.ops,
      rules: tally.coverage.rulesFired,
      failures: tally.failures.size,
      seconds: seconds(),
      doing,
    });
  const engine =
    plan.target.kind === 'linux'
      ? remoteEngine(plan, options.jobs, corpus, tally, show, io.interrupt)
      : localEngine(plan, options.jobs ?? 1, corpus, tally, show, io.interrupt);
  try {
    const target = { ...(await engine.version()), choice: plan.target };
    if (plan.record !== undefined) beginTrace(plan.record, headOf(plan, target));
    await guarded(tally, () => engine.drive());
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
      if (options.shrink) await guarded(tally, () => engine.shrink(known, wish));
      saveFailure(options.save, plan, known, tally);
    }
    progress.clear();
    const { report, evidence } = runReport({
      tally,
      target,
      profile: plan.profile,
      seed: plan.seed,
      seconds: driven,
      interrupted: io.interrupt.aborted,
      invariants: INVARIANTS.map(({ id }) => id),
      witnesses: WITNESSES.map(({ id }) => id),
    });
    io.out(
      terminalReport(report, { color: io.color, quiet: options.quiet === true, coverage: options.coverage === true }),
    );
    for (const { file } of options.report) writeJsonReport(file, report);
    return exitCodeOf(evidence);
  } finally {
    progress.clear();
    await engine.stop();
  }
};

const headOf = (plan: Plan, { name, version }: { readonly name: string; readonly version: string }): TraceHead => ({
  format: 'binder-spec/trace',
  version: 1,
  profile: plan.profile,
  target: { name, kind: plan.target.kind, version },
  // The sequences of one machine are numbered by one counter.
  exactIds: plan.target.kind !== 'linux',
  seed: plan.seed,
});

/** Lets trouble of the environment in the middle of a run be a line of the report instead of its end. */
const guarded = async (tally: Tally, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (explainError(error)?.code !== EXIT.environment) throw error;
    tally.errors.push((error as Error).message);
  }
};

/** Saves the op log of a failure; a disk that refuses is an error of the run. */
export const saveFailure = (folder: string, plan: Plan, known: KnownFailure, tally: Tally): void => {
  const { first, shrunk } = known;
  const { core, signature } = shrunk?.failure ?? first.failure;
  const file = fileFor(folder, core);
  try {
    const ops: readonly Op[] = shrunk?.ops ?? first.ops;
    writeOpLog(file, logOf(plan, { ...first, ops }, signature));
    known.file = file;
  } catch (error) {
    tally.errors.push((error as Error).message);
  }
};

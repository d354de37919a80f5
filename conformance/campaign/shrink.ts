/** Shrinking the failures of a run: from the log that showed one to the shortest and plainest that shows it again. */
import { setImmediate } from 'node:timers/promises';
import type { RemoteDriver } from '../../abi/driver.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { isAboutState, sameBug } from '../../properties/failure.ts';
import { runLockstep, type RunResult, type Step } from '../../properties/lockstep.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import type { Recorder } from '../../properties/recorder.ts';
import { certify, CERTIFICATE_BUDGET, type Execution } from '../../properties/shrink/certificate.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { DEFAULT_BUDGET, shrinkAsync } from '../../properties/shrink/shrink.ts';
import { canAsk } from '../protocol/needs.ts';
import { localTarget } from '../targets/local.ts';
import { ProcessTarget } from '../targets/process/target.ts';
import { SequenceRecorder, TraceWriter } from '../trace/writer.ts';
import { shrunkSource, type Plan } from './plan.ts';
import { attempt, isDeath } from './attempt.ts';
import type { Restarting } from './restarting.ts';
import type { KnownFailure, Tally } from './tally.ts';

/** How long the shrinking of one failure may take: a stop for what hangs, long after the budget of executions. */
const MOST_SECONDS = 60;
/** Executions, at most, when each of them costs a start of the machine. */
const MOST_DEATHS = 40;
/** Executions that have to agree before a failure is worth shrinking. */
const CONFIRMATIONS = { local: 1, remote: 3 } as const;
/** Executions for a certificate: a remote one is worth less than a round trip through all its quantities. */
const CERTIFICATE = { local: CERTIFICATE_BUDGET, remote: 400 } as const;

/** What the user wants of shrinking, and how to hear of it. */
export interface ShrinkWish {
  /** Executions, at most. */
  readonly budget?: number;
  /** Whether to prove what was reached. */
  readonly certificate: boolean;
  /** Told in a few words what is being done. */
  readonly say: (doing: string) => void;
  readonly stop: AbortSignal;
}

/** Where logs are executed for one failure. */
interface Bench {
  readonly execute: (ops: readonly Op[], recorder?: Recorder) => Promise<Execution>;
  /** Executions at once. */
  readonly parallel: number;
  readonly confirmations: number;
  readonly budget: number;
  /** Executions for a certificate; 0: none. */
  readonly certificate: number;
}

const PASSED: Execution = { skipped: [], observations: new Map() };

/** Finds nothing any more once the time is up or the user has had enough: every search then ends soon. */
const bounded = (execute: Bench['execute'], stop: AbortSignal): Bench['execute'] => {
  const end = performance.now() + MOST_SECONDS * 1000;
  return async ops => (stop.aborted || performance.now() > end ? PASSED : execute(ops));
};

/** Runs a log with `run` and keeps all that it showed. */
const executed = async (run: (onStep: (step: Step) => void) => RunResult | Promise<RunResult>): Promise<Execution> => {
  const observations = new Map<OpId, Observation>();
  const { failure, skipped } = await run(({ op, observation }) => observations.set(op.id, observation));
  return { failure, skipped, observations };
};

/** Executes the log again; a failure that is not seen every time is not shrunk, because nobody could tell what helped. */
const confirm = async (
  known: KnownFailure,
  tally: Tally,
  { execute, confirmations }: Bench,
  stop: AbortSignal,
): Promise<boolean> => {
  const { ops, failure } = known.first;
  let agreed = 0;
  for (let turn = 0; turn < confirmations && !stop.aborted; turn++) {
    const again = (await execute(ops)).failure;
    if (again !== undefined && sameBug(failure, again)) agreed++;
  }
  if (stop.aborted) return false;
  tally.take({ event: 'confirmed', core: failure.core, agreed, of: confirmations });
  return agreed === confirmations;
};

/** Adds the shrunk log to the trace, run once more. */
const recordShrunk = async (file: string, { first, shrunk }: KnownFailure, { execute }: Bench): Promise<void> => {
  const recorder = new SequenceRecorder();
  await execute(shrunk?.ops ?? [], recorder);
  const trace = new TraceWriter(file);
  trace.append(recorder.sequence(shrunkSource(first.source), first.devices));
  trace.close();
};

const shrinkOn = async (
  bench: Bench,
  plan: Plan,
  known: KnownFailure,
  tally: Tally,
  { budget = bench.budget, certificate, say, stop }: ShrinkWish,
): Promise<void> => {
  say('confirming a failure');
  if (!(await confirm(known, tally, bench, stop))) return;
  const execute = bounded(bench.execute, stop);
  const { parallel } = bench;
  const { ops, failure, source, devices } = known.first;
  const { core } = failure;
  let told = ops.length;
  const shrunk = await shrinkAsync(ops, failure, async each => (await execute(each)).failure, {
    budget,
    parallel,
    guide: (log, seen) => new Shadow(specification, { devices }, log, seen),
    onProgress: ({ executions, ops: length, pass }) => {
      say(`shrinking: ${ops.length} → ${length} ops in ${executions} executions (${pass})`);
      if (length === told) return;
      told = length;
      tally.take({ event: 'shrinking', core, executions, ops: length });
    },
  });
  const { others, executions } = shrunk;
  tally.take({ event: 'shrunk', core, ops: shrunk.ops, failure: shrunk.failure, executions });
  if (plan.record !== undefined && !stop.aborted) await recordShrunk(plan.record, known, bench);
  // Other bugs met on the way are findings too, and are shrunk in their turn.
  for (const other of others) {
    const isNew = !tally.failures.has(other.failure.core);
    if (isNew && tally.open < plan.budget.failures) {
      tally.fail({ ...other, source: { ...source, met: failure.core }, devices });
    }
  }
  if (!certificate || bench.certificate === 0 || stop.aborted) return;
  say('certifying');
  const proof = await certify(shrunk.ops, shrunk.failure, execute, { budget: bench.certificate, parallel });
  tally.take({ event: 'certificate', core, certificate: proof });
};

/** Shrinks a failure on a target of this process. */
export const shrinkLocal = async (plan: Plan, known: KnownFailure, tally: Tally, wish: ShrinkWish): Promise<void> => {
  const driver = await localTarget(plan.target);
  const world = { devices: known.first.devices };
  const { failure } = known.first;
  const journal = failure.kind === 'journal';
  // What only the state shows is looked for after each op, so that the log can end where it begins.
  const checkpointEvery = isAboutState(failure) ? 1 : 0;
  let yielded = performance.now();
  const execute: Bench['execute'] = async (ops, recorder) => {
    if (performance.now() - yielded > 50) {
      await setImmediate();
      yielded = performance.now();
    }
    return executed(onStep =>
      runLockstep(
        {
          ...{ specification, driver, world, checkpointEvery, journal, invariants: INVARIANTS, onStep },
          profile: PROFILES[plan.profile],
          ...(recorder === undefined ? {} : { recorder }),
        },
        ops,
      ),
    );
  };
  const bench: Bench = {
    execute,
    parallel: 1,
    confirmations: CONFIRMATIONS.local,
    budget: DEFAULT_BUDGET,
    certificate: CERTIFICATE.local,
  };
  await shrinkOn(bench, plan, known, tally, wish);
};

/** Shrinks a failure on a remote target, several candidates at once on slots of their own. */
export const shrinkRemote = async (
  plan: Plan,
  target: Restarting,
  known: KnownFailure,
  tally: Tally,
  wish: ShrinkWish,
): Promise<void> => {
  const { failure, devices } = known.first;
  // What only the state shows may be what only a sequence that is alone shows whole.
  const alone = isAboutState(failure);
  /** What an adapter does not declare is no simpler form of what it does. A probe asks for it on purpose. */
  const mayAsk = (driver: RemoteDriver, ops: readonly Op[]): boolean =>
    !(driver instanceof ProcessTarget) || canAsk(ops, driver.capable) || !canAsk(known.first.ops, driver.capable);
  const execute: Bench['execute'] = async (ops, recorder) => {
    const driver = await target.get();
    if (!mayAsk(driver, ops)) return PASSED;
    return executed(async onStep => {
      const watch = { onStep, profile: PROFILES[plan.profile], ...(recorder === undefined ? {} : { recorder }) };
      const result = await attempt(driver, devices, ops, new Coverage(), watch, alone);
      if (isDeath(result.failure)) await target.bury(driver);
      return result;
    });
  };
  const common = { execute, confirmations: CONFIRMATIONS.remote };
  const bench: Bench = isDeath(failure)
    ? { ...common, parallel: 1, budget: MOST_DEATHS, certificate: 0 }
    : {
        ...common,
        parallel: alone ? 1 : (await target.get()).slots,
        budget: DEFAULT_BUDGET,
        certificate: CERTIFICATE.remote,
      };
  await shrinkOn(bench, plan, known, tally, wish);
};

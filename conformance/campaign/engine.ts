/** What drives the sequences of a run and can judge one log again: on a target of this process, or on a remote one. */
import path from 'node:path';
import type { OpLog } from '../../abi/op.ts';
import type { TraceSequence } from '../../abi/trace.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import type { Regression } from '../corpus.ts';
import { InFlight } from '../in-flight.ts';
import { isRemote } from '../options.ts';
import { packageVersion } from '../paths.ts';
import { localTarget } from '../targets/local.ts';
import { factsOf } from '../run-log/adapter.ts';
import type { AdapterFacts } from '../run-log/events.ts';
import { ProcessTarget } from '../targets/process/target.ts';
import { respawn } from '../targets/process/respawn.ts';
import { startRemote } from '../targets/remote.ts';
import { replayLocal, runLocal } from './local.ts';
import { devicesOf, nameOf } from './log.ts';
import { corpusOf, sourceName, type Plan } from './plan.ts';
import { AdapterWork } from './adapter.ts';
import { attempt, isDeath } from './attempt.ts';
import { isProbed } from './probe.ts';
import { RemoteRun, type Companion } from './remote.ts';
import { Restarting } from './restarting.ts';
import { shrinkLocal, shrinkRemote, type ShrinkWish } from './shrink.ts';
import type { KnownFailure, Tally } from './tally.ts';
import { recordLocal, recordRemote } from './trace.ts';

/** The driving part of a run. */
export interface Engine {
  /** Name and version of what is driven. */
  version(): Promise<{ readonly name: string; readonly version: string; readonly adapter?: AdapterFacts }>;
  /** Performs one log; `signature` is the failure that it is known for. */
  replay(log: OpLog, signature: string): Promise<Failure | undefined>;
  drive(): Promise<void>;
  shrink(known: KnownFailure, wish: ShrinkWish): Promise<void>;
  /** Performs the shortest log of a failure once more, for the record. */
  trace(known: KnownFailure): Promise<void>;
  stop(): Promise<void>;
}

/** What an engine works on. */
export interface Work {
  readonly plan: Plan;
  /** Worker processes; sequences in flight on a remote target. */
  readonly jobs: number | undefined;
  readonly corpus: readonly Regression[];
  readonly tally: Tally;
  readonly show: () => void;
  readonly stop: AbortSignal;
}

const shortest = ({ first, shrunk }: KnownFailure) => ({ ...first, ...shrunk });

const tellTrace = (tally: Tally, known: KnownFailure, exactIds: boolean, steps: TraceSequence['steps']): void => {
  const { source, devices, failure } = known.first;
  const trace = { source: sourceName(source), devices, steps };
  tally.take({ event: 'trace', core: failure.core, exactIds, trace });
};

const localEngine = ({ plan, jobs = 1, corpus, tally, show, stop }: Work): Engine => ({
  version: async () => {
    // Throws for a name that no target has, before any worker is started.
    await localTarget(plan.target);
    return { name: nameOf(plan.target), version: packageVersion };
  },
  replay: async (log, signature) => {
    // As it was shrunk: what only the state shows is looked for after each op.
    const checkpointEvery = /^(?:snapshot|journal|invariant) /.test(signature) ? 1 : 0;
    const journal = signature.startsWith('journal ');
    const world = { devices: devicesOf(log, plan.devices) };
    const driver = await localTarget(plan.target);
    const profile = PROFILES[plan.profile];
    return runLockstep(
      { specification, driver, world, checkpointEvery, journal, invariants: INVARIANTS, profile },
      log.ops,
    ).failure;
  },
  drive: async () => {
    await replayLocal(plan, corpusOf(plan, corpus), tally, stop);
    if (tally.open < plan.budget.failures) await runLocal(plan, jobs, tally, show, stop);
  },
  shrink: (known, wish) => shrinkLocal(plan, known, tally, wish),
  trace: async known => {
    const { ops, devices } = shortest(known);
    tellTrace(
      tally,
      known,
      true,
      recordLocal(await localTarget(plan.target), { devices }, ops, PROFILES[plan.profile]),
    );
  },
  stop: async () => {},
});

/** Not what a probe found, which the specification cannot judge, and not what a fresh adapter does not show. */
const mayShrink = ({ first, confirmed }: KnownFailure): boolean => !isProbed(first.failure) && confirmed?.agreed !== 0;

const remoteEngine = ({ plan, jobs: slots, corpus, tally, show, stop }: Work): Engine => {
  let starts = 0;
  const target = new Restarting(async () => {
    if (starts++ > 0 && plan.target.kind === 'process' && plan.target.respawn !== undefined) {
      await respawn(plan.target.respawn);
    }
    return startRemote(plan.target, slots);
  });
  const companion: Companion | undefined =
    plan.target.kind === 'process'
      ? new AdapterWork({ target, fresh: () => startRemote(plan.target, 1), tally, seed: plan.seed, stop })
      : undefined;
  const inFlight = new InFlight(path.join('out', 'in-flight', String(process.pid)));
  return {
    version: async () => {
      const driver = await target.get();
      const { name, version } = driver;
      return { name, version, ...(driver instanceof ProcessTarget ? { adapter: factsOf(driver) } : {}) };
    },
    drive: () => new RemoteRun(plan, target, tally, inFlight, show, stop, corpusOf(plan, corpus), companion).run(),
    shrink: async (known, wish) => {
      if (mayShrink(known)) await shrinkRemote(plan, target, known, tally, wish);
    },
    replay: async log => {
      const driver = await target.get();
      const { failure } = await attempt(
        driver,
        devicesOf(log, plan.devices),
        log.ops,
        new Coverage(),
        {
          profile: PROFILES[plan.profile],
        },
        true,
      );
      if (isDeath(failure)) await target.bury(driver);
      return failure;
    },
    trace: async known => {
      const { ops, devices, failure } = shortest(known);
      const { op } = failure;
      // What kills the machine would kill it again, and show nothing more.
      if (isDeath(failure) || !mayShrink(known)) return;
      tellTrace(
        tally,
        known,
        false,
        await recordRemote(await target.get(), { devices }, ops, op, PROFILES[plan.profile]),
      );
    },
    stop: async () => {
      await target.stop();
      inFlight.close();
    },
  };
};

/** The engine for a plan's target. */
export const engineFor = (work: Work): Engine => (isRemote(work.plan.target) ? remoteEngine(work) : localEngine(work));

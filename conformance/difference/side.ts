/** One of two targets that are held against each other: it runs whole sequences and shows everything. */
import type { OpId } from '../../abi/ids.ts';
import type { Op } from '../../abi/op.ts';
import type { TraceStep } from '../../abi/trace.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { runLockstep, type RunResult } from '../../properties/lockstep.ts';
import type { Recorder } from '../../properties/recorder.ts';
import { nameOf } from '../campaign/log.ts';
import { attempt, isDeath } from '../campaign/attempt.ts';
import { Restarting } from '../campaign/restarting.ts';
import { isRemote, type TargetChoice } from '../options.ts';
import { packageVersion } from '../paths.ts';
import { FULLY_CAPABLE, type Capable } from '../protocol/capabilities.ts';
import { localTarget } from '../targets/local.ts';
import { ProcessTarget } from '../targets/process/target.ts';
import { startRemote } from '../targets/remote.ts';
import { SequenceRecorder } from '../trace/writer.ts';

/** Everything that a sequence showed on one target. */
export interface Shown {
  readonly steps: readonly TraceStep[];
  readonly skipped: readonly OpId[];
  /** Where the specification disagrees, or the target fell silent; the sequence ends there. */
  readonly failure?: Failure;
}

export interface Side {
  readonly name: string;
  readonly version: string;
  /** Whether the ids in its snapshots are its own. */
  readonly exactIds: boolean;
  /** Sequences at once. */
  readonly parallel: number;
  /** What it can be asked, and how many devices it has: nobody compares what only one side has. */
  readonly capable: Capable;
  readonly devices: number;
  /** Runs a log. `closely`: the state is looked at after each op, where the target is in this process. */
  run(devices: number, ops: readonly Op[], closely?: boolean): Promise<Shown>;
  stop(): Promise<void>;
}

const shownBy = async (run: (recorder: Recorder) => RunResult | Promise<RunResult>): Promise<Shown> => {
  const recorder = new SequenceRecorder();
  const { failure, skipped } = await run(recorder);
  const { steps } = recorder.sequence('', 1);
  return failure === undefined ? { steps, skipped } : { steps, skipped, failure };
};

const localSide = async (choice: TargetChoice): Promise<Side> => {
  const driver = await localTarget(choice);
  return {
    ...{ name: nameOf(choice), version: packageVersion, exactIds: true, parallel: 1 },
    ...{ capable: FULLY_CAPABLE, devices: Infinity },
    run: (devices, ops, closely = false) =>
      shownBy(recorder =>
        runLockstep(
          {
            ...{ specification, driver, world: { devices }, invariants: INVARIANTS, recorder },
            checkpointEvery: closely ? 1 : 0,
          },
          ops,
        ),
      ),
    stop: async () => {},
  };
};

const remoteSide = async (choice: TargetChoice, slots: number | undefined): Promise<Side> => {
  const target = new Restarting(() => startRemote(choice, slots));
  const driver = await target.get();
  const { version, slots: parallel } = driver;
  const own = driver instanceof ProcessTarget ? driver : { capable: FULLY_CAPABLE, devices: Infinity };
  const once = async (devices: number, ops: readonly Op[]): Promise<Shown> =>
    shownBy(async recorder => {
      const driver = await target.get();
      const result = await attempt(driver, devices, ops, new Coverage(), { recorder });
      if (isDeath(result.failure)) await target.bury(driver);
      return result;
    });
  let alone: Promise<unknown> = Promise.resolve();
  return {
    ...{ name: nameOf(choice), version, exactIds: false, parallel },
    ...{ capable: own.capable, devices: own.devices },
    run: async (devices, ops) => {
      const shown = await once(devices, ops);
      if (!isDeath(shown.failure)) return shown;
      // Perhaps another sequence killed the target: only what dies again, one after the other, is believed.
      const again = alone.then(() => once(devices, ops));
      alone = again.catch(() => undefined);
      return again;
    },
    stop: () => target.stop(),
  };
};

/** Starts a target for a comparison. Throws `UsageError` and `EnvironmentError` as `run` does. */
export const startSide = async (choice: TargetChoice, slots: number | undefined): Promise<Side> =>
  isRemote(choice) ? remoteSide(choice, slots) : localSide(choice);

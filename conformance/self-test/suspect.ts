/** A driver with a fault in it, as a hunt drives it: in this process, or behind the adapter protocol. */
import path from 'node:path';
import type { Driver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { runLockstep, type RunResult } from '../../properties/lockstep.ts';
import { attempt, isDeath } from '../campaign/attempt.ts';
import { Restarting } from '../campaign/restarting.ts';
import type { Fault } from '../faults/fault.ts';
import { packageRoot } from '../paths.ts';
import { loadDriver } from '../targets/faulty.ts';
import { ImplTarget } from '../targets/impl.ts';
import { ProcessTarget } from '../targets/process/target.ts';

/** What is suspected of a fault. */
export interface Suspect {
  /** Logs that it can run side by side. */
  readonly parallel: number;
  /** Whether the state can be looked at after each op. */
  readonly closely: boolean;
  /**
   * Runs a log. `closely`: the state is looked at after each op, where that is possible; `journal`: and with it what the
   * driver tells of its history.
   */
  run(ops: readonly Op[], closely: boolean, coverage?: Coverage, journal?: boolean): Promise<RunResult>;
  stop(): Promise<void>;
}

/** The world of every sequence, as in `run`. */
export const WORLD = { devices: 2 };

/** Runs a log on a driver in this process, as a suspect does. */
export const judge = (
  driver: Driver,
  ops: readonly Op[],
  closely: boolean,
  coverage = new Coverage(),
  journal = false,
): RunResult =>
  runLockstep(
    {
      ...{ specification, driver, world: WORLD, invariants: INVARIANTS, coverage, journal },
      ...(closely ? { checkpointEvery: 1 } : {}),
    },
    ops,
  );

/** The driver with the fault, in this process. Throws `EnvironmentError` when it cannot be loaded. */
export const inProcess = async (fault: Fault): Promise<Suspect> => {
  const driver = new ImplTarget(await loadDriver(fault));
  return {
    parallel: 1,
    closely: true,
    run: async (ops, closely, coverage, journal) => judge(driver, ops, closely, coverage, journal),
    stop: async () => {},
  };
};

/** The same in an adapter, which needs the built program. The state is looked at after the last op only. */
export const behindBoundary = async (fault: Fault): Promise<Suspect> => {
  const adapter = path.join(packageRoot, 'dist', 'adapters', 'impl', 'main.js');
  const command = [process.execPath, adapter, '--fault', fault.id];
  const target = new Restarting(() => ProcessTarget.start({ command }));
  const { slots } = await target.get();
  return {
    parallel: slots,
    closely: false,
    run: async (ops, _closely, coverage = new Coverage()) => {
      const driver = await target.get();
      const result = await attempt(driver, WORLD.devices, ops, coverage);
      if (isDeath(result.failure)) await target.bury(driver);
      return result;
    },
    stop: () => target.stop(),
  };
};

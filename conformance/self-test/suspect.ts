/** A driver with a fault in it, as a hunt drives it; here in this process. */
import type { Driver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { runLockstep, type RunResult } from '../../properties/lockstep.ts';
import type { Fault } from '../faults/fault.ts';
import { loadDriver } from '../targets/faulty.ts';
import { ImplTarget } from '../targets/impl.ts';

/** What is suspected of a fault. */
export interface Suspect {
  /** Logs that it can run side by side. */
  readonly parallel: number;
  /** Whether the state can be looked at after each op. */
  readonly closely: boolean;
  /**
   * Runs a log. `closely`: the state is looked at after each op; `journal`: and with it what the
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

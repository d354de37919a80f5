/** Where programs run: a target in this process, or sessions of one elsewhere. */
import type { World } from '../../abi/driver.ts';
import type { TargetInfo } from '../../abi/trace.ts';
import { nameOf } from '../campaign/log.ts';
import type { TargetChoice } from '../options.ts';
import { packageVersion } from '../paths.ts';
import { ImplTarget } from '../targets/impl.ts';
import { localTarget } from '../targets/local.ts';
import { startRemote } from '../targets/remote.ts';
import { driverBench, sessionBench, type Bench } from './judged.ts';

/** A target that is ready for programs. */
export interface Stage {
  readonly target: TargetInfo;
  readonly exactIds: boolean;
  /** Programs at once. */
  readonly parallel: number;
  /** Begins with nothing open; `end` leaves nothing of it. Programs beyond `parallel` wait. */
  begin(world: World): Promise<{ readonly bench: Bench; end(): Promise<void> }>;
  /** Payload bytes that the driver counted as copied since the last `begin`; `undefined` where it does not count. */
  copied?(): number;
  /** Objects of the driver that still exist when every program has ended, by class; `undefined` where it cannot tell. */
  leftovers?(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

const localStage = async (choice: TargetChoice): Promise<Stage> => {
  const driver = await localTarget(choice);
  let before = 0;
  return {
    target: { name: nameOf(choice), kind: choice.kind, version: packageVersion },
    exactIds: true,
    parallel: 1,
    begin: async world => {
      const bench = driverBench(driver, world);
      if (driver instanceof ImplTarget) before = driver.driver.copied;
      return { bench, end: async () => {} };
    },
    ...(driver instanceof ImplTarget ? { copied: () => driver.driver.copied - before } : {}),
    stop: async () => {},
  };
};

const remoteStage = async (choice: TargetChoice, slots: number | undefined): Promise<Stage> => {
  const driver = await startRemote(choice, slots);
  return {
    target: { name: driver.name, kind: choice.kind, version: driver.version },
    exactIds: false,
    parallel: driver.slots,
    begin: async world => {
      const session = await driver.begin(world);
      return { bench: sessionBench(session, world), end: () => session.end() };
    },
    ...(driver.leftovers === undefined ? {} : { leftovers: () => driver.leftovers?.() ?? Promise.resolve({}) }),
    stop: () => driver.stop(),
  };
};

/** Starts a target, for so many programs at once. Throws `EnvironmentError` naming what is missing. */
export const startStage = async (choice: TargetChoice, slots?: number): Promise<Stage> =>
  choice.kind === 'linux' ? remoteStage(choice, slots) : localStage(choice);

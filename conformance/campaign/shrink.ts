/** Shrinking the failures of a run: from the log that showed one to the shortest and plainest that shows it again. */
import { setImmediate } from 'node:timers/promises';
import type { RemoteDriver } from '../../abi/driver.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { sameBug, type Failure } from '../../properties/failure.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { shrinkAsync, type AsyncTest, type ShrinkOptions } from '../../properties/shrink/shrink.ts';
import { localTarget } from '../targets/local.ts';
import type { Plan } from './plan.ts';
import { attempt, isDeath, type Restarting } from './remote.ts';
import type { KnownFailure, Tally } from './tally.ts';

/** How long the shrinking of one failure may take. */
const MOST_SECONDS = 30;
/** Executions, at most, when each of them costs a start of the machine. */
const MOST_DEATHS = 40;
/** Executions of a remote failure that have to agree before it is worth shrinking. */
const CONFIRMATIONS = 3;

/** A test that finds nothing any more once the time is up or the user has had enough: the search then ends soon. */
const bounded = (test: AsyncTest, stop: AbortSignal): AsyncTest => {
  const end = performance.now() + MOST_SECONDS * 1000;
  return async ops => (stop.aborted || performance.now() > end ? undefined : test(ops));
};

const shrinkWith = async (
  known: KnownFailure,
  tally: Tally,
  plan: Plan,
  test: AsyncTest,
  options: ShrinkOptions,
): Promise<void> => {
  const { ops, failure, source, devices } = known.first;
  const { others, ...shrunk } = await shrinkAsync(ops, failure, test, options);
  known.shrunk = shrunk;
  // Other bugs met on the way are findings too.
  for (const other of others) {
    if (tally.failures.size < plan.budget.failures) tally.fail({ ...other, source, devices });
  }
};

/** Shrinks a failure on a target of this process. */
export const shrinkLocal = async (plan: Plan, known: KnownFailure, tally: Tally, stop: AbortSignal): Promise<void> => {
  const driver = localTarget(plan.target);
  const world = { devices: known.first.devices };
  const { kind } = known.first.failure;
  // What only the state shows is looked for after each op, so that the log can end where it begins.
  const checkpointEvery = kind === 'snapshot' || kind === 'invariant' ? 1 : 0;
  let yielded = performance.now();
  const test: AsyncTest = async ops => {
    if (performance.now() - yielded > 50) {
      await setImmediate();
      yielded = performance.now();
    }
    return runLockstep({ specification, driver, world, checkpointEvery, invariants: INVARIANTS }, ops).failure;
  };
  await shrinkWith(known, tally, plan, bounded(test, stop), {});
};

/** Runs a log once; a target that died is buried. */
const once = async (target: Restarting, driver: RemoteDriver, devices: number, ops: KnownFailure['first']['ops']) => {
  const { failure } = await attempt(driver, devices, ops, new Coverage());
  if (isDeath(failure)) await target.bury(driver);
  return failure;
};

/** Shrinks a failure on a remote target, after it was seen to happen every time. */
export const shrinkRemote = async (
  plan: Plan,
  target: Restarting,
  known: KnownFailure,
  tally: Tally,
  stop: AbortSignal,
): Promise<void> => {
  const { ops, failure, devices } = known.first;
  const deadly = isDeath(failure);
  const test: AsyncTest = async each => once(target, await target.get(), devices, each);
  const confirm = async (): Promise<Failure | undefined> => (stop.aborted ? failure : test(ops));
  let agreed = 0;
  for (let turn = 0; turn < CONFIRMATIONS; turn++) {
    const again = await confirm();
    if (again !== undefined && sameBug(failure, again)) agreed++;
  }
  known.confirmed = { agreed, of: CONFIRMATIONS };
  if (agreed < CONFIRMATIONS || stop.aborted) return;
  const { slots } = await target.get();
  const options = deadly ? { budget: MOST_DEATHS, parallel: 1 } : { parallel: slots };
  await shrinkWith(known, tally, plan, bounded(test, stop), options);
};

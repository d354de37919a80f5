/** One log on a remote target, in a session of its own. */
import type { RemoteDriver, RemoteSession, World } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import type { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { runForetold, type ForetoldOptions } from '../../properties/foretold.ts';
import type { RunResult } from '../../properties/lockstep.ts';
import { isExact, LINUX } from '../../properties/profile/profile.ts';
import { runRemote, type RemoteOptions } from '../../properties/remote.ts';

/** A failure that says nothing about what the driver answered: it answered no more. */
export const isDeath = (failure: Failure | undefined): failure is Failure =>
  failure !== undefined && (failure.kind === 'crash' || failure.kind === 'timeout') && failure.core.includes('target');

/** Who looks on while a log runs, and how closely it is looked at. */
export type Watch = Pick<RemoteOptions<unknown>, 'onStep' | 'recorder' | 'profile' | 'journal'> &
  Pick<ForetoldOptions<unknown>, 'checkpointEvery'>;

/**
 * Runs one log in a session of its own, `alone` without others beside it; whatever the target throws is a failure of
 * kind `crash` or `timeout`. A target that always shows the same is foretold, unless it does not do what was foretold.
 */
export const attempt = async (
  driver: RemoteDriver,
  devices: number,
  ops: readonly Op[],
  coverage: Coverage,
  watch: Watch = {},
  alone = false,
): Promise<RunResult> => {
  const world = { devices };
  const { checkpointEvery: _, ...rest } = watch;
  const common = { specification, world, invariants: INVARIANTS, coverage };
  const { isPredictable: traceless = false } = driver;
  if (traceless && isExact(watch.profile ?? LINUX)) {
    const foretold = await within(driver, world, alone, ops, session =>
      runForetold({ ...common, session, ...watch }, ops),
    );
    if (foretold !== undefined) return foretold;
  }
  return within(driver, world, alone, ops, session =>
    runRemote({ ...common, session, snapshot: true, traceless, ...rest }, ops),
  );
};

/** What `run` makes of a session, which is ended unless the target died. */
const within = async <Result extends RunResult | undefined>(
  driver: RemoteDriver,
  world: World,
  alone: boolean,
  ops: readonly Op[],
  run: (session: RemoteSession) => Promise<Result>,
): Promise<Result> => {
  const session = await driver.begin(world, alone);
  const result = await run(session);
  const failure = result?.failure;
  if (!isDeath(failure)) {
    await session.end();
    return result;
  }
  // Nobody knows at which op of a batch a target died, so all of them belong to the failure.
  return { ...result, failure: { ...failure, op: ops.at(-1) ?? failure.op } };
};

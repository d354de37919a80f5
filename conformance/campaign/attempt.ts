/** One log on a remote target, in a session of its own. */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import type { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import type { RunResult } from '../../properties/lockstep.ts';
import { runRemote, type RemoteOptions } from '../../properties/remote.ts';

/** A failure that says nothing about what the driver answered: it answered no more. */
export const isDeath = (failure: Failure | undefined): failure is Failure =>
  failure !== undefined && (failure.kind === 'crash' || failure.kind === 'timeout') && failure.core.includes('target');

/** Who looks on while a log runs. */
export type Watch = Pick<RemoteOptions<unknown>, 'onStep' | 'recorder' | 'profile'>;

/** Runs one log in a session of its own, `alone` without others beside it; whatever the target throws is a failure of kind `crash` or `timeout`. */
export const attempt = async (
  driver: RemoteDriver,
  devices: number,
  ops: readonly Op[],
  coverage: Coverage,
  watch: Watch = {},
  alone = false,
): Promise<RunResult> => {
  const world = { devices };
  const session = await driver.begin(world, alone);
  const result = await runRemote(
    {
      specification,
      session,
      world,
      snapshot: true,
      invariants: INVARIANTS,
      coverage,
      ...watch,
    },
    ops,
  );
  const { failure } = result;
  if (!isDeath(failure)) {
    await session.end();
    return result;
  }
  // Nobody knows at which op of a batch a target died, so all of them belong to the failure.
  const op = ops.at(-1) ?? failure.op;
  return { ...result, failure: { ...failure, op } };
};

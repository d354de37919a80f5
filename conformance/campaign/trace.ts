/** Recording a shrunk log: performed once more, op by op, with the state after each where the driver can show it. */
import type { Driver, RemoteDriver, World } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { TraceStep } from '../../abi/trace.ts';
import { specification, type State } from '../../model/model.ts';
import { judgeFor } from '../../properties/profile/judge.ts';
import type { Profile } from '../../properties/profile/profile.ts';
import { readOn, readOnRemotely } from '../../properties/profile/stream.ts';

const stepOf = (op: Op, observation: Observation, snapshot: Snapshot | undefined): TraceStep =>
  ({ op, observation, ...(snapshot === undefined ? {} : { snapshot }) }) as TraceStep;

/** Records a log on a driver of this process, to the op that diverges or throws, or to its end. */
export const recordLocal = (driver: Driver, world: World, ops: readonly Op[], profile: Profile): TraceStep[] => {
  const steps: TraceStep[] = [];
  try {
    driver.reset(world);
    const judge = judgeFor<State>(specification, world, 'every', profile);
    for (const op of ops) {
      const call = judge.call(op);
      if (!judge.applicable(call)) continue;
      const observation = readOn(judge, call, driver.perform(call), each => driver.perform(each));
      steps.push(stepOf(op, observation, driver.snapshot()));
      if (judge.observe(call, observation) !== undefined) break;
    }
  } catch {
    // A driver that throws is the failure itself; what it did before is the trace.
  }
  return steps;
};

/** After which ops of a remote log the state is asked for: asking is not free of effects (DBG-14). */
type Asking = 'each' | 'last';

const recordOnce = async (
  driver: RemoteDriver,
  world: World,
  ops: readonly Op[],
  asking: Asking,
  profile: Profile,
): Promise<TraceStep[]> => {
  const steps: TraceStep[] = [];
  try {
    const session = await driver.begin(world, true);
    const judge = judgeFor<State>(specification, world, 'every', profile);
    const lastOp = ops.at(-1);
    for (const op of ops) {
      const ahead = judge.predict();
      const call = judge.call(op);
      if (!judge.applicable(call)) continue;
      const expected = ahead.advance(call);
      const [first] = await session.perform([{ call, expected }]);
      if (first === undefined) break;
      const observation = await readOnRemotely(judge, call, first, async each => {
        const [more] = await session.perform([{ call: each, expected }]);
        return more;
      });
      const divergence = judge.observe(call, observation);
      const ends = divergence !== undefined || op === lastOp;
      steps.push(stepOf(op, observation, asking === 'each' || ends ? await session.snapshot() : undefined));
      if (ends) break;
    }
    await session.end();
  } catch {
    // A driver that dies is the failure itself; what it did before is the trace.
  }
  return steps;
};

/**
 * Records a log that fails at op `failing` on a remote driver. Where asking for the state after each op changes what
 * happens, it is asked for at the end alone.
 */
export const recordRemote = async (
  driver: RemoteDriver,
  world: World,
  ops: readonly Op[],
  failing: Op,
  profile: Profile,
): Promise<TraceStep[]> => {
  const steps = await recordOnce(driver, world, ops, 'each', profile);
  return steps.at(-1)?.op.id === failing.id ? steps : recordOnce(driver, world, ops, 'last', profile);
};

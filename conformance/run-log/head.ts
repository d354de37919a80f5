/** The first line of an event log, from what was asked for and what was driven. */
import type { TargetInfo } from '../../abi/trace.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { nameOf } from '../campaign/log.ts';
import type { Plan } from '../campaign/plan.ts';
import { packageVersion } from '../paths.ts';
import type { RunHead } from './events.ts';

/** What a log begins with. */
export const headOf = (plan: Plan, target: TargetInfo): RunHead => ({
  event: 'head',
  format: 'binder-spec/run',
  version: 1,
  tool: { name: 'binder-spec', version: packageVersion },
  target,
  chosen: nameOf(plan.target),
  profile: plan.profile,
  level: plan.level,
  seed: plan.seed,
  devices: plan.devices,
  ...(plan.length === undefined ? {} : { length: plan.length }),
  budget: plan.budget,
  ...(plan.shard === undefined ? {} : { shard: plan.shard }),
  invariants: INVARIANTS.map(({ id }) => id),
  witnesses: WITNESSES.map(({ id }) => id),
});

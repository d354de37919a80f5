/** The first line of an event log, from what was asked for and what was driven. */
import type { TargetInfo } from '../../abi/trace.ts';
import { INVARIANTS, WITNESSES } from '../../properties/all.ts';
import { hiddenBy, PROFILES } from '../../properties/profile/profile.ts';
import { nameOf } from '../campaign/log.ts';
import type { Plan } from '../campaign/plan.ts';
import { packageVersion } from '../paths.ts';
import { capableOf } from './adapter.ts';
import type { AdapterFacts, RunHead } from './events.ts';
import { missingFor } from '../protocol/behind.ts';

/** What a log begins with. */
export const headOf = (plan: Plan, target: TargetInfo, adapter?: AdapterFacts): RunHead => ({
  event: 'head',
  format: 'binder-spec/run',
  version: 1,
  tool: { name: 'binder-spec', version: packageVersion },
  target,
  chosen: nameOf(plan.target),
  ...(adapter === undefined ? {} : { adapter }),
  profile: plan.profile,
  level: plan.level,
  seed: plan.seed,
  devices: plan.devices,
  ...(plan.length === undefined ? {} : { length: plan.length }),
  budget: plan.budget,
  ...(plan.shard === undefined ? {} : { shard: plan.shard }),
  invariants: INVARIANTS.map(({ id }) => id).filter(id => hiddenBy(PROFILES[plan.profile], id) === undefined),
  // What the profile avoids or an adapter does not declare nobody waits for.
  witnesses: WITNESSES.map(({ id }) => id).filter(
    id => hiddenBy(PROFILES[plan.profile], id) === undefined && missingFor(id, capableOf(adapter)).length === 0,
  ),
});

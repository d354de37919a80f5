/** Shrinking the failures of a run. */
import type { Plan } from './plan.ts';
import type { Restarting } from './remote.ts';
import type { KnownFailure } from './tally.ts';

export const shrinkLocal = async (_plan: Plan, _known: KnownFailure, _stop: AbortSignal): Promise<void> => {};

export const shrinkRemote = async (
  _p: Plan,
  _t: Restarting,
  _known: KnownFailure,
  _stop: AbortSignal,
): Promise<void> => {};

/** A driver behind a boundary along a bounded graph: every edge of a small one, a covering set of paths of another. */
import type { OpLog } from '../../abi/op.ts';
import type { BinderSystem } from '../../properties/explore/binder.ts';
import { coveringPaths } from '../../properties/explore/cover.ts';
import { everyEdge } from '../../properties/explore/sequences.ts';
import type { StateStore } from '../../properties/explore/store.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { attempt, isDeath } from '../campaign/attempt.ts';
import type { TargetChoice } from '../options.ts';
import { startRemote } from '../targets/remote.ts';

/** States of the largest graph of which every edge is driven. */
const SMALL = 2_000;

/** What was driven. */
export interface RemoteComparison {
  /** `edges`: every edge is on a path; `covering`: every rule and every operation by outcome is. */
  readonly kind: 'edges' | 'covering';
  readonly paths: number;
  readonly ops: number;
  readonly failures: readonly { readonly failure: Failure; readonly log: OpLog }[];
  readonly complete: boolean;
}

/** Drives a remote target along a graph, each path a sequence of its own, until so many different failures. */
export const driveRemote = async (
  target: TargetChoice,
  system: BinderSystem,
  store: StateStore,
  expanded: number,
  most: number,
  stop: AbortSignal,
): Promise<RemoteComparison> => {
  const kind = expanded <= SMALL ? 'edges' : 'covering';
  const logs =
    kind === 'edges'
      ? everyEdge(system, store, expanded)
      : coveringPaths(system, store, expanded, new Set())
          .map(({ trail, covers }) => trail.log(covers.join(', ')))
          .values();
  const failures = new Map<string, { readonly failure: Failure; readonly log: OpLog }>();
  let paths = 0;
  let ops = 0;
  let dead = false;
  const over = (): boolean => dead || stop.aborted || failures.size >= most;
  const driver = await startRemote(target);
  try {
    const work = async (): Promise<void> => {
      while (!over()) {
        const { value: log, done } = logs.next();
        if (done === true) return;
        const { failure, ops: performed } = await attempt(driver, 1, log.ops, new Coverage());
        paths++;
        ops += performed;
        if (failure === undefined) continue;
        dead ||= isDeath(failure);
        const known = failures.get(failure.core);
        if (known === undefined || log.ops.length < known.log.ops.length) failures.set(failure.core, { failure, log });
      }
    };
    await Promise.all(Array.from({ length: driver.slots }, work));
  } finally {
    await driver.stop();
  }
  return { kind, paths, ops, failures: [...failures.values()], complete: !over() };
};

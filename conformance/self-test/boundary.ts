/** A driver with a fault in it behind the adapter protocol. */
import path from 'node:path';
import { Coverage } from '../../properties/coverage.ts';
import { crashes } from '../../properties/failure.ts';
import type { RunResult } from '../../properties/lockstep.ts';
import { isWithoutVerdict } from '../../properties/remote.ts';
import { attempt, isDeath } from '../campaign/attempt.ts';
import { Restarting } from '../campaign/restarting.ts';
import type { Fault } from '../faults/fault.ts';
import { packageRoot } from '../paths.ts';
import type { Patience } from '../targets/process/budgets.ts';
import { ProcessTarget } from '../targets/process/target.ts';
import { WORLD, type Suspect } from './suspect.ts';

type Run = Suspect['run'];

/** A fault is no reason to be slow, and a busy machine no fault: silence lasts five times as long as usual. */
const PATIENCE: Patience = { scale: 5, timeouts: true };

class Foreigner implements Suspect {
  readonly parallel: number;
  readonly closely = true;
  readonly #target: Restarting;
  readonly #flying = new Set<Promise<RunResult>>();
  #begun = 0;
  /** Somebody runs alone, and everybody else waits. */
  #alone: Promise<unknown> | undefined;

  constructor(target: Restarting, parallel: number) {
    this.#target = target;
    this.parallel = parallel;
  }

  readonly run: Run = async (...log) => {
    while (this.#alone !== undefined) await this.#alone;
    const isLonely = this.#flying.size === 0;
    const begun = ++this.#begun;
    const result = await this.#fly(log);
    const wasLonely = isLonely && this.#begun === begun;
    if (!isDeath(result.failure) || (wasLonely && result.failure.kind !== 'timeout')) return result;
    // It may have been the doing of another log that was in flight, or of a machine that is busy with other things.
    while (this.#alone !== undefined) await this.#alone;
    const again = Promise.allSettled(this.#flying).then(() => this.#fly(log));
    this.#alone = again.finally(() => (this.#alone = undefined)).catch(() => undefined);
    return again;
  };

  stop(): Promise<void> {
    return this.#target.stop();
  }

  async #fly(log: Parameters<Run>): Promise<RunResult> {
    const flight = this.#attempt(...log);
    this.#flying.add(flight);
    try {
      return await flight;
    } finally {
      this.#flying.delete(flight);
    }
  }

  async #attempt(...[ops, closely, coverage = new Coverage(), journal = false]: Parameters<Run>): Promise<RunResult> {
    const driver = await this.#target.get();
    let result: RunResult;
    try {
      const watch = { journal, ...(closely ? { checkpointEvery: 1 } : {}) };
      result = await attempt(driver, WORLD.devices, ops, coverage, watch);
    } catch (error) {
      if (isWithoutVerdict(error)) throw error;
      // It was dead before this log could begin or end.
      const failure = crashes('crash', 'target', error, ops.at(-1) ?? { op: 'reclaim', id: 0 }, []);
      result = { ops: 0, skipped: [], coverage, failure };
    }
    if (isDeath(result.failure)) await this.#target.bury(driver);
    return result;
  }
}

/**
 * The driver with the fault in an adapter, which needs the built program. Of a log that kills it beside others it is
 * known only when it has run once more, alone. Throws `EnvironmentError` when the adapter cannot be started.
 */
export const behindBoundary = async (fault: Fault): Promise<Suspect> => {
  const adapter = path.join(packageRoot, 'dist', 'adapters', 'impl', 'main.js');
  const command = [process.execPath, adapter, '--fault', fault.id];
  const target = new Restarting(() => ProcessTarget.start({ command, patience: PATIENCE }));
  const { slots } = await target.get();
  return new Foreigner(target, slots);
};

/** The hunt for one fault: generated sequences until one shows it, then the shortest log that does. */
import { setImmediate } from 'node:timers/promises';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { runLockstep } from '../../properties/lockstep.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrinkAsync, type AsyncTest } from '../../properties/shrink/shrink.ts';
import { seederOf } from '../campaign/seeds.ts';
import type { Fault } from '../faults/fault.ts';
import { loadDriver } from '../targets/faulty.ts';
import { ImplTarget } from '../targets/impl.ts';

/** How a fault is hunted. */
export interface HuntOptions {
  readonly seed: number;
  /** Seconds of looking, at most. */
  readonly seconds: number;
  readonly shrink: boolean;
}

/** What one hunt brought. */
export interface Catch {
  readonly id: string;
  readonly seed: number;
  readonly found: boolean;
  /** Sequences until it was found, that one included. */
  readonly runs: number;
  /** Checked ops of them. */
  readonly ops: number;
  /** Seconds of generating, driving and checking until it was found. */
  readonly seconds: number;
  /** Logs executed while shrinking. */
  readonly executions: number;
  /** The log that shows it, shrunk if that was asked for; empty when it was not found. */
  readonly log: readonly Op[];
  /** What spoke: the signature of the failure, and the rules of the nearest allowed outcome or the invariant. */
  readonly signature: string;
  readonly rules: readonly string[];
}

/** The world of every sequence, as in `run`. */
export const WORLD = { devices: 2 };
/** Work between two looks at the clock of the user. */
const SLICE_MS = 50;

/** Lets others run now and then. */
const pacer = (): (() => Promise<void>) => {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < SLICE_MS) return;
    await setImmediate();
    last = performance.now();
  };
};

/** The first sign of a fault in a log that shows it: the state is looked at after each op, which a hunt does seldom. */
const earliest = (driver: ImplTarget, ops: readonly Op[], failure: Failure): Failure =>
  runLockstep({ specification, driver, world: WORLD, checkpointEvery: 1, invariants: INVARIANTS }, ops).failure ??
  failure;

const shrunkBy = async (
  driver: ImplTarget,
  ops: readonly Op[],
  failure: Failure,
  stop: AbortSignal,
): Promise<{ readonly ops: readonly Op[]; readonly failure: Failure; readonly executions: number }> => {
  // What only the state shows is looked for after each op, so that the log can end where it begins.
  const checkpointEvery = failure.kind === 'snapshot' || failure.kind === 'invariant' ? 1 : 0;
  const pause = pacer();
  const test: AsyncTest = async each => {
    await pause();
    if (stop.aborted) return undefined;
    return runLockstep({ specification, driver, world: WORLD, checkpointEvery, invariants: INVARIANTS }, each).failure;
  };
  return shrinkAsync(ops, failure, test, { guide: (log, seen) => new Shadow(specification, WORLD, log, seen) });
};

/** Hunts a fault. Throws `EnvironmentError` when its driver cannot be loaded. */
export const hunt = async (fault: Fault, options: HuntOptions, stop: AbortSignal): Promise<Catch> => {
  const { id } = fault;
  const { seed } = options;
  const driver = new ImplTarget(await loadDriver(fault));
  const arbitrary = new OpLogArbitrary({ level: 'full', devices: WORLD.devices });
  const pause = pacer();
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let ops = 0;
  for (let sequence = 0; !stop.aborted && elapsed() < options.seconds; sequence++) {
    const log = arbitrary.draw(seederOf(seed, sequence));
    const result = runLockstep({ specification, driver, world: WORLD, invariants: INVARIANTS }, log);
    ops += result.ops;
    const { failure } = result;
    if (failure === undefined) {
      await pause();
      continue;
    }
    const first = earliest(driver, log, failure);
    const found = { id, seed, found: true, runs: sequence + 1, ops, seconds: elapsed() };
    const best = options.shrink
      ? await shrunkBy(driver, log, first, stop)
      : { ops: log, failure: first, executions: 0 };
    return {
      ...found,
      executions: best.executions,
      log: best.ops,
      signature: best.failure.signature,
      rules: best.failure.rules,
    };
  }
  const nothing = { executions: 0, log: [], signature: '', rules: [] };
  return { id, seed, found: false, runs: 0, ops, seconds: elapsed(), ...nothing };
};

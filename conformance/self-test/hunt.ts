/** The hunt for one fault: generated sequences until one shows it, then the shortest log that does. */
import { setImmediate } from 'node:timers/promises';
import type { Op } from '../../abi/op.ts';
import { Coverage } from '../../properties/coverage.ts';
import type { Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import type { Fault } from '../faults/fault.ts';
import { likeliestRule } from '../rulebook.ts';
import { ImplTarget } from '../targets/impl.ts';
import { furtherLogs } from './further.ts';
import { shortest } from './shortest.ts';
import { behindBoundary } from './boundary.ts';
import { sequences } from './sequences.ts';
import { inProcess, judge, WORLD, type Suspect } from './suspect.ts';

/** How a fault is hunted. */
export interface HuntOptions {
  readonly seed: number;
  /** Seconds of looking, at most. */
  readonly seconds: number;
  readonly shrink: boolean;
  /** The driver lies behind a process boundary. */
  readonly foreign: boolean;
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
  /** Seconds of generating, driving and checking until it was found; the loading of the driver is not in them. */
  readonly seconds: number;
  /** Logs executed while shrinking the log that was found first. */
  readonly pinned: number;
  /** Logs executed while shrinking, those for other signs and further logs included. */
  readonly executions: number;
  /** The log that shows it, shrunk if that was asked for; empty when it was not found. */
  readonly log: readonly Op[];
  /** Of the log; where nothing was found, why what seemed to be the fault is none. */
  readonly signature: string;
  /** Who spoke: the likeliest rule, an invariant, or the place in the state; empty when it was not found. */
  readonly spoke: string;
}

/** Work between two looks at what the user wants. */
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

/** Who spoke: what a failure blames, in a word. */
const speaker = ({ kind, rules, core }: Failure, coverage: Coverage): string =>
  kind === 'snapshot' ? `state ${core.split(' ')[1] ?? ''}` : (likeliestRule(rules, coverage.record().rules) ?? kind);

/**
 * Hunts a fault; `seen` is told of it as soon as it is found, before the shrinking, in which a driver may loop. Throws
 * `EnvironmentError` when its driver cannot be loaded.
 */
export const hunt = async (
  fault: Fault,
  options: HuntOptions,
  stop: AbortSignal,
  seen: (first: Catch) => void = () => {},
): Promise<Catch> => {
  const suspect = await (options.foreign ? behindBoundary(fault) : inProcess(fault));
  try {
    return await pursue(suspect, fault, options, stop, seen);
  } finally {
    await suspect.stop();
  }
};

const pursue = async (
  suspect: Suspect,
  { id }: Fault,
  options: HuntOptions,
  stop: AbortSignal,
  seen: (first: Catch) => void,
): Promise<Catch> => {
  const { seed } = options;
  const arbitrary = new OpLogArbitrary({ level: 'full', devices: WORLD.devices });
  const coverage = new Coverage();
  const pause = pacer();
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let ops = 0;
  const missed = (): Catch => {
    const nothing = { found: false, runs: 0, pinned: 0, executions: 0, log: [], signature: '', spoke: '' };
    return { id, seed, ops, seconds: elapsed(), ...nothing };
  };
  const isOver = (): boolean => stop.aborted || elapsed() >= options.seconds;
  for await (const { sequence, log, result } of sequences(suspect, arbitrary, seed, coverage, isOver)) {
    ops += result.ops;
    const { failure } = result;
    if (failure === undefined) {
      await pause();
      continue;
    }
    const found = { id, seed, found: true, runs: sequence + 1, ops, seconds: elapsed() };
    const first = { ops: log, failure };
    const { signature: sign } = failure;
    const journal = failure.kind === 'journal';
    if (judge(new ImplTarget(), log, true, undefined, journal).failure === undefined)
      seen({ ...found, pinned: 0, executions: 0, log, signature: sign, spoke: speaker(failure, coverage) });
    const best = options.shrink
      ? await shortest(
          suspect,
          first,
          grounded => furtherLogs({ suspect, seed, sequence, pause }, grounded),
          pause,
          stop,
        )
      : {
          ops: log,
          failure: (await suspect.run(log, true, undefined, journal)).failure ?? failure,
          pinned: 0,
          executions: 0,
        };
    const { pinned, executions, ops: shrunk } = best;
    const { signature } = best.failure;
    // What the driver without the fault shows as well is no sign of the fault, and worth a look of its own.
    const innocent = judge(new ImplTarget(), shrunk, true, undefined, journal).failure;
    if (innocent !== undefined) {
      return { ...missed(), runs: sequence + 1, signature: `the driver without the fault shows it too: ${signature}` };
    }
    return { ...found, pinned, executions, log: shrunk, signature, spoke: speaker(best.failure, coverage) };
  }
  return missed();
};

/** The hunt for one fault: generated sequences until one shows it, then the shortest log that does. */
import { setImmediate } from 'node:timers/promises';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { Coverage } from '../../properties/coverage.ts';
import { sameBug, type Failure } from '../../properties/failure.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';
import { Shadow } from '../../properties/shrink/shadow.ts';
import { shrinkAsync, trimmed, type AsyncTest, type Finding } from '../../properties/shrink/shrink.ts';
import { seederOf } from '../campaign/seeds.ts';
import type { Fault } from '../faults/fault.ts';
import { likeliestRule } from '../rulebook.ts';
import { behindBoundary, inProcess, WORLD, type Suspect } from './suspect.ts';

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
  /** Logs executed while shrinking. */
  readonly executions: number;
  /** The log that shows it, shrunk if that was asked for; empty when it was not found. */
  readonly log: readonly Op[];
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

type Shrunk = { readonly ops: readonly Op[]; readonly failure: Failure; readonly executions: number };

/** Other signs of the fault, met while shrinking the first, that are shrunk too. */
const OTHER_SIGNS = 2;
/** Longer than the shortest log by so much, and another sign will hardly get shorter. */
const FAR = 4;

/**
 * What the state shows of a fault before anybody is told: the shrunk log without its last op, and without one of its
 * reads, with the state looked at after each op.
 */
const signsInState = async (
  suspect: Suspect,
  { ops, failure }: Finding,
): Promise<{ readonly signs: readonly Finding[]; readonly executions: number }> => {
  if (failure.kind !== 'observation') return { signs: [], executions: 0 };
  const silent = ops.flatMap((op, at) => {
    if (op.op !== 'write_read' || op.write === undefined || op.read === undefined) return [];
    const { read: _, ...rest } = op;
    return [ops.with(at, rest)];
  });
  const signs: Finding[] = [];
  const logs = [ops.slice(0, -1), ...silent];
  for (const log of logs) {
    const met = (await suspect.run(log, true)).failure;
    if (met !== undefined && !sameBug(failure, met)) signs.push({ ops: trimmed(log, met), failure: met });
  }
  return { signs, executions: logs.length };
};

/**
 * The shortest log that shows the fault. The first sign is pinned; the others that were met on the way are shrunk in
 * their turn, as a run does with every failure. Here all of them are signs of one fault.
 */
const shrunk = async (suspect: Suspect, ops: readonly Op[], failure: Failure, stop: AbortSignal): Promise<Shrunk> => {
  const pause = pacer();
  const pinned = async (log: readonly Op[], sign: Failure): ReturnType<typeof shrinkAsync> => {
    // What only the state shows is looked for after each op, so that the log can end where it begins.
    const closely = sign.kind === 'snapshot' || sign.kind === 'invariant';
    const test: AsyncTest = async each => {
      await pause();
      return stop.aborted ? undefined : (await suspect.run(each, closely)).failure;
    };
    return shrinkAsync(log, sign, test, {
      parallel: suspect.parallel,
      guide: (from, seen) => new Shadow(specification, WORLD, from, seen),
    });
  };
  const first = await pinned(ops, failure);
  let best: Shrunk = first;
  const seen = await signsInState(suspect, first);
  best = { ...best, executions: best.executions + seen.executions };
  const near = [...seen.signs, ...first.others]
    .filter(other => other.ops.length <= first.ops.length + FAR)
    .sort((one, other) => one.ops.length - other.ops.length);
  for (const other of near.slice(0, OTHER_SIGNS)) {
    const next = await pinned(other.ops, other.failure);
    const executions = best.executions + next.executions;
    best = next.ops.length < best.ops.length ? { ...next, executions } : { ...best, executions };
  }
  return best;
};

/** Who spoke: what a failure blames, in a word. */
const speaker = ({ kind, rules, core }: Failure, coverage: Coverage): string =>
  kind === 'snapshot' ? `state ${core.split(' ')[1] ?? ''}` : (likeliestRule(rules, coverage.record().rules) ?? kind);

/** Hunts a fault. Throws `EnvironmentError` when its driver cannot be loaded. */
export const hunt = async (fault: Fault, options: HuntOptions, stop: AbortSignal): Promise<Catch> => {
  const suspect = await (options.foreign ? behindBoundary(fault) : inProcess(fault));
  try {
    return await pursue(suspect, fault, options, stop);
  } finally {
    await suspect.stop();
  }
};

const pursue = async (suspect: Suspect, { id }: Fault, options: HuntOptions, stop: AbortSignal): Promise<Catch> => {
  const { seed } = options;
  const arbitrary = new OpLogArbitrary({ level: 'full', devices: WORLD.devices });
  const coverage = new Coverage();
  const pause = pacer();
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  let ops = 0;
  for (let sequence = 0; !stop.aborted && elapsed() < options.seconds; sequence++) {
    const log = arbitrary.draw(seederOf(seed, sequence));
    const result = await suspect.run(log, false, coverage);
    ops += result.ops;
    const { failure } = result;
    if (failure === undefined) {
      await pause();
      continue;
    }
    const found = { id, seed, found: true, runs: sequence + 1, ops, seconds: elapsed() };
    // The state is looked at seldom while hunting; the first sign of the fault is what is worth shrinking.
    const first = (await suspect.run(log, true)).failure ?? failure;
    const best = options.shrink ? await shrunk(suspect, log, first, stop) : { ops: log, failure: first, executions: 0 };
    const { signature } = best.failure;
    return { ...found, executions: best.executions, log: best.ops, signature, spoke: speaker(best.failure, coverage) };
  }
  return { id, seed, found: false, runs: 0, ops, seconds: elapsed(), executions: 0, log: [], signature: '', spoke: '' };
};

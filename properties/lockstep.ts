/** The runner for a driver in this process: op by op against the specification, with snapshots at checkpoints. */
import type { Driver, World } from '../abi/driver.ts';
import type { OpId } from '../abi/ids.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Specification } from '../abi/specification.ts';
import { comparable } from './agree.ts';
import { Coverage } from './coverage.ts';
import { nearest } from './difference.ts';
import { breaks, crashes, differs, isAboutState, type Failure } from './failure.ts';
import type { Invariant } from './invariant.ts';
import { Chronicle } from './journal/chronicle.ts';
import type { Follow } from './judge.ts';
import type { Checker } from './profile/checker.ts';
import { judgeFor } from './profile/judge.ts';
import { isExact, LINUX, type Profile } from './profile/profile.ts';
import { readOn } from './profile/stream.ts';
import type { Recorder } from './recorder.ts';

/** Where nothing else is said: two devices, so that contexts are seen to be apart. */
export const DEFAULT_WORLD: World = { devices: 2 };
/** Performed ops between two checkpoints. */
export const CHECKPOINT_EVERY = 128;

/** What a run is checked against, and who wants to know of it. */
export interface CheckOptions<State> {
  readonly specification: Specification<State>;
  readonly world?: World;
  readonly invariants?: readonly Invariant[];
  /** Where counts go; shared by many runs. */
  readonly coverage?: Coverage;
  /** Called after each performed op: for `replay` and traces. */
  readonly onStep?: (step: Step) => void;
  readonly recorder?: Recorder;
  /** In what the driver may differ; nothing unless told. */
  readonly profile?: Profile;
}

export interface LockstepOptions<State> extends CheckOptions<State> {
  readonly driver: Driver;
  /** Performed ops between snapshot comparisons; 1 checks after each op, 0 never. One is always made at the end. */
  readonly checkpointEvery?: number;
  /** Whether the driver's journal is compared at each of them too, where it has one. */
  readonly journal?: boolean;
  /** Whether the ids that the driver shows are the sequence's own, as they are unless told. */
  readonly exactIds?: boolean;
  /** What an exception of the driver is; a crash unless told. */
  readonly failureOf?: (error: unknown, op: Op, skipped: readonly OpId[]) => Failure;
}

/** One performed op as a trace shows it. */
export interface Step {
  readonly op: Op;
  readonly observation: Observation;
  readonly rules: readonly string[];
}

export interface RunResult {
  /** Performed ops, the failing one included. */
  readonly ops: number;
  /** Ops that were inapplicable and not performed. */
  readonly skipped: readonly OpId[];
  readonly failure?: Failure;
  readonly coverage: Coverage;
  /** What the driver showed at the last checkpoint. */
  readonly shown?: Snapshot;
}

/** Checks one snapshot: against the specification, then against the invariants. */
export const checkSnapshot = <State>(
  judge: Checker<State>,
  seen: Snapshot,
  invariants: readonly Invariant[],
  exact: boolean,
  op: Op,
  skipped: readonly OpId[],
): Failure | undefined => {
  // An invariant says more than a difference does, so it speaks first.
  // One that was disturbed by being taken mixes two moments; the specification alone can judge it.
  if (exact || !judge.isDisturbed(seen))
    for (const { id, says, breaches } of invariants) {
      if (judge.excuses?.(id) === true) continue;
      const broken = breaches(seen);
      if (broken.length > 0) return breaks(id, says, broken, op, skipped);
    }
  const allowed = judge.observeSnapshot(seen, exact);
  if (allowed === undefined) return undefined;
  const best = nearest(judge.shape?.(seen) ?? seen, allowed, item => item) as Snapshot;
  const [left, right] = comparable(best, judge.shape?.(seen) ?? seen, exact);
  return differs('snapshot', op, right, [left], [], skipped);
};

export const NOTHING: readonly Invariant[] = [];

/** Runs one sequence. Throws nothing: whatever the driver or the specification throws is a failure. */
export const runLockstep = <State>(options: LockstepOptions<State>, ops: readonly Op[]): RunResult => {
  const { coverage = new Coverage(), checkpointEvery = CHECKPOINT_EVERY } = options;
  coverage.begin();
  let first = runOnce(options, ops, coverage, checkpointEvery, 'canonical');
  if (first.failure !== undefined && !first.complete) {
    // It may have been another outcome than the canonical one: only all of them together can tell.
    const known = first.ops - 1;
    first = runOnce(options, ops, coverage, checkpointEvery, 'every', known);
  }
  coverage.skipped += first.skipped.length;
  coverage.widest = Math.max(coverage.widest, first.widest);
  const { failure } = first;
  if (failure === undefined || checkpointEvery === 1 || !isAboutState(failure)) {
    return { ...first, coverage };
  }
  // It showed at a checkpoint; the same ops again, checked after each, tell where it began.
  const upTo = ops.slice(0, ops.indexOf(failure.op) + 1);
  const again = runOnce({ ...options, onStep: () => {} }, upTo, new Coverage(), 1, 'every');
  return again.failure === undefined ? { ...first, coverage } : { ...again, coverage };
};

const runOnce = <State>(
  options: LockstepOptions<State>,
  ops: readonly Op[],
  coverage: Coverage,
  checkpointEvery: number,
  follow: Follow,
  /** So many performed ops are counted and told already. */
  known = 0,
): Omit<RunResult, 'coverage'> & { readonly widest: number; readonly complete: boolean } => {
  const { specification, driver, world = DEFAULT_WORLD, invariants = NOTHING, onStep, recorder } = options;
  const { exactIds = true } = options;
  const skipped: OpId[] = [];
  let performed = 0;
  let sinceCheckpoint = 0;
  let current: Op | undefined;
  let last: Op | undefined;
  let shown: Snapshot | undefined;
  let who = 'specification';
  const judge = judgeFor(specification, world, follow, options.profile);
  // What other profiles let differ is not told in a driver's own numbers.
  const keeps = options.journal === true && isExact(options.profile ?? LINUX);
  const chronicle = keeps ? new Chronicle(specification, world, exactIds, true) : undefined;
  const finish = (failure?: Failure) => {
    const { complete, widest } = judge;
    const counts = { ops: performed, skipped, widest, complete, ...(shown === undefined ? {} : { shown }) };
    return failure === undefined ? counts : { ...counts, failure };
  };
  const checkpoint = (op: Op): Failure | undefined => {
    who = 'driver';
    const seen = driver.snapshot();
    who = 'specification';
    if (seen === undefined) return undefined;
    shown = seen;
    recorder?.snapshot(seen);
    const failure = checkSnapshot(judge, seen, invariants, exactIds, op, skipped);
    if (performed > known) coverage.countSnapshot(seen, invariants);
    return failure ?? journal(op);
  };
  const journal = (op: Op): Failure | undefined => {
    if (chronicle === undefined || driver.journal === undefined) return undefined;
    who = 'driver';
    const told = driver.journal();
    who = 'specification';
    if (told === undefined) return undefined;
    const { rules, failure } = chronicle.compare(told, op, skipped);
    if (performed > known) coverage.countRules(rules);
    return failure;
  };
  try {
    who = 'driver';
    driver.reset(world);
    recorder?.begin();
    who = 'specification';
    for (const op of ops) {
      current = op;
      const call = judge.call(op);
      if (!judge.applicable(call)) {
        skipped.push(op.id);
        continue;
      }
      who = 'driver';
      const observation = readOn(judge, call, driver.perform(call), each => driver.perform(each));
      recorder?.observed(op, observation);
      who = 'specification';
      const divergence = judge.observe(call, observation);
      chronicle?.add(call, observation);
      performed++;
      last = op;
      if (divergence !== undefined) {
        const allowed = divergence.allowed.map(outcome => outcome.observation);
        const rules = nearest(observation, divergence.allowed, outcome => outcome.observation)?.rules ?? [];
        return finish(differs('observation', op, observation, allowed, rules, skipped));
      }
      if (performed > known) {
        coverage.count(op, call, observation, judge.rules, judge.hypotheses[0]?.state);
        onStep?.({ op, observation, rules: judge.rules });
      }
      if (++sinceCheckpoint === checkpointEvery) {
        sinceCheckpoint = 0;
        const failure = checkpoint(op);
        if (failure !== undefined) return finish(failure);
      }
    }
    if (last !== undefined && (sinceCheckpoint > 0 || checkpointEvery === 0)) {
      const failure = checkpoint(last);
      if (failure !== undefined) return finish(failure);
    }
    return finish();
  } catch (error) {
    const op: Op = current ?? { op: 'reclaim', id: 0 };
    const failure =
      who === 'driver' && options.failureOf !== undefined
        ? options.failureOf(error, op, skipped)
        : crashes('crash', who, error, op, skipped);
    if (who === 'driver') recorder?.died(failure);
    return finish(failure);
  }
};

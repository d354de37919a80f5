/**
 * The runner for a driver behind a process or machine boundary: as many ops as possible in one round trip.
 *
 * A batch is resolved ahead with predictions and ends where an op depends on what was not observed yet. Afterwards the
 * observations are judged in order; what was performed behind a divergence is dropped.
 */
import type { Call } from '../abi/call.ts';
import type { BatchStep, RemoteSession } from '../abi/driver.ts';
import type { OpId } from '../abi/ids.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import { Coverage } from './coverage.ts';
import { nearest } from './difference.ts';
import { crashes, differs, type Failure } from './failure.ts';
import { Chronicle } from './journal/chronicle.ts';
import { judgeFor } from './profile/judge.ts';
import { isExact, LINUX } from './profile/profile.ts';
import { readOnRemotely } from './profile/stream.ts';
import { checkSnapshot, DEFAULT_WORLD, type CheckOptions, type RunResult } from './lockstep.ts';

export interface RemoteOptions<State> extends CheckOptions<State> {
  readonly session: RemoteSession;
  /** Calls of one round trip, at most. */
  readonly batch?: number;
  /** Whether a snapshot is compared at the end. */
  readonly snapshot?: boolean;
  /** Whether what the driver tells of the history is compared with it, where it tells; it is unless told. */
  readonly journal?: boolean;
  /** Whether looking at the driver leaves no trace; it does unless told. */
  readonly traceless?: boolean;
}

/** Calls of one round trip. */
export const BATCH = 200;

/** A remote target throws this, or an error of this name, when it fell silent. */
export const TIMEOUT = 'TimeoutError';
/** A remote target throws an error of this name when it is asked for what it declares and does not offer. */
export const UNSUPPORTED = 'UnsupportedError';
/** Errors of these names are about what stands between the driver and this program: nobody can judge then. */
const NO_VERDICT: ReadonlySet<string> = new Set(['AdapterError', 'EnvironmentError']);

/** Whether an error says nothing about the driver. */
export const isWithoutVerdict = (error: unknown): boolean => error instanceof Error && NO_VERDICT.has(error.name);

/** What a remote target threw as a failure of its driver. Throws it again where it says nothing about the driver. */
export const failureFrom = (error: unknown, op: Op, skipped: readonly OpId[]): Failure => {
  if (isWithoutVerdict(error)) throw error;
  const name = error instanceof Error ? error.name : '';
  if (name === UNSUPPORTED) return crashes('capability', 'adapter', error, op, skipped);
  return crashes(name === TIMEOUT ? 'timeout' : 'crash', 'target', error, op, skipped);
};

/** What a batch showed before the target failed in the middle of it. */
export const answeredBefore = (error: unknown): readonly Observation[] =>
  (error as { readonly answered?: readonly Observation[] } | undefined)?.answered ?? [];

/** Runs one sequence in an open session. The caller begins and ends the session. */
export const runRemote = async <State>(options: RemoteOptions<State>, ops: readonly Op[]): Promise<RunResult> => {
  const { specification, session, world = DEFAULT_WORLD, batch = BATCH, invariants = [], onStep, recorder } = options;
  const coverage = options.coverage ?? new Coverage();
  coverage.begin();
  recorder?.begin();
  const judge = judgeFor(specification, world, 'every', options.profile);
  const chronicle = new Chronicle(specification, world, false, options.traceless ?? false);
  const skipped: OpId[] = [];
  let performed = 0;
  let last: Op | undefined;
  let next = 0;
  const finish = (failure?: Failure): RunResult => {
    coverage.skipped += skipped.length;
    coverage.widest = Math.max(coverage.widest, judge.widest);
    return failure === undefined
      ? { ops: performed, skipped, coverage }
      : { ops: performed, skipped, coverage, failure };
  };
  const silent = (failure: Failure): RunResult => {
    recorder?.died(failure);
    return finish(failure);
  };
  while (next < ops.length) {
    const ahead = judge.predict();
    const steps: BatchStep[] = [];
    const asked: { readonly op: Op; readonly call: Call }[] = [];
    while (next < ops.length && steps.length < batch) {
      const op = ops[next] as Op;
      let call = ahead.call(op);
      if (call === 'ambiguous') {
        if (steps.length > 0) break;
        // Nothing is left to observe that could decide: any call is a fair question, as long as it can be made.
        const own = judge.call(op);
        call = judge.applicable(own) ? own : 'skip';
      }
      next++;
      if (call === 'skip') {
        skipped.push(op.id);
        continue;
      }
      asked.push({ op, call });
      steps.push({ call, expected: ahead.advance(call) });
    }
    if (steps.length === 0) break;
    let answers: readonly Observation[];
    let trouble: unknown;
    try {
      answers = await session.perform(steps);
    } catch (error) {
      answers = answeredBefore(error);
      trouble = error;
      if (answers.length === 0) return silent(failureFrom(error, (asked[0] as { op: Op }).op, skipped));
    }
    for (let at = 0; at < asked.length; at++) {
      const { op, call } = asked[at] as { op: Op; call: Call };
      const first = answers[at];
      if (first === undefined) {
        return silent(failureFrom(trouble ?? `no answer to ${op.op}`, op, skipped));
      }
      let observation: Observation;
      try {
        observation = await readOnRemotely(judge, call, first, async each => {
          const expected = steps[at]?.expected ?? [];
          return (await session.perform([{ call: each, expected }]))[0];
        });
      } catch (error) {
        return silent(failureFrom(error, op, skipped));
      }
      recorder?.observed(op, observation);
      const divergence = judge.observe(call, observation, ahead);
      chronicle.add(call, observation);
      performed++;
      last = op;
      if (divergence !== undefined) {
        const allowed = divergence.allowed.map(outcome => outcome.observation);
        const rules = nearest(observation, divergence.allowed, outcome => outcome.observation)?.rules ?? [];
        return finish(differs('observation', op, observation, allowed, rules, skipped));
      }
      coverage.count(op, call, observation, judge.rules, judge.hypotheses[0]?.state);
      onStep?.({ op, observation, rules: judge.rules });
    }
  }
  if (options.snapshot === true && last !== undefined) {
    let seen: Awaited<ReturnType<RemoteSession['snapshot']>>;
    try {
      seen = await session.snapshot();
    } catch (error) {
      return silent(failureFrom(error, last, skipped));
    }
    if (seen !== undefined) {
      recorder?.snapshot(seen);
      const failure = checkSnapshot(judge, seen, invariants, false, last, skipped);
      coverage.countSnapshot(seen, invariants);
      if (failure !== undefined) return finish(failure);
    }
    const asked = options.journal !== false && isExact(options.profile ?? LINUX);
    let journal: Awaited<ReturnType<NonNullable<RemoteSession['journal']>>>;
    try {
      journal = asked ? await session.journal?.() : undefined;
    } catch (error) {
      return silent(failureFrom(error, last, skipped));
    }
    if (journal !== undefined) {
      const told = chronicle.compare(journal, last, skipped);
      coverage.countRules(told.rules);
      if (told.failure !== undefined) return finish(told.failure);
    }
  }
  return finish();
};

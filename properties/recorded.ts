/** The runner for what was recorded elsewhere: it performs nothing, it judges. */
import type { OpId } from '../abi/ids.ts';
import type { Op } from '../abi/op.ts';
import type { Specification } from '../abi/specification.ts';
import type { TraceSequence } from '../abi/trace.ts';
import { Coverage } from './coverage.ts';
import { nearest } from './difference.ts';
import { crashes, differs, type Failure } from './failure.ts';
import type { Invariant } from './invariant.ts';
import type { Follow } from './judge.ts';
import { judgeFor } from './profile/judge.ts';
import type { Profile } from './profile/profile.ts';
import { checkSnapshot, type RunResult } from './lockstep.ts';

export interface RecordedOptions<State> {
  readonly specification: Specification<State>;
  /** Whether the ids in the snapshots are the sequence's own. */
  readonly exactIds: boolean;
  readonly invariants: readonly Invariant[];
  readonly coverage: Coverage;
  /** In what the driver may differ; nothing unless told. */
  readonly profile?: Profile;
}

/** The place of a step that nobody can have performed. */
export class Unperformable extends Error {
  override readonly name = 'Unperformable';
  readonly step: number;

  constructor(step: number, { id }: Op) {
    super(`op ${id} cannot be made here: its process, descriptor or thread does not exist, or the thread is parked`);
    this.step = step;
  }
}

const NONE: readonly OpId[] = [];

/** Judges one sequence. Throws `Unperformable` where a step could not have been made by any driver that is right so far. */
export const runRecorded = <State>(options: RecordedOptions<State>, sequence: TraceSequence): RunResult => {
  const { coverage } = options;
  coverage.begin();
  // As the live runs do it: in lockstep the canonical outcome first, on a remote target every one.
  let judged = judgeOnce(options, sequence, options.exactIds ? 'canonical' : 'every');
  if ((judged.failure !== undefined || judged.unperformable !== undefined) && !judged.complete) {
    judged = judgeOnce({ ...options, coverage: new Coverage() }, sequence, 'every');
  }
  const { ops, failure, widest, unperformable } = judged;
  if (unperformable !== undefined) throw unperformable;
  coverage.widest = Math.max(coverage.widest, widest);
  return { ops, skipped: NONE, coverage, ...(failure === undefined ? {} : { failure }) };
};

interface Judged {
  readonly ops: number;
  readonly failure?: Failure;
  readonly unperformable?: Unperformable;
  readonly widest: number;
  /** Whether every possibility was followed. */
  readonly complete: boolean;
}

const judgeOnce = <State>(
  { specification, exactIds, invariants, coverage, profile }: RecordedOptions<State>,
  { devices, steps, died }: TraceSequence,
  follow: Follow,
): Judged => {
  let performed = 0;
  let current: Op | undefined;
  const judge = judgeFor(specification, { devices }, follow, profile);
  const finish = (failure?: Failure): Judged => {
    const { complete, widest } = judge;
    const counts = { ops: performed, widest, complete };
    return failure === undefined ? counts : { ...counts, failure };
  };
  try {
    for (const [at, { op, observation, snapshot }] of steps.entries()) {
      current = op;
      const call = judge.call(op);
      if (!judge.applicable(call)) throw new Unperformable(at, op);
      const divergence = judge.observe(call, observation);
      performed++;
      if (divergence !== undefined) {
        const allowed = divergence.allowed.map(outcome => outcome.observation);
        const rules = nearest(observation, divergence.allowed, outcome => outcome.observation)?.rules ?? [];
        return finish(differs('observation', op, observation, allowed, rules, NONE));
      }
      coverage.count(op, call, observation, judge.rules, judge.hypotheses[0]?.state);
      if (snapshot === undefined) continue;
      const failure = checkSnapshot(judge, snapshot, invariants, exactIds, op, NONE);
      coverage.countSnapshot(snapshot, invariants);
      if (failure !== undefined) return finish(failure);
    }
    return died === undefined ? finish() : finish(crashes(died.kind, died.who, died.why, died.op, NONE));
  } catch (error) {
    if (error instanceof Unperformable) return { ...finish(), unperformable: error };
    return finish(crashes('crash', 'specification', error, current ?? { op: 'reclaim', id: 0 }, NONE));
  }
};

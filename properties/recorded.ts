/** The runner for what was recorded elsewhere: it performs nothing, it judges. */
import type { OpId } from '../abi/ids.ts';
import type { Op } from '../abi/op.ts';
import type { Specification } from '../abi/specification.ts';
import type { TraceSequence } from '../abi/trace.ts';
import type { Coverage } from './coverage.ts';
import { crashes, differs, nearest, type Failure } from './failure.ts';
import type { Invariant } from './invariant.ts';
import { Judge } from './judge.ts';
import { checkSnapshot, type RunResult } from './lockstep.ts';

export interface RecordedOptions<State> {
  readonly specification: Specification<State>;
  /** Whether the ids in the snapshots are the sequence's own. */
  readonly exactIds: boolean;
  readonly invariants: readonly Invariant[];
  readonly coverage: Coverage;
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
  const { specification, exactIds, invariants, coverage } = options;
  const { steps, died } = sequence;
  coverage.begin();
  let performed = 0;
  let current: Op | undefined;
  const finish = (widest: number, failure?: Failure): RunResult => {
    coverage.widest = Math.max(coverage.widest, widest);
    return { ops: performed, skipped: NONE, coverage, ...(failure === undefined ? {} : { failure }) };
  };
  try {
    const judge = new Judge(specification, { devices: sequence.devices });
    for (const [at, { op, observation, snapshot }] of steps.entries()) {
      current = op;
      const call = judge.call(op);
      if (!judge.applicable(call)) throw new Unperformable(at, op);
      const divergence = judge.observe(call, observation);
      performed++;
      if (divergence !== undefined) {
        const allowed = divergence.allowed.map(outcome => outcome.observation);
        const rules = nearest(observation, divergence.allowed, outcome => outcome.observation)?.rules ?? [];
        return finish(judge.widest, differs('observation', op, observation, allowed, rules, NONE));
      }
      coverage.count(op, call, observation, judge.rules);
      if (snapshot === undefined) continue;
      const failure = checkSnapshot(judge, snapshot, invariants, exactIds, op, NONE);
      coverage.countSnapshot(snapshot, invariants);
      if (failure !== undefined) return finish(judge.widest, failure);
    }
    if (died === undefined) return finish(judge.widest);
    return finish(judge.widest, crashes(died.kind, died.who, died.why, died.op, NONE));
  } catch (error) {
    if (error instanceof Unperformable) throw error;
    return finish(1, crashes('crash', 'specification', error, current ?? { op: 'reclaim', id: 0 }, NONE));
  }
};

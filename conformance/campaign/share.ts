/** One worker's share of a run on a target of its own process: generate, drive in lockstep, count. */
import { setImmediate } from 'node:timers/promises';
import type { Op } from '../../abi/op.ts';
import { specification } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import type { CoverageRecord } from '../../properties/coverage.ts';
import { Feedback, type Proposal } from '../../properties/feedback/feedback.ts';
import type { Seeder } from '../../properties/generator/dice.ts';
import { prepared } from '../../properties/profile/prepare.ts';
import { PROFILES } from '../../properties/profile/profile.ts';
import { Batch, BATCH_OPS } from '../../properties/batch.ts';
import type { RunResult, Step } from '../../properties/lockstep.ts';
import { localTarget } from '../targets/local.ts';
import { SequenceRecorder, TraceWriter } from '../trace/writer.ts';
import { arbitraryOf, sequencesOf } from './budget.ts';
import { coverageOf } from './coverage.ts';
import { sourceName, type Share, type Source } from './plan.ts';
import { seederOf } from './seeds.ts';
import type { FoundFailure } from './tally.ts';

/** What a share has seen since it spoke last. */
export interface News {
  readonly record: CoverageRecord;
  /** The first failure of each core. */
  readonly failures: readonly FoundFailure[];
  /** Cores of further failures. */
  readonly repeated: readonly string[];
}

/** A sequence on its way to the driver. */
interface Proposed extends Proposal {
  readonly sequence: number;
  readonly log: readonly Op[];
}

/** One in so many sequences is gone through once more for its journal. */
const JOURNAL_EVERY = 64;

/** Whether the journal of a sequence is compared: the same ones whoever drives them. */
export const keepsJournal = (seed: number, sequence: number): boolean => (sequence + seed) % JOURNAL_EVERY === 0;

/** How long a share works before it speaks and listens. */
const SLICE_MS = 100;

/** Runs a share until its budget is spent or `stop` is aborted. */
export const runShare = async (share: Share, tell: (news: News) => void, stop: AbortSignal): Promise<void> => {
  const { plan, first, stride } = share;
  const { budget } = plan;
  const driver = await localTarget(plan.target);
  const arbitrary = arbitraryOf(plan);
  const last = sequencesOf(plan);
  const seeders = (index: number): Seeder => seederOf(plan.seed, index);
  // What a sequence is made from depends on what its worker drove before, and shards have to add up to one run.
  const feedback =
    plan.feedback === false || plan.shard !== undefined ? undefined : new Feedback({ arbitrary, seeders });
  const onStep = feedback === undefined ? {} : { onStep: (step: Step) => feedback.see(step) };
  const world = { devices: plan.devices };
  const profile = PROFILES[plan.profile];
  const trace = plan.record === undefined ? undefined : new TraceWriter(plan.record);
  const recorder = trace === undefined ? undefined : new SequenceRecorder();
  const common = {
    specification,
    driver,
    world,
    invariants: INVARIANTS,
    profile,
    ...onStep,
    ...(recorder === undefined ? {} : { recorder }),
  };
  const cores = new Set<string>();
  const excused = new Set(plan.excused);
  let open = 0;
  const end = budget.seconds === undefined ? Infinity : performance.now() + budget.seconds * 1000;
  let coverage = coverageOf(plan);
  let failures: FoundFailure[] = [];
  let repeated: string[] = [];
  let spoken = performance.now();
  const speak = (): void => {
    tell({ record: coverage.record(), failures, repeated });
    coverage = coverageOf(plan);
    failures = [];
    repeated = [];
  };
  const isOver = (): boolean => open >= budget.failures;
  const take = (proposal: Proposed, result: RunResult): void => {
    const { sequence, mutated, log } = proposal;
    feedback?.end(result.shown);
    const source: Source = mutated ? { sequence, made: 'mutated' } : { sequence };
    const { failure } = result;
    if (recorder !== undefined) trace?.append(recorder.sequence(sourceName(source), plan.devices));
    if (failure === undefined) return;
    if (cores.has(failure.core)) repeated.push(failure.core);
    else failures.push({ failure, ops: log, source, devices: plan.devices });
    if (!cores.has(failure.core) && !excused.has(failure.core)) open++;
    cores.add(failure.core);
  };
  for (let sequence = first; sequence < last && !isOver();) {
    const proposals: Proposed[] = [];
    for (let ops = 0; sequence < last && ops < BATCH_OPS; sequence += stride) {
      const proposal = feedback?.propose(sequence) ?? { ops: arbitrary.draw(seeders(sequence)), mutated: false };
      proposals.push({ ...proposal, sequence, log: prepared(profile, proposal.ops) });
      ops += proposal.ops.length;
    }
    const batch = new Batch(
      common,
      proposals.map(({ log }) => log),
      index => keepsJournal(plan.seed, (proposals[index] as Proposed).sequence),
    );
    for (let at = 0; at < proposals.length && !isOver(); at++) {
      const proposal = proposals[at] as Proposed;
      feedback?.begin(proposal);
      take(proposal, batch.judge(at, coverage));
    }
    const now = performance.now();
    if (now >= end) break;
    if (now - spoken < SLICE_MS) continue;
    spoken = now;
    speak();
    await setImmediate();
    if (stop.aborted) break;
  }
  trace?.close();
  speak();
};

/**
 * Many sequences on a driver in this process, phase by phase: the specification foretells all of them, the driver
 * performs all of them, then all are judged. Each phase keeps the processor's caches to itself, which makes a step a
 * fifth cheaper than taking turns.
 *
 * What is foretold is the canonical outcome. A sequence that shows anything else is given to `runLockstep`, which
 * knows every outcome, so a batch finds what single runs find.
 */
import type { Call } from '../abi/call.ts';
import type { OpId } from '../abi/ids.ts';
import type { Op } from '../abi/op.ts';
import { Environment, resolve } from '../abi/resolve.ts';
import { same } from '../abi/same.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Outcome, Specification } from '../abi/specification.ts';
import { agrees } from './agree.ts';
import type { Coverage } from './coverage.ts';
import { isExact } from './profile/profile.ts';
import {
  CHECKPOINT_EVERY,
  DEFAULT_WORLD,
  NOTHING,
  runLockstep,
  type LockstepOptions,
  type RunResult,
} from './lockstep.ts';

/** A batch is worth the most with about so many ops: more, and what is foretold has left the caches when it is needed. */
export const BATCH_OPS = 1000;

/** One op as it is foretold. */
interface Foretold<State> {
  readonly op: Op;
  readonly call: Call;
  readonly outcome: Outcome<State>;
}

/** One sequence on its way through the phases. */
interface Track<State> {
  readonly ops: readonly Op[];
  readonly steps: readonly Foretold<State>[];
  readonly skipped: readonly OpId[];
  /** What the driver showed at each checkpoint; `undefined` where not all of it was foretold. */
  snapshots: readonly (Snapshot | undefined)[] | undefined;
}

const untold = (ops: readonly Op[]): Track<never> => ({ ops, steps: [], skipped: [], snapshots: undefined });

export type BatchOptions<State> = Omit<LockstepOptions<State>, 'coverage'>;

export class Batch<State> {
  readonly #options: BatchOptions<State>;
  readonly #every: number;
  readonly #tracks: readonly Track<State>[];

  /** Foretells and drives. Throws nothing, as `runLockstep` does. */
  constructor(options: BatchOptions<State>, logs: readonly (readonly Op[])[]) {
    this.#options = options;
    const { checkpointEvery = CHECKPOINT_EVERY } = options;
    this.#every = checkpointEvery === 0 ? Infinity : checkpointEvery;
    const { specification, profile, recorder } = options;
    // A recorder listens while a sequence is judged, and what another profile allows is not foretold.
    const apart = recorder !== undefined || (profile !== undefined && !isExact(profile));
    this.#tracks = logs.map(ops => (apart ? untold(ops) : this.#foretell(specification, ops)));
    for (const track of this.#tracks) track.snapshots = this.#drive(track);
  }

  /** What sequence number `index` came to. Counts into `coverage`; to be asked once for each sequence. */
  judge(index: number, coverage: Coverage): RunResult {
    const track = this.#tracks[index] as Track<State>;
    if (!this.#holds(track)) return runLockstep({ ...this.#options, coverage }, track.ops);
    const { onStep, invariants = NOTHING } = this.#options;
    const { steps, skipped, snapshots = [] } = track;
    coverage.begin();
    let place = 0;
    steps.forEach(({ op, call, outcome: { observation, rules } }, at) => {
      coverage.count(op, call, observation, rules);
      onStep?.({ op, observation, rules });
      if (!this.#isCheckpoint(at, steps.length)) return;
      const seen = snapshots[place++];
      if (seen !== undefined) coverage.countSnapshot(seen, invariants);
    });
    coverage.skipped += skipped.length;
    const shown = snapshots.at(-1);
    return { ops: steps.length, skipped, coverage, ...(shown === undefined ? {} : { shown }) };
  }

  /** The canonical outcome of every op. Where the specification itself breaks, `runLockstep` tells. */
  #foretell(specification: Specification<State>, ops: readonly Op[]): Track<State> {
    const { world = DEFAULT_WORLD } = this.#options;
    const steps: Foretold<State>[] = [];
    const skipped: OpId[] = [];
    try {
      const env = new Environment();
      let state = specification.initial(world);
      for (const op of ops) {
        const call = resolve(env, op);
        if (!specification.applicable(state, call)) {
          skipped.push(op.id);
          continue;
        }
        const outcome =
          specification.canonical?.(state, call).outcome ?? (specification.step(state, call)[0] as Outcome<State>);
        if (outcome.delivered.length > 0) env.learn(outcome.delivered);
        state = outcome.state;
        steps.push({ op, call, outcome });
      }
    } catch {
      return untold(ops);
    }
    return { ops, steps, skipped, snapshots: [] };
  }

  #drive({ steps, snapshots }: Track<State>): Track<State>['snapshots'] {
    if (snapshots === undefined) return undefined;
    const { driver, world = DEFAULT_WORLD } = this.#options;
    const seen: (Snapshot | undefined)[] = [];
    try {
      driver.reset(world);
      for (let at = 0; at < steps.length; at++) {
        const { call, outcome } = steps[at] as Foretold<State>;
        if (!same(outcome.observation, driver.perform(call))) return undefined;
        if (this.#isCheckpoint(at, steps.length)) seen.push(driver.snapshot());
      }
    } catch {
      return undefined;
    }
    return seen;
  }

  #isCheckpoint(at: number, length: number): boolean {
    return (at + 1) % this.#every === 0 || at + 1 === length;
  }

  /** Whether every snapshot is the foretold one and breaks no invariant. */
  #holds({ steps, snapshots }: Track<State>): boolean {
    if (snapshots === undefined) return false;
    const { specification, invariants = NOTHING } = this.#options;
    let place = 0;
    for (let at = 0; at < steps.length; at++) {
      if (!this.#isCheckpoint(at, steps.length)) continue;
      const seen = snapshots[place++];
      if (seen === undefined) continue;
      if (invariants.some(({ breaches }) => breaches(seen).length > 0)) return false;
      if (!agrees(specification.snapshot((steps[at] as Foretold<State>).outcome.state), seen, true)) return false;
    }
    return true;
  }
}

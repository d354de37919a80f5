/**
 * Many sequences on a driver in this process, phase by phase: the specification foretells all of them, the driver
 * performs all of them, then all are judged. Each phase keeps the processor's caches to itself, which makes a step a
 * fifth cheaper than taking turns.
 *
 * What is foretold is the canonical outcome. Where the driver shows another one, that one is followed from there. A
 * sequence that shows what no outcome shows is given to `runLockstep`, so a batch finds what single runs find.
 */
import type { Op } from '../abi/op.ts';
import { same } from '../abi/same.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import { Counts } from './counts.ts';
import type { Coverage } from './coverage.ts';
import type { Invariant } from './invariant.ts';
import { Chronicle } from './journal/chronicle.ts';
import { isExact } from './profile/profile.ts';
import {
  CHECKPOINT_EVERY,
  DEFAULT_WORLD,
  NOTHING,
  runLockstep,
  type LockstepOptions,
  type RunResult,
} from './lockstep.ts';
import { Track, type Foretold } from './track.ts';

/** A batch is worth the most with about so many ops: more, and what is foretold has left the caches when it is needed. */
export const BATCH_OPS = 1000;

export type BatchOptions<State> = Omit<LockstepOptions<State>, 'coverage' | 'journal'>;

const NOTHING_TOLD: readonly string[] = [];

/** Counts of former batches, of which nothing is left but the names. */
const spare: Counts[] = [];

export class Batch<State> {
  readonly #options: BatchOptions<State>;
  readonly #every: number;
  readonly #tracks: readonly Track<State>[];
  /** What all sequences come to that are not lost. They are counted as they are foretold: then all of it is at hand. */
  readonly #counts = spare.pop() ?? new Counts();
  #isCounted = false;
  /** Whether the journal of a sequence is compared at its end. */
  readonly #keepsJournal: (index: number) => boolean;
  /** Rules that such a comparison exercised. */
  readonly #told = new Map<Track<State>, readonly string[]>();

  /** Foretells and drives. Throws nothing, as `runLockstep` does. */
  constructor(
    options: BatchOptions<State>,
    logs: readonly (readonly Op[])[],
    keepsJournal: (index: number) => boolean = () => false,
  ) {
    this.#options = options;
    this.#keepsJournal = keepsJournal;
    const {
      specification,
      profile,
      recorder,
      world = DEFAULT_WORLD,
      checkpointEvery = CHECKPOINT_EVERY,
      invariants = NOTHING,
    } = options;
    this.#every = checkpointEvery === 0 ? Infinity : checkpointEvery;
    const initial = specification.initial(world);
    this.#tracks = logs.map(ops => new Track(specification, initial, ops, this.#counts));
    // A recorder listens while a sequence is judged, and what another profile allows is not foretold.
    const apart = recorder !== undefined || (profile !== undefined && !isExact(profile));
    const unlessLost = (work: (track: Track<State>) => boolean): void => {
      for (const track of this.#tracks) {
        try {
          if (!track.lost && !work(track)) track.lose();
        } catch {
          track.lose();
        }
      }
    };
    unlessLost(track => {
      if (!apart) track.foretell(BATCH_OPS);
      return !apart;
    });
    unlessLost(track => this.#drive(track) && this.#compareJournal(track));
    unlessLost(track => [...track.snapshots.values()].every(seen => this.#holds(track, seen, invariants)));
  }

  /**
   * What sequence number `index` came to; to be asked once for each sequence. Counts into `coverage`, which gets what
   * the steps of all come to when the first is judged.
   */
  judge(index: number, coverage: Coverage): RunResult {
    const track = this.#tracks[index] as Track<State>;
    if (!this.#isCounted) {
      coverage.add(this.#counts);
      this.#counts.clear();
      spare.push(this.#counts);
    }
    this.#isCounted = true;
    if (track.lost) return runLockstep({ ...this.#options, coverage, journal: this.#keepsJournal(index) }, track.ops);
    const { onStep, invariants = NOTHING } = this.#options;
    const { steps, skipped, snapshots } = track;
    coverage.begin();
    if (onStep !== undefined || coverage.isLooking) {
      for (const { op, call, outcome } of steps) {
        const { observation, rules, state } = outcome;
        coverage.look(op, call, observation, rules, state);
        onStep?.({ op, observation, rules });
      }
    }
    let shown: Snapshot | undefined;
    for (const [at, seen] of [...snapshots.values()].entries()) {
      coverage.countSnapshot(seen, invariants, track.weights[at]);
      shown = seen;
    }
    coverage.countRules(this.#told.get(track) ?? NOTHING_TOLD);
    coverage.skipped += skipped.length;
    return { ops: steps.length, skipped, coverage, ...(shown === undefined ? {} : { shown }) };
  }

  /** Performs a sequence to its end. Answers false where it showed what no outcome shows. */
  #drive(track: Track<State>): boolean {
    const { driver, world = DEFAULT_WORLD } = this.#options;
    const { steps, snapshots } = track;
    driver.reset(world);
    for (let at = 0; at < steps.length; at++) {
      const { call, outcome } = steps[at] as Foretold<State>;
      const observation = driver.perform(call);
      if (!same(outcome.observation, observation) && !track.turn(at, observation)) return false;
      if (at + 1 === steps.length) track.foretell(BATCH_OPS);
      if (!this.#isCheckpoint(at, track)) continue;
      const seen = driver.snapshot();
      if (seen === undefined) continue;
      snapshots.set(at, seen);
      if (track.agrees((steps[at] as Foretold<State>).outcome.state, at)) continue;
      if (!track.turn(at, observation)) return false;
      track.foretell(BATCH_OPS);
    }
    return true;
  }

  /** Whether all invariants hold of a snapshot. What is read off it is read once: they are weighed with it. */
  #holds(track: Track<State>, seen: Snapshot, invariants: readonly Invariant[]): boolean {
    for (const { breaches } of invariants) if (breaches(seen).length > 0) return false;
    track.weights.push(invariants.map(({ weight }) => weight(seen)));
    return true;
  }

  /** Compares the journal of a sequence that was just driven, where that is wanted. Answers false where it differs. */
  #compareJournal(track: Track<State>): boolean {
    const { driver, specification, world = DEFAULT_WORLD } = this.#options;
    const last = track.steps.at(-1);
    if (last === undefined || !this.#keepsJournal(this.#tracks.indexOf(track))) return true;
    const seen = driver.journal?.();
    if (seen === undefined) return true;
    const chronicle = new Chronicle(specification, world, true);
    for (const { call, outcome } of track.steps) chronicle.add(call, outcome.observation);
    const { rules, failure } = chronicle.compare(seen, last.op, track.skipped);
    this.#told.set(track, rules);
    return failure === undefined;
  }

  #isCheckpoint(at: number, { steps, next, ops }: Track<State>): boolean {
    return (at + 1) % this.#every === 0 || (at + 1 === steps.length && next === ops.length);
  }
}

/**
 * The runner for a remote driver that always shows the same: a sequence is foretold, and sent without waiting for an
 * answer up to where the driver has a choice; it is compared when all of that has come back.
 *
 * What differs is judged as in lockstep, on a playback of what was shown.
 */
import type { Call } from '../abi/call.ts';
import { equal } from '../abi/equal.ts';
import type { Journal } from '../abi/journal.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import { same } from '../abi/same.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import { Counts } from './counts.ts';
import { Coverage } from './coverage.ts';
import { Chronicle } from './journal/chronicle.ts';
import { CHECKPOINT_EVERY, DEFAULT_WORLD, NOTHING, runLockstep, type RunResult } from './lockstep.ts';
import { Playback, type Shown } from './playback.ts';
import { answeredBefore, failureFrom, type RemoteOptions } from './remote.ts';
import { Track, type Foretold } from './track.ts';

export interface ForetoldOptions<State> extends Omit<
  RemoteOptions<State>,
  'batch' | 'snapshot' | 'profile' | 'traceless'
> {
  /** Performed ops between two looks at the state; one is always made at the end. */
  readonly checkpointEvery?: number;
}

/** A sequence on its way: what was foretold, and what the driver showed of it. */
class Voyage<State> {
  readonly track: Track<State>;
  readonly counts = new Counts();
  readonly calls: Call[] = [];
  readonly observations: Observation[] = [];
  readonly snapshots = new Map<number, Snapshot>();
  readonly journals = new Map<number, Journal>();
  /** What the target threw in place of the next answer. */
  trouble: unknown;
  /** Rules that the journals exercised. */
  readonly rules: string[] = [];
  readonly #options: ForetoldOptions<State>;
  readonly #every: number;
  readonly #chronicle: Chronicle<State> | undefined;

  constructor(options: ForetoldOptions<State>, ops: readonly Op[]) {
    const { specification, world = DEFAULT_WORLD, checkpointEvery = CHECKPOINT_EVERY, journal = true } = options;
    this.#options = options;
    this.#every = checkpointEvery;
    this.#chronicle = journal ? new Chronicle(specification, world, false, true) : undefined;
    this.track = new Track(specification, specification.initial(world), ops, this.counts, false);
  }

  /** Goes to the end. Answers false where the driver shows what is not foretold on any path with the same calls. */
  async run(): Promise<boolean> {
    const { track, calls, observations } = this;
    try {
      for (;;) {
        track.foretell(Infinity);
        const from = calls.length;
        if (from >= track.steps.length) return from === track.steps.length;
        const batch = track.steps.slice(from, this.#reach(from)).map(({ call }) => ({ call, expected: [] }));
        calls.push(...batch.map(({ call }) => call));
        observations.push(...(await this.#options.session.perform(batch)));
        if (observations.length !== calls.length || !this.#follows(from)) return false;
        if (!(await this.#looks())) return false;
      }
    } catch (trouble) {
      observations.push(...answeredBefore(trouble));
      this.trouble = trouble;
      return false;
    }
  }

  /** How far may be sent at once: to the next look at the state, or to a choice of the driver, behind which it is not known which calls can be made. */
  #reach(from: number): number {
    const { steps } = this.track;
    const end = Math.min(steps.length, from - (from % this.#every) + this.#every);
    for (let at = from; at < end; at++) if (steps[at]?.alone === false) return at + 1;
    return end;
  }

  /** Whether the steps behind `from` show what was foretold, or what another path shows on which the calls are the same. */
  #follows(from: number): boolean {
    for (let at = from; at < this.calls.length; at++) {
      const observation = this.observations[at] as Observation;
      const { call, outcome } = this.track.steps[at] as Foretold<State>;
      if (!same(outcome.observation, observation) && !this.#turns(at)) return false;
      this.#chronicle?.add(call, observation);
    }
    return true;
  }

  /** Looks at the state, where it is time, and answers whether it is as foretold. Only who answers right is asked. */
  async #looks(): Promise<boolean> {
    const { track, calls } = this;
    const { session, invariants = NOTHING } = this.#options;
    const count = calls.length;
    if (count % this.#every !== 0 && count !== track.steps.length) return true;
    const asked = this.#chronicle === undefined ? undefined : session.journal;
    const [seen, journal] = await Promise.all([session.snapshot(), asked?.call(session)]);
    if (seen !== undefined) {
      this.snapshots.set(count, seen);
      track.snapshots.set(count - 1, seen);
      const { state } = (track.steps[count - 1] as Foretold<State>).outcome;
      if (!track.agrees(state, count - 1) && !this.#turns(count - 1)) return false;
      if (invariants.some(({ breaches }) => breaches(seen).length > 0)) return false;
    }
    if (journal === undefined || this.#chronicle === undefined) return true;
    this.journals.set(count, journal);
    const { op } = track.steps[count - 1] as Foretold<State>;
    const { rules, failure } = this.#chronicle.compare(journal, op, track.skipped);
    this.rules.push(...rules);
    return failure === undefined;
  }

  #turns(at: number): boolean {
    const { track, calls } = this;
    if (!track.turn(at, this.observations[at] as Observation)) return false;
    track.foretell(Infinity);
    const { steps } = track;
    return steps.length >= calls.length && calls.every((call, place) => place <= at || equal(steps[place]?.call, call));
  }
}

/**
 * Runs one sequence in an open session, which is of no use afterwards. Answers `undefined` when the driver went another
 * way than foretold and would have been asked something else then: nothing was counted, and it has to be run again,
 * with `runRemote`. Throws what says nothing about the driver.
 */
export const runForetold = async <State>(
  options: ForetoldOptions<State>,
  ops: readonly Op[],
): Promise<RunResult | undefined> => {
  const { coverage = new Coverage(), recorder, onStep, invariants = NOTHING } = options;
  const voyage = new Voyage(options, ops);
  if (!(await voyage.run())) return judged(options, ops, voyage);
  const { track, snapshots } = voyage;
  coverage.begin();
  coverage.add(voyage.counts);
  coverage.countRules(voyage.rules);
  coverage.skipped += track.skipped.length;
  recorder?.begin();
  let shown: Snapshot | undefined;
  track.steps.forEach(({ op, call, outcome: { observation, rules, state } }, at) => {
    recorder?.observed(op, observation);
    coverage.look(op, call, observation, rules, state);
    onStep?.({ op, observation, rules });
    const seen = snapshots.get(at + 1);
    if (seen === undefined) return;
    recorder?.snapshot(seen);
    coverage.countSnapshot(seen, invariants);
    shown = seen;
  });
  const { steps, skipped } = track;
  return { ops: steps.length, skipped, coverage, ...(shown === undefined ? {} : { shown }) };
};

/** What lockstep says of all that was shown. */
const judged = <State>(options: ForetoldOptions<State>, ops: readonly Op[], shown: Shown): RunResult | undefined => {
  const { coverage, recorder, onStep } = options;
  const driver = new Playback(shown);
  const silent = {
    ...{ specification: options.specification, driver, exactIds: false, failureOf: failureFrom },
    world: options.world ?? DEFAULT_WORLD,
    checkpointEvery: options.checkpointEvery ?? CHECKPOINT_EVERY,
    journal: options.journal ?? true,
    invariants: options.invariants ?? NOTHING,
  };
  const result = runLockstep(silent, ops);
  if (driver.isLost) return undefined;
  if (onStep === undefined && recorder === undefined && coverage === undefined) return result;
  // It is told once more, now to those who count: what is lost must not have been counted.
  return runLockstep(
    {
      ...silent,
      ...(coverage === undefined ? {} : { coverage }),
      ...(recorder === undefined ? {} : { recorder }),
      ...(onStep === undefined ? {} : { onStep }),
    },
    ops,
  );
};

/**
 * One sequence as the specification foretells it: a path through its outcomes, which gives way where the driver takes
 * another one.
 */
import type { Call } from '../abi/call.ts';
import { equal } from '../abi/equal.ts';
import type { OpId } from '../abi/ids.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import { Environment, resolve } from '../abi/resolve.ts';
import { same } from '../abi/same.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Outcome, Specification } from '../abi/specification.ts';
import { agrees } from './agree.ts';
import type { Counts } from './counts.ts';

/** Outcomes that are looked at to find another path; with more it is `runLockstep` that has to tell. */
const MOST_LOOKED_AT = 20_000;

/** How many choices at a time are looked at first where a driver goes another way. */
const NEAR = [1, 2] as const;

/** One op with what the specification says of it. */
export interface Foretold<State> {
  readonly op: Op;
  readonly call: Call;
  readonly outcome: Outcome<State>;
  /** Whether it is the only outcome. */
  readonly alone: boolean;
  /** How many ops were skipped before it. */
  readonly skipped: number;
}

/** Whether an outcome of a step shows what was shown there. */
type Fits<State> = (outcome: Outcome<State>, place: number) => boolean;

export class Track<State> {
  readonly ops: readonly Op[];
  readonly steps: Foretold<State>[] = [];
  readonly skipped: OpId[] = [];
  /** What the driver showed of its state, by the number of the step behind which it did. */
  readonly snapshots = new Map<number, Snapshot>();
  /** What the invariants weigh in each of them. */
  readonly weights: (readonly number[])[] = [];
  /** Ops that were looked at. */
  next = 0;
  #lost = false;
  readonly #counts: Counts;
  readonly #specification: Specification<State>;
  readonly #initial: State;
  #state: State;
  #env = new Environment();

  /** Whether the ids in the snapshots are the sequence's own. */
  readonly #exactIds: boolean;

  constructor(
    specification: Specification<State>,
    initial: State,
    ops: readonly Op[],
    counts: Counts,
    exactIds: boolean = true,
  ) {
    this.ops = ops;
    this.#exactIds = exactIds;
    this.#specification = specification;
    this.#initial = initial;
    this.#counts = counts;
    this.#state = initial;
  }

  /** Only `runLockstep` can tell what became of it. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Leaves it to `runLockstep`; nothing of it counts. */
  lose(): void {
    if (!this.#lost) this.steps.forEach(this.#uncount);
    this.#lost = true;
  }

  /** Foretells more steps, so many at the most, each by its canonical outcome. */
  foretell(most: number): void {
    const specification = this.#specification;
    const end = this.steps.length + most;
    while (this.next < this.ops.length && this.steps.length < end) {
      const op = this.ops[this.next++] as Op;
      const call = resolve(this.#env, op);
      if (!specification.applicable(this.#state, call)) {
        this.skipped.push(op.id);
        continue;
      }
      const { outcome, alone } = this.#first(this.#state, call);
      this.#push({ op, call, outcome, alone, skipped: this.skipped.length });
    }
  }

  /**
   * Step number `at` showed something else, in its observation or in the state behind it: goes over to another path
   * that shows all that was shown, and forgets what was foretold behind it. Answers whether one was found.
   */
  turn(at: number, observation: Observation): boolean {
    const { step, near } = this.#specification;
    for (const choices of near === undefined ? [] : NEAR) {
      if (this.#turn(at, observation, (state, call) => near?.(state, call, choices) ?? [])) return true;
    }
    return this.#turn(at, observation, step);
  }

  #turn(at: number, observation: Observation, waysOf: Specification<State>['step']): boolean {
    const fits: Fits<State> = (outcome, place) => {
      const shown = place === at ? observation : (this.steps[place] as Foretold<State>).outcome.observation;
      return same(outcome.observation, shown) && this.agrees(outcome.state, place);
    };
    for (let place = at; place >= 0; place--) {
      const { call, outcome, alone } = this.steps[place] as Foretold<State>;
      if (alone) continue;
      const others = waysOf(this.#before(place), call).filter(
        other => !equal(other.state, outcome.state) && fits(other, place),
      );
      const path = this.#search(others, place, at, fits, { left: MOST_LOOKED_AT });
      if (path === undefined) continue;
      this.#take(place, path);
      return true;
    }
    return false;
  }

  /** Whether a state behind step `place` is the one that was shown there; so it is where none was. */
  agrees(state: State, place: number): boolean {
    const seen = this.snapshots.get(place);
    if (seen === undefined) return true;
    const told = this.#specification.snapshot(state);
    // Ids that are the sequence's own are the common case, and the cheap one.
    return agrees(told, seen, true) || (!this.#exactIds && agrees(told, seen, false));
  }

  /** The way from one of the outcomes of step `place` to step `last`, on which every step shows what was shown. */
  #search(
    outcomes: readonly Outcome<State>[],
    place: number,
    last: number,
    fits: Fits<State>,
    budget: { left: number },
  ): readonly Outcome<State>[] | undefined {
    for (const first of outcomes) {
      const path = [first];
      let { state } = first;
      for (let at = place + 1; ; at++) {
        if (at > last) return path;
        if (budget.left-- <= 0) return undefined;
        const { call } = this.steps[at] as Foretold<State>;
        if (!this.#specification.applicable(state, call)) break;
        const { outcome, alone } = this.#first(state, call);
        if (!alone) {
          const agreeing = this.#specification.step(state, call).filter(each => fits(each, at));
          const rest = this.#search(agreeing, at, last, fits, budget);
          if (rest !== undefined) return [...path, ...rest];
          break;
        }
        if (!fits(outcome, at)) break;
        path.push(outcome);
        ({ state } = outcome);
      }
    }
    return undefined;
  }

  /** Replaces the steps from `place` on by a path; what was foretold behind it is forgotten. */
  #take(place: number, path: readonly Outcome<State>[]): void {
    const forgotten = this.steps.splice(place);
    forgotten.forEach(this.#uncount);
    const replaced = forgotten.slice(0, path.length);
    const { op, skipped } = replaced.at(-1) as Foretold<State>;
    this.next = this.ops.indexOf(op) + 1;
    this.skipped.length = skipped;
    this.#env = new Environment();
    for (const { outcome } of this.steps) this.#env.learn(outcome.delivered);
    replaced.forEach((step, at) => this.#push({ ...step, outcome: path[at] as Outcome<State>, alone: false }));
  }

  readonly #uncount = ({ call, outcome: { observation, rules } }: Foretold<State>): void => {
    this.#counts.count(call, observation, rules, -1);
  };

  #first(state: State, call: Call): { readonly outcome: Outcome<State>; readonly alone: boolean } {
    const canonical = this.#specification.canonical?.(state, call);
    if (canonical !== undefined) return canonical;
    const outcomes = this.#specification.step(state, call);
    return { outcome: outcomes[0] as Outcome<State>, alone: outcomes.length === 1 };
  }

  #before(place: number): State {
    return place === 0 ? this.#initial : (this.steps[place - 1] as Foretold<State>).outcome.state;
  }

  #push(step: Foretold<State>): void {
    const { delivered, state, observation, rules } = step.outcome;
    this.#counts.count(step.call, observation, rules);
    if (delivered.length > 0) this.#env.learn(delivered);
    this.#state = state;
    this.steps.push(step);
  }
}

/**
 * The set-valued checker: every state in which the driver may be, given all that was observed so far.
 *
 * Where the rules leave a choice the specification answers several outcomes; an observation keeps those that agree
 * with it. An empty set is a divergence.
 */
import type { Call } from '../abi/call.ts';
import type { World } from '../abi/driver.ts';
import { equal } from '../abi/equal.ts';
import { same } from '../abi/same.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import { Environment, resolve } from '../abi/resolve.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Outcome, Specification } from '../abi/specification.ts';
import { agrees } from './agree.ts';
import { LookAhead } from './look-ahead.ts';

/** One possible truth: a state, and what references mean in it. */
export interface Hypothesis<State> {
  readonly state: State;
  readonly env: Environment;
}

/** All that was allowed where nothing of it was observed. */
export interface Divergence<State> {
  readonly allowed: readonly Outcome<State>[];
}

/** One hypothesis for each different state. States of one step share most of their parts, so comparing them is cheap. */
export const distinct = <State>(hypotheses: readonly Hypothesis<State>[]): readonly Hypothesis<State>[] => {
  if (hypotheses.length < 2) return hypotheses;
  const kept: Hypothesis<State>[] = [];
  for (const hypothesis of hypotheses) {
    if (!kept.some(({ state }) => equal(state, hypothesis.state))) kept.push(hypothesis);
  }
  return kept;
};

/**
 * Which of the outcomes that agree are followed. `every`: all of them, so that an empty set is a divergence.
 * `canonical`: only the first, as long as it agrees. That is a subset, so what passes would pass with every one;
 * what fails must be judged again with `every`, unless nothing was left out (`complete`).
 */
export type Follow = 'every' | 'canonical';

export class Judge<State> {
  readonly specification: Specification<State>;
  readonly #follow: Follow;
  #hypotheses: readonly Hypothesis<State>[];
  /** Whether every possible state is among the hypotheses. */
  complete = true;
  /** Rules of the outcome that the last observation agreed with; the first where several did. */
  rules: readonly string[] = [];
  /** The largest number of hypotheses held after an observation. */
  widest = 1;

  constructor(specification: Specification<State>, world: World, follow: Follow = 'every') {
    this.specification = specification;
    this.#follow = follow;
    this.#hypotheses = [{ state: specification.initial(world), env: new Environment() }];
  }

  /** Every state that is still possible. Never empty. */
  get hypotheses(): readonly Hypothesis<State>[] {
    return this.#hypotheses;
  }

  /**
   * The call that an op is. Where hypotheses disagree the first one decides: any call is a fair question, because
   * every hypothesis then answers for the call that was made.
   */
  call(op: Op): Call {
    return resolve((this.#hypotheses[0] as Hypothesis<State>).env, op);
  }

  /** Whether the call can be made at all, under every hypothesis. */
  applicable(call: Call): boolean {
    const { specification } = this;
    for (const { state } of this.#hypotheses) if (!specification.applicable(state, call)) return false;
    return true;
  }

  /**
   * Narrows the set by what an applicable call showed; answers all that was allowed when nothing remains.
   * `steps`: who works out the outcomes, where somebody did so before.
   */
  observe(
    call: Call,
    observation: Observation,
    steps: Pick<Specification<State>, 'step'> = this.specification,
  ): Divergence<State> | undefined {
    const { specification } = this;
    if (this.#hypotheses.length === 1) {
      const { state, env } = this.#hypotheses[0] as Hypothesis<State>;
      const canonical = this.#follow === 'canonical' ? specification.canonical?.(state, call) : undefined;
      const outcomes = canonical === undefined ? steps.step(state, call) : undefined;
      const first = canonical?.outcome ?? (outcomes?.[0] as Outcome<State>);
      const alone = canonical?.alone ?? outcomes?.length === 1;
      if (alone || canonical !== undefined) {
        if (same(first.observation, observation)) {
          if (!alone) this.complete = false;
          if (first.delivered.length > 0) env.learn(first.delivered);
          this.#hypotheses = [{ state: first.state, env }];
          this.rules = first.rules;
          return undefined;
        }
        if (alone) return { allowed: [first] };
      }
    }
    return this.#narrow(call, observation, steps);
  }

  #narrow(
    call: Call,
    observation: Observation,
    steps: Pick<Specification<State>, 'step'>,
  ): Divergence<State> | undefined {
    const allowed: Outcome<State>[] = [];
    const kept: { readonly outcome: Outcome<State>; readonly env: Environment }[] = [];
    for (const { state, env } of this.#hypotheses) {
      for (const outcome of steps.step(state, call)) {
        allowed.push(outcome);
        if (same(outcome.observation, observation)) kept.push({ outcome, env });
      }
    }
    const [first] = kept;
    if (first === undefined) return { allowed };
    this.rules = first.outcome.rules;
    this.#hypotheses = distinct(
      kept.map(({ outcome, env }) => {
        const own = kept.length === 1 ? env : env.fork();
        if (outcome.delivered.length > 0) own.learn(outcome.delivered);
        return { state: outcome.state, env: own };
      }),
    );
    this.widest = Math.max(this.widest, this.#hypotheses.length);
    return undefined;
  }

  /** Narrows the set by a snapshot; answers all snapshots that were allowed when nothing remains. */
  observeSnapshot(seen: Snapshot, exact: boolean): readonly Snapshot[] | undefined {
    const kept: Hypothesis<State>[] = [];
    const allowed: Snapshot[] = [];
    for (const hypothesis of this.#hypotheses) {
      const expected = exact
        ? [this.specification.snapshot(hypothesis.state)]
        : this.specification.shown(hypothesis.state);
      allowed.push(...expected);
      if (expected.some(each => agrees(each, seen, exact))) kept.push(hypothesis);
    }
    if (kept.length === 0) return allowed;
    this.#hypotheses = kept;
    return undefined;
  }

  /** Whether a snapshot is only explained by the effects of having been taken. */
  isDisturbed(seen: Snapshot): boolean {
    const plain = this.#hypotheses.some(({ state }) => agrees(this.specification.snapshot(state), seen, false));
    if (plain) return false;
    return this.#hypotheses.some(({ state }) =>
      this.specification.shown(state).some(each => agrees(each, seen, false)),
    );
  }

  /** What may happen from here, step by step without observations: for whole batches. */
  predict(): LookAhead<State> {
    return new LookAhead(this.specification, this.#hypotheses);
  }
}

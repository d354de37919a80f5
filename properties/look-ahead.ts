/**
 * Steps without observations: a whole batch is resolved before any of it is performed, as long as everything that may
 * have happened so far leads to the same call.
 */
import type { Call } from '../abi/call.ts';
import type { ExpectedDelivery } from '../abi/driver.ts';
import type { Op } from '../abi/op.ts';
import { resolve } from '../abi/resolve.ts';
import { equal } from '../abi/equal.ts';
import type { Outcome, Specification } from '../abi/specification.ts';
import { distinct, type Hypothesis } from './judge.ts';

/** More possibilities than this, and the batch ends: observing is cheaper than guessing. */
const WIDEST = 24;

export class LookAhead<State> {
  readonly #specification: Specification<State>;
  #hypotheses: readonly Hypothesis<State>[];
  /** What was worked out so far: the judge, who follows with the observations, asks for the same steps. */
  readonly #known = new Map<State, { readonly call: Call; readonly outcomes: readonly Outcome<State>[] }>();

  constructor(specification: Specification<State>, hypotheses: readonly Hypothesis<State>[]) {
    this.#specification = specification;
    this.#hypotheses = hypotheses.map(({ state, env }) => ({ state, env: env.fork() }));
  }

  /** The outcomes of a call, worked out once for each state. */
  step(state: State, call: Call): readonly Outcome<State>[] {
    const known = this.#known.get(state);
    if (known?.call === call) return known.outcomes;
    const outcomes = this.#specification.step(state, call);
    this.#known.set(state, { call, outcomes });
    return outcomes;
  }

  /** The call of an op: `skip` when it is inapplicable, `ambiguous` when it depends on what was not observed yet. */
  call(op: Op): Call | 'skip' | 'ambiguous' {
    if (this.#hypotheses.length > WIDEST) return 'ambiguous';
    let call: Call | undefined;
    let applicable: boolean | undefined;
    for (const { state, env } of this.#hypotheses) {
      const own = resolve(env, op);
      if (call === undefined) call = own;
      else if (!equal(call, own)) return 'ambiguous';
      const possible = this.#specification.applicable(state, own);
      applicable ??= possible;
      if (applicable !== possible) return 'ambiguous';
    }
    return applicable === true ? (call as Call) : 'skip';
  }

  /** Takes the call as performed and answers every delivery that it may have made. */
  advance(call: Call): readonly ExpectedDelivery[] {
    const next: Hypothesis<State>[] = [];
    const expected = new Map<string, ExpectedDelivery>();
    for (const { state, env } of this.#hypotheses) {
      const outcomes = this.step(state, call);
      outcomes.forEach((outcome, at) => {
        // The last outcome may keep the environment; the others need their own.
        const own = at === outcomes.length - 1 ? env : env.fork();
        if (outcome.delivered.length > 0) own.learn(outcome.delivered);
        next.push({ state: outcome.state, env: own });
        for (const { proc, fd, delivery } of outcome.delivered) {
          const { buffer, offsetsAt, offsetsSize } = delivery;
          const length = Math.max(delivery.dataSize, offsetsAt - buffer + offsetsSize) + extraOf(delivery);
          const key = `${proc} ${fd} ${buffer} ${length}`;
          expected.set(key, { proc, fd, buffer, length });
        }
      });
    }
    this.#hypotheses = distinct(next);
    return [...expected.values()];
  }
}

/** Bytes of the scatter-gather pieces behind the offsets array. */
const extraOf = (delivery: { readonly pieces: readonly string[] }): number => {
  let bytes = 0;
  for (const piece of delivery.pieces) bytes += ((piece.length >> 1) + 7) & ~7;
  return bytes;
};

/**
 * The shadow of a failure: what the specification alone says about a candidate. It costs no execution of the target.
 *
 * A candidate whose run, as the specification has it, never shows what the failure is about cannot fail in the same
 * way. And of all parts of a failing log, the smallest whose last op still does what the failing op did is the best
 * guess at the shrunk log. Where the driver is free the shadow follows the canonical outcome: it guesses, it does not judge.
 */
import type { World } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Specification } from '../../abi/specification.ts';
import { expectationOf, shows, type Expectation, type Resemblance } from '../expectation.ts';
import type { Failure } from '../failure.ts';
import { producersOf, repair } from './edit.ts';
import { BY_RULES, type Guide, type Likeness } from './guide.ts';
import { isSetup } from './pass.ts';

/** A rule that fires in more than this share of the ops of a log says little about one of them. */
const COMMON = 0.25;

interface Glimpse<State> {
  readonly state: State;
  readonly observation: Observation;
  readonly rules: readonly string[];
}

/** One op of a run: what it led to; without an outcome it could not be performed. */
interface Footprint<State> {
  readonly op: Op;
  readonly state: State;
  readonly env: Environment;
  readonly outcome: Glimpse<State> | undefined;
}

export class Shadow<State> implements Guide {
  readonly #specification: Specification<State>;
  readonly #world: World;
  readonly #pinned: Failure;
  readonly #expected: Expectation | undefined;
  /** The last run, of which the next one is mostly the beginning. */
  readonly #trail: Footprint<State>[] = [];
  /** The snapshot that was looked at last. */
  #seen: { readonly state: State; readonly snapshot: Snapshot } | undefined;
  /** Rules that fire at the failing op and rarely elsewhere. */
  #telling: readonly string[] = [];
  /** The expectation holds where the failure was seen, so that it may be asked for elsewhere. */
  #expects = false;

  constructor(specification: Specification<State>, world: World, ops: readonly Op[], pinned: Failure) {
    this.#specification = specification;
    this.#world = world;
    this.#pinned = pinned;
    this.#expected = expectationOf(pinned);
    this.#learn(ops);
  }

  /** Whether it has anything to say. */
  get isTelling(): boolean {
    return this.#expects || this.#telling.length > 0;
  }

  /** True when no op of the log can show what the failure is about. */
  isHopeless(ops: readonly Op[]): boolean {
    if (!this.#expects) return false;
    let hope = false;
    let last: Glimpse<State> | undefined;
    this.#run(ops, (op, glimpse) => {
      last = glimpse;
      if (this.#pinned.kind === 'observation' && this.#shows(op, glimpse)) hope = true;
    });
    if (this.#pinned.kind === 'snapshot') return last === undefined || !this.#shows(ops.at(-1) as Op, last);
    return !hope;
  }

  /** True when the last op of the log does what the failing op did. */
  isAlike(ops: readonly Op[], by: Likeness = BY_RULES): boolean {
    const id = ops.at(-1)?.id;
    let last: { op: Op; glimpse: Glimpse<State> } | undefined;
    this.#run(ops, (op, glimpse) => {
      last = { op, glimpse };
    });
    return last !== undefined && last.op.id === id && this.#resembles(last.op, last.glimpse, by);
  }

  /** The rules that fire in a log, and the ops of it that are performed. */
  told(ops: readonly Op[]): { readonly rules: ReadonlySet<string>; readonly performed: readonly Op[] } {
    const rules = new Set<string>();
    const performed: Op[] = [];
    this.#run(ops, (op, glimpse) => {
      performed.push(op);
      for (const rule of glimpse.rules) rules.add(rule);
    });
    return { rules, performed };
  }

  /** A log up to its first op that does what the failing op did; `undefined` when none does. */
  upTo(ops: readonly Op[], by: Likeness = BY_RULES): readonly Op[] | undefined {
    if (!this.isTelling) return undefined;
    let found: Op | undefined;
    this.#run(ops, (op, glimpse) => {
      if (found === undefined && this.#resembles(op, glimpse, by)) found = op;
    });
    return found === undefined ? undefined : ops.slice(0, ops.indexOf(found) + 1);
  }

  /** The smallest part of a log, by removals, that `isAlike`; `undefined` when the log is not. */
  core(ops: readonly Op[], by: Likeness = BY_RULES): readonly Op[] | undefined {
    if (!this.isTelling || !this.isAlike(ops, by)) return undefined;
    let best = this.#recent(ops, by);
    for (let chunk = best.length >> 1; chunk >= 1; chunk = chunk > 1 ? chunk >> 1 : 0) {
      let changed = true;
      while (changed) {
        changed = false;
        for (let end = best.length - 1; end > 0; end -= chunk) {
          const start = Math.max(0, end - chunk);
          const next = repair([...best.slice(0, start), ...best.slice(end)]);
          if (next.length >= best.length || !this.isAlike(next, by)) continue;
          best = next;
          changed = chunk === 1;
          end = Math.min(end, best.length);
        }
      }
    }
    return best;
  }

  /** The shortest end of a log, with what it refers to and all setup, that is alike. */
  #recent(ops: readonly Op[], by: Likeness): readonly Op[] {
    for (let length = 2; length < ops.length; length *= 2) {
      const kept = new Set(ops.slice(-length).map(({ id }) => id));
      for (let at = ops.length - 1; at >= 0; at--) {
        const op = ops[at] as Op;
        if (kept.has(op.id)) for (const of of producersOf(op)) kept.add(of);
      }
      const next = ops.filter(op => kept.has(op.id) || isSetup(op));
      if (next.length < ops.length && this.isAlike(next, by)) return next;
    }
    return ops;
  }

  #resembles(op: Op, glimpse: Glimpse<State>, by: Likeness): boolean {
    if ((by.rules || !this.#expects) && !this.#telling.every(rule => glimpse.rules.includes(rule))) return false;
    return !this.#expects || this.#shows(op, glimpse, by.shows);
  }

  #learn(ops: readonly Op[]): void {
    const { op: failing } = this.#pinned;
    const expected = this.#expected;
    const often = new Map<string, number>();
    let performed = 0;
    let last: Glimpse<State> | undefined;
    this.#run(ops, (op, glimpse) => {
      performed++;
      for (const rule of glimpse.rules) often.set(rule, (often.get(rule) ?? 0) + 1);
      if (op.id === failing.id) last = glimpse;
    });
    if (last === undefined) return;
    this.#expects = expected !== undefined && this.#shows(failing, last);
    this.#telling = last.rules.filter(rule => (often.get(rule) as number) <= Math.max(2, performed * COMMON));
  }

  #shows(op: Op, { state, observation }: Glimpse<State>, by: Resemblance = 'class'): boolean {
    const { kind, op: failing } = this.#pinned;
    const expected = this.#expected;
    if (expected === undefined) return false;
    if (kind === 'snapshot') return shows(expected, this.#snapshot(state), by);
    const { result, completions } = observation;
    // A bare outcome means little without its op.
    const bare = expected.place.length === 0 || (expected.place.length === 1 && expected.place[0] === 'status');
    if (bare && !sameKind(op, failing)) return false;
    return shows(expected, result, by) || completions.some(({ done }) => shows(expected, done, by));
  }

  #snapshot(state: State): Snapshot {
    if (this.#seen?.state !== state) this.#seen = { state, snapshot: this.#specification.snapshot(state) };
    return this.#seen.snapshot;
  }

  /** Runs a log, from where the last one that was run begins to be another; `visit` sees every performed op. */
  #run(ops: readonly Op[], visit: (op: Op, glimpse: Glimpse<State>) => void): void {
    const trail = this.#trail;
    let at = 0;
    while (at < trail.length && trail[at]?.op === ops[at]) at++;
    trail.length = at;
    let { state, env } = trail.at(-1) ?? { state: this.#specification.initial(this.#world), env: new Environment() };
    for (const op of ops.slice(at)) {
      const call = resolve(env, op);
      const outcome = this.#specification.applicable(state, call)
        ? this.#specification.step(state, call)[0]
        : undefined;
      if (outcome !== undefined) {
        ({ state } = outcome);
        if (outcome.delivered.length > 0) {
          env = env.fork();
          env.learn(outcome.delivered);
        }
      }
      trail.push({ op, state, env, outcome });
    }
    for (const { op, outcome } of trail) if (outcome !== undefined) visit(op, outcome);
  }
}

const sameKind = (one: Op, other: Op): boolean =>
  one.op === other.op && (one.op !== 'ioctl' || other.op !== 'ioctl' || one.cmd === other.cmd);

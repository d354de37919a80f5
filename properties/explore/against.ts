/**
 * A driver along every edge of a bounded graph, compared with the specification at each step.
 *
 * States are taken in breadth-first order. The driver is brought to a state by the shortest way, makes a step that
 * nobody has made yet, and goes on from where it is as long as there is such a step: shared prefixes are mostly
 * executed once.
 */
import type { Call } from '../../abi/call.ts';
import type { Driver } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { OpLog } from '../../abi/op.ts';
import type { Outcome } from '../../abi/specification.ts';
import { specification, type State } from '../../model/model.ts';
import { crashes, differs, type Failure } from '../failure.ts';
import type { BinderSystem } from './binder.ts';
import { NO_STATE, type StateStore } from './store.ts';
import { Trail } from './trail.ts';
import { Words } from './words.ts';

/** How a state was met first. */
interface Arrival {
  readonly from: number;
  readonly call: Call;
  readonly choice: number;
  readonly depth: number;
}

export interface AgainstOptions {
  readonly system: BinderSystem;
  /** The states of the graph, explored without symmetry. */
  readonly store: StateStore;
  /** States below this number were expanded; edges leave only these. */
  readonly expanded: number;
  readonly driver: Driver;
  /** Divergences after which to stop. */
  readonly most: number;
  /** Go on from where a step led; false: every edge from its shortest way, for shortest counterexamples. */
  readonly wander: boolean;
  readonly pause: (edges: number) => boolean;
}

/** A difference, and the shortest log to it that was met. */
export interface AgainstFailure {
  readonly failure: Failure;
  readonly log: OpLog;
}

export interface AgainstResult {
  readonly edges: number;
  /** Calls that the driver made, replayed ones included. */
  readonly calls: number;
  readonly snapshots: number;
  readonly failures: readonly AgainstFailure[];
  readonly complete: boolean;
}

/** Steps of one walk. */
const LONGEST_WALK = 200;

const DONE: Call[] = [];

class Comparison {
  readonly #options: AgainstOptions;
  readonly #arrivals = new Map<number, Arrival>();
  /** Steps that are left to make, by state. */
  readonly #left = new Map<number, Call[]>();
  readonly #compared = new Set<number>();
  readonly #row = new Words();
  readonly #failures = new Map<string, AgainstFailure>();
  #edges = 0;
  #calls = 0;
  #snapshots = 0;
  #trail: Trail;

  constructor(options: AgainstOptions) {
    this.#options = options;
    this.#trail = this.#begin();
  }

  run(): AgainstResult {
    const { expanded, store, pause, most } = this.#options;
    let complete = true;
    for (let state = 0; state < expanded; state++) {
      if (!store.has(state)) continue;
      while (this.#leftOf(state) !== 0) {
        if (this.#failures.size >= most || pause(this.#edges)) {
          complete = false;
          state = expanded;
          break;
        }
        if (!this.#goTo(state)) break;
        this.#walk(state);
      }
      this.#left.set(state, DONE);
    }
    const { size } = this.#failures;
    return {
      edges: this.#edges,
      calls: this.#calls,
      snapshots: this.#snapshots,
      failures: [...this.#failures.values()],
      complete: complete && size < most,
    };
  }

  /** Number of steps left at a state; -1 when nobody was there yet. */
  #leftOf(state: number): number {
    return this.#left.get(state)?.length ?? -1;
  }

  #begin(): Trail {
    const { driver, system } = this.#options;
    const trail = new Trail(system.configuration);
    driver.reset({ devices: 1 });
    for (const { call } of trail.steps) driver.perform(call);
    return trail;
  }

  #numberOf(state: State): number {
    this.#row.clear();
    this.#options.system.pack(state, this.#row);
    return this.#options.store.find(this.#row);
  }

  /** Brings the driver to a state by the shortest way; false when it differs on the way. */
  #goTo(state: number): boolean {
    const way: Arrival[] = [];
    for (let at = state; ;) {
      const arrival = this.#arrivals.get(at);
      if (arrival === undefined) {
        // An edge on the way was never seen to work.
        if (at !== 0) return false;
        break;
      }
      way.unshift(arrival);
      at = arrival.from;
    }
    this.#trail = this.#begin();
    for (const { call, choice } of way) if (!this.#step(call, choice)) return false;
    return this.#numberOf(this.#trail.state) === state;
  }

  #walk(from: number): void {
    let at = from;
    const { expanded, wander } = this.#options;
    for (let step = 0; step < LONGEST_WALK; step++) {
      let left = this.#left.get(at);
      if (left === undefined) this.#left.set(at, (left = this.#callsAt()));
      const call = left.pop();
      if (call === undefined) return;
      const depth = this.#arrivals.get(at)?.depth ?? 0;
      this.#edges++;
      if (!this.#step(call)) return;
      const to = this.#numberOf(this.#trail.state);
      if (to === NO_STATE) return;
      if (to !== 0 && !this.#arrivals.has(to) && (this.#options.store.parentOf(to) === at || !wander)) {
        this.#arrivals.set(to, { from: at, call, choice: this.#choice, depth: depth + 1 });
      }
      if (!this.#compared.has(to)) {
        this.#compared.add(to);
        if (!this.#compareSnapshots()) return;
      }
      if (!wander || to >= expanded || this.#leftOf(to) === 0) return;
      at = to;
    }
  }

  #callsAt(): Call[] {
    const calls: Call[] = [];
    this.#options.system.calls(this.#trail.state, call => calls.push(call));
    return calls.reverse();
  }

  #choice = 0;

  /** Makes a call on both; `choice`: the outcome that was seen before. */
  #step(call: Call, choice?: number): boolean {
    const trail = this.#trail;
    const { driver } = this.#options;
    const made = trail.callOf(call);
    const outcomes = specification.step(trail.state, made);
    const op = trail.opOf(call);
    this.#calls++;
    let observation: unknown;
    try {
      observation = driver.perform(made);
    } catch (error) {
      trail.follow(call);
      this.#fail(crashes('crash', 'driver', error, op, []));
      return false;
    }
    const found = this.#choose(outcomes, observation, choice);
    if (found < 0) {
      const allowed = outcomes.map(outcome => outcome.observation);
      trail.follow(call);
      this.#fail(differs('observation', op, observation, allowed, outcomes[0]?.rules ?? [], []));
      return false;
    }
    this.#choice = found;
    trail.follow(call, found);
    return true;
  }

  /** The outcome that the driver took; what an observation leaves open, the driver's state tells. */
  #choose(outcomes: readonly Outcome<State>[], observation: unknown, before: number | undefined): number {
    const fitting = outcomes.flatMap((outcome, at) => (equal(outcome.observation, observation) ? [at] : []));
    const [first = -1] = fitting;
    if (fitting.length < 2) return first;
    if (before !== undefined && fitting.includes(before)) return before;
    const seen = this.#options.driver.snapshot();
    if (seen === undefined) return first;
    const same = fitting.find(at => equal(specification.snapshot((outcomes[at] as Outcome<State>).state), seen));
    return same ?? first;
  }

  #compareSnapshots(): boolean {
    const { driver } = this.#options;
    const seen = driver.snapshot();
    if (seen === undefined) return true;
    this.#snapshots++;
    const expected = specification.snapshot(this.#trail.state);
    if (equal(expected, seen)) return true;
    const { op } = this.#trail.steps.at(-1) as Trail['steps'][number];
    this.#fail(differs('snapshot', op, seen, [expected], [], []));
    return false;
  }

  #fail(failure: Failure): void {
    const known = this.#failures.get(failure.core);
    const log = this.#trail.log(failure.signature);
    if (known === undefined || log.ops.length < known.log.ops.length)
      this.#failures.set(failure.core, { failure, log });
  }
}

/** Drives a driver along every edge. */
export const driveAgainst = (options: AgainstOptions): AgainstResult => new Comparison(options).run();

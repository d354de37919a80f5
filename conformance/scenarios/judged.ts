/**
 * A kernel that is watched: every call that a program makes is judged by the specification, and becomes an op of a log and a
 * step of a trace.
 */
import type { Call } from '../../abi/call.ts';
import type { Driver, ExpectedDelivery, RemoteSession, World } from '../../abi/driver.ts';
import type { Delivery, Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { TraceStep } from '../../abi/trace.ts';
import { specification, type State } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { nearest } from '../../properties/difference.ts';
import { differs, type Failure } from '../../properties/failure.ts';
import { Judge } from '../../properties/judge.ts';
import { checkSnapshot } from '../../properties/lockstep.ts';
import type { Kernel } from '../../userspace/index.ts';
import { Symbols } from './symbols.ts';

/** Where one program runs: a driver here or elsewhere, with nothing open. */
export interface Bench {
  readonly world: World;
  perform(call: Call, expected: () => readonly ExpectedDelivery[]): Promise<Observation>;
  snapshot(): Promise<Snapshot | undefined>;
  /** Whether the ids in snapshots are this sequence's own. */
  readonly exactIds: boolean;
}

/** A driver in this process, reset. */
export const driverBench = (driver: Driver, world: World): Bench => {
  driver.reset(world);
  return {
    world,
    exactIds: true,
    perform: call => Promise.resolve(driver.perform(call)),
    snapshot: () => Promise.resolve(driver.snapshot()),
  };
};

/** A session that was just begun. */
export const sessionBench = (session: RemoteSession, world: World): Bench => ({
  world,
  exactIds: false,
  perform: async (call, expected) => {
    const [observation] = await session.perform([{ call, expected: expected() }]);
    if (observation === undefined) throw new Error(`the driver gave no answer to ${call.op}`);
    return observation;
  },
  snapshot: () => session.snapshot(),
});

/** The driver did what the specification does not allow. */
export class DivergenceError extends Error {
  override readonly name = 'DivergenceError';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.signature}\n${failure.explanation.join('\n')}`);
    this.failure = failure;
  }
}

/** A message that arrived: which command of which op sent it, and which return showed it. */
export interface Arrived {
  /** Place in `steps` of the call that showed it. */
  readonly step: number;
  readonly of: number;
  readonly cmd: number;
  /** The op whose read buffer it came in. */
  readonly at: number;
  readonly proc: number;
  readonly delivery: Delivery;
}

export class JudgedKernel implements Kernel {
  /** What was performed, each call with what it showed. */
  readonly steps: TraceStep[] = [];
  /** Rules that fired. */
  readonly rules = new Set<string>();
  /** Every message that arrived, in order. */
  readonly arrived: Arrived[] = [];
  readonly #bench: Bench;
  readonly #judge: Judge<State>;
  readonly #symbols = new Symbols();

  constructor(bench: Bench) {
    this.#bench = bench;
    this.#judge = new Judge(specification, bench.world);
  }

  /** The op log of the program so far. */
  get ops(): readonly Op[] {
    return this.steps.map(({ op }) => op);
  }

  /** Performs and judges one call. Throws `DivergenceError`; what the driver throws passes through. */
  async perform(call: Call): Promise<Observation> {
    const judge = this.#judge;
    const op = this.#symbols.opOf(call, this.#env);
    if (!judge.applicable(call)) throw new Error(`a program made a call that nobody can make: ${JSON.stringify(op)}`);
    this.#symbols.sent(call);
    const observation = await this.#bench.perform(call, () => judge.predict().advance(call));
    this.steps.push({ op, observation });
    const divergence = judge.observe(call, observation);
    if (divergence !== undefined) {
      const allowed = divergence.allowed.map(outcome => outcome.observation);
      const rules = nearest(observation, divergence.allowed, outcome => outcome.observation)?.rules ?? [];
      throw new DivergenceError(differs('observation', op, observation, allowed, rules, []));
    }
    for (const rule of judge.rules) this.rules.add(rule);
    this.#note(observation);
    return observation;
  }

  #note({ op, result, completions }: Observation): void {
    const all = result === 'pending' ? completions : [{ op, done: result }, ...completions];
    for (const { of, cmd = 0, arrival } of this.#symbols.learn(this.#env)) {
      for (const { op: at, done } of all) {
        const delivery = done.returns?.find(
          (each): each is Delivery =>
            'buffer' in each && each.buffer === arrival.buffer && this.#procOf(at) === arrival.proc,
        );
        if (delivery === undefined) continue;
        this.arrived.push({ step: this.steps.length - 1, of, cmd, at, proc: arrival.proc, delivery });
        break;
      }
    }
  }

  /** Process of an op that was performed. */
  #procOf(id: number): number | undefined {
    for (let at = this.steps.length - 1; at >= 0; at--) {
      const op = this.steps[at]?.op;
      if (op?.id === id) return 'proc' in op ? op.proc : undefined;
    }
    return undefined;
  }

  /** Compares the state of the driver with the specification's, and holds the invariants to it. */
  async check(): Promise<Snapshot | undefined> {
    const seen = await this.#bench.snapshot();
    const last = this.steps.at(-1);
    if (seen === undefined || last === undefined) return seen;
    this.steps[this.steps.length - 1] = { ...last, snapshot: seen };
    const failure = checkSnapshot(this.#judge, seen, INVARIANTS, this.#bench.exactIds, last.op, []);
    if (failure !== undefined) throw new DivergenceError(failure);
    return seen;
  }

  /** What the specification says the state is. */
  expected(): Snapshot {
    const [first] = this.#judge.hypotheses;
    if (first === undefined) throw new Error('no state is possible');
    return specification.snapshot(first.state);
  }

  get #env(): Judge<State>['hypotheses'][number]['env'] {
    const [first] = this.#judge.hypotheses;
    if (first === undefined) throw new Error('no state is possible');
    return first.env;
  }
}

/** Drivers, specifications and beginnings of logs that tests of the checker are made with. */
import type { Call } from '../../abi/call.ts';
import type { BatchStep, Driver, RemoteSession, World } from '../../abi/driver.ts';
import type { Done, Observation, Return } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Specification } from '../../abi/specification.ts';
import { specification } from '../../model/model.ts';
import type { Seeder } from '../../properties/generator/dice.ts';
import { runLockstep } from '../../properties/lockstep.ts';

/** A source of integers that is the same for the same seed. */
export const seeded = (seed: number): Seeder => {
  let state = (seed * 2654435761) | 1;
  return {
    nextInt(min, max) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return min + ((state >>> 0) % (max - min + 1));
    },
  };
};

/** Who does something, through the first file of the process. */
export const who = (proc: number, thread = 0) => ({ proc, thread, fd: 0 });

/** Two processes with an open file and a page mapped each; process 0 is the manager. Ids from 1 to 5. */
export const setup: readonly Op[] = [
  { op: 'open', id: 1, ...who(0) },
  { op: 'mmap', id: 2, ...who(0), size: 4096 },
  { op: 'open', id: 3, ...who(1) },
  { op: 'mmap', id: 4, ...who(1), size: 4096 },
  { op: 'ioctl', id: 5, ...who(0), cmd: 'BINDER_SET_CONTEXT_MGR' },
];

/** What the ops return, as the specification has it; those that others end included. */
export const returnsOf = (ops: readonly Op[]): readonly string[] => {
  const seen: string[] = [];
  runLockstep(
    {
      specification,
      driver: new Planted(specification),
      onStep: ({ observation: { result, completions } }) => {
        for (const done of [result, ...completions.map(each => each.done)])
          if (done !== 'pending') for (const { br } of done.returns ?? []) seen.push(br);
      },
    },
    ops,
  );
  return seen;
};

/** The first outcome of a specification, with one edit of what it shows. */
export class Planted<State> implements Driver {
  readonly #specification: Specification<State>;
  readonly #returned: ((one: Return) => Return) | undefined;
  readonly #seen: ((snapshot: Snapshot) => Snapshot) | undefined;
  #state: State;
  /** Calls performed since the last reset. */
  performed = 0;

  constructor(
    what: Specification<State>,
    edit: { readonly returned?: (one: Return) => Return; readonly seen?: (snapshot: Snapshot) => Snapshot } = {},
  ) {
    this.#specification = what;
    this.#returned = edit.returned;
    this.#seen = edit.seen;
    this.#state = what.initial({ devices: 1 });
  }

  reset(world: World): void {
    this.#state = this.#specification.initial(world);
    this.performed = 0;
  }

  perform(call: Call): Observation {
    const [first] = this.#specification.step(this.#state, call);
    if (first === undefined) throw new Error('nothing is allowed');
    this.performed++;
    this.#state = first.state;
    const { result, completions } = first.observation;
    return {
      op: call.id,
      result: result === 'pending' ? result : this.#edit(result),
      completions: completions.map(({ op, done }) => ({ op, done: this.#edit(done) })),
    };
  }

  snapshot(): Snapshot {
    const snapshot = this.#specification.snapshot(this.#state);
    return this.#seen === undefined ? snapshot : this.#seen(snapshot);
  }

  #edit(done: Done): Done {
    const { returns } = done;
    return returns === undefined || this.#returned === undefined
      ? done
      : { ...done, returns: returns.map(this.#returned) };
  }
}

/** A driver of this process as a remote session that counts its round trips. */
export class Distant implements RemoteSession {
  readonly #driver: Driver;
  roundTrips = 0;
  /** Steps with the observation that they got. */
  readonly seen: { readonly step: BatchStep; readonly observation: Observation }[] = [];

  constructor(driver: Driver, world: World) {
    this.#driver = driver;
    driver.reset(world);
  }

  async perform(batch: readonly BatchStep[]): Promise<readonly Observation[]> {
    this.roundTrips++;
    return batch.map(step => {
      const observation = this.#driver.perform(step.call);
      this.seen.push({ step, observation });
      return observation;
    });
  }

  async snapshot(): Promise<Snapshot | undefined> {
    return this.#driver.snapshot();
  }

  async end(): Promise<void> {
    this.roundTrips++;
  }
}

/** Eight states that `get_nice` shows and `set_nice` loses: after it, nobody knows which it is. */
export const guessing: Specification<number> = {
  initial: () => 0,
  applicable: (_, call) => call.op !== 'kill',
  step(state, call) {
    const outcome = (next: number, shown?: number) => ({
      state: next,
      observation: {
        op: call.id,
        result: { status: 'OK' as const, ...(shown === undefined ? {} : { nice: shown }) },
        completions: [],
      },
      delivered: [],
      rules: [`GUESS-${next}`],
    });
    if (call.op === 'set_nice') return [0, 1, 2, 3, 4, 5, 6, 7].map(next => outcome(next));
    if (call.op === 'get_nice') return [outcome(state, state >> 1)];
    return [outcome(state)];
  },
  snapshot: state => ({
    ...specification.snapshot(specification.initial({ devices: 1 })),
    census: { ...NOTHING, proc: state },
  }),
  shown: state => [guessing.snapshot(state)],
};

const NOTHING = { proc: 0, thread: 0, node: 0, ref: 0, death: 0, transaction: 0, transaction_complete: 0 };

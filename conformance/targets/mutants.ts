/**
 * Targets that are wrong on purpose, in what they show and not in what they do: the least that the suite must catch.
 *
 * Each edits what the optimised driver answers.
 */
import type { Call } from '../../abi/call.ts';
import type { Driver, World } from '../../abi/driver.ts';
import type { Done, Observation, Return } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';

/** A fault by what it says and how it edits. */
export interface Mutant {
  readonly says: string;
  readonly returned?: (value: Return) => Return;
  readonly seen?: (snapshot: Snapshot) => Snapshot;
}

/** Every fault by name. */
export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'br-dead-reply': {
    says: 'a call to a dead node is reported as failed instead of dead',
    returned: value => (value.br === 'BR_DEAD_REPLY' ? { br: 'BR_FAILED_REPLY' } : value),
  },
  'node-cookie': {
    says: 'a node is announced with its pointer in place of its cookie',
    returned: value => (value.br === 'BR_INCREFS' ? { ...value, cookie: value.ptr } : value),
  },
  'async-space': {
    says: 'eight bytes of the async half are lost with each buffer that is charged to it',
    seen: snapshot => ({
      ...snapshot,
      procs: snapshot.procs.map(proc => ({
        ...proc,
        freeAsync: proc.freeAsync - 8 * proc.buffers.filter(buffer => buffer.async === true).length,
      })),
    }),
  },
};

/** A driver with a fault. */
export class MutantTarget implements Driver {
  readonly #driver: Driver;
  readonly #mutant: Mutant;

  constructor(driver: Driver, mutant: Mutant) {
    this.#driver = driver;
    this.#mutant = mutant;
  }

  reset(world: World): void {
    this.#driver.reset(world);
  }

  perform(call: Call): Observation {
    const observation = this.#driver.perform(call);
    const { result, completions } = observation;
    return {
      ...observation,
      result: result === 'pending' ? result : this.#edit(result),
      completions: completions.map(({ op, done }) => ({ op, done: this.#edit(done) })),
    };
  }

  snapshot(): Snapshot | undefined {
    const snapshot = this.#driver.snapshot();
    return snapshot === undefined ? undefined : (this.#mutant.seen?.(snapshot) ?? snapshot);
  }

  #edit(done: Done): Done {
    const { returned } = this.#mutant;
    return returned === undefined || done.returns === undefined
      ? done
      : { ...done, returns: done.returns.map(returned) };
  }
}

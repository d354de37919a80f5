/** The specification as a target: it always does the first of what it allows. Proves the checker, not a driver. */
import type { Call } from '../../abi/call.ts';
import type { Driver, World } from '../../abi/driver.ts';
import type { Journal } from '../../abi/journal.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Specification } from '../../abi/specification.ts';

/** A driver that does what a specification says. */
export class SpecificationTarget<State> implements Driver {
  readonly #specification: Specification<State>;
  #state: State;
  #world: World = { devices: 1 };
  /** What was called, for the history that the state does not hold. */
  #calls: Call[] = [];

  constructor(specification: Specification<State>) {
    this.#specification = specification;
    this.#state = specification.initial(this.#world);
  }

  reset(world: World): void {
    this.#state = this.#specification.initial(world);
    this.#world = world;
    this.#calls = [];
  }

  perform(call: Call): Observation {
    const [first] = this.#specification.step(this.#state, call);
    if (first === undefined) throw new Error(`the specification allows nothing for ${JSON.stringify(call)}`);
    this.#state = first.state;
    this.#calls.push(call);
    return first.observation;
  }

  snapshot(): Snapshot {
    return this.#specification.snapshot(this.#state);
  }

  journal(): Journal {
    const { historian } = this.#specification;
    if (historian === undefined) throw new Error('the specification tells nothing of the history');
    let state = this.#specification.initial(this.#world);
    let history = historian.begin;
    for (const call of this.#calls) ({ state, history } = historian.canonical(state, history, call).chapter);
    return historian.journal(history, this.snapshot());
  }
}

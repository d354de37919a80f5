/** The specification as a target: it always does the first of what it allows. Proves the checker, not a driver. */
import type { Call } from '../../abi/call.ts';
import type { Driver, World } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Specification } from '../../abi/specification.ts';

/** A driver that does what a specification says. */
export class SpecificationTarget<State> implements Driver {
  readonly #specification: Specification<State>;
  #state: State;

  constructor(specification: Specification<State>) {
    this.#specification = specification;
    this.#state = specification.initial({ devices: 1 });
  }

  reset(world: World): void {
    this.#state = this.#specification.initial(world);
  }

  perform(call: Call): Observation {
    const [first] = this.#specification.step(this.#state, call);
    if (first === undefined) throw new Error(`the specification allows nothing for ${JSON.stringify(call)}`);
    this.#state = first.state;
    return first.observation;
  }

  snapshot(): Snapshot {
    return this.#specification.snapshot(this.#state);
  }
}

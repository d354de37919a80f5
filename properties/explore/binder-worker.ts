/** The specification as the system of a worker thread. */
import { WITNESSES } from '../all.ts';
import { BinderSystem, type Watch } from './binder.ts';
import { StateCensus } from './census.ts';
import type { Configuration } from './configuration.ts';
import { Reached } from '../reached/reached.ts';
import type { State } from '../../model/model.ts';
import type { Made } from './make.ts';

/** What the system is made from. */
export interface Given {
  readonly configuration: Configuration;
  readonly symmetry: boolean;
  readonly invariants: boolean;
  /** Count every step, and not only those to new states. */
  readonly everyStep: boolean;
}

/** Makes the system; at the end it says what it met. */
export const makeBinder = ({ configuration, symmetry, invariants, everyStep }: Given): Made<State> => {
  const census = new StateCensus(WITNESSES);
  const reached = new Reached();
  const everything: Watch = (call, outcome) => {
    census.count(call, outcome);
    reached.step(call, outcome.observation, outcome.rules);
    reached.state(outcome.state);
  };
  const count: ConstructorParameters<typeof BinderSystem>[1] = everyStep
    ? { watch: everything }
    : { onNew: (call, outcome) => census.count(call, outcome) };
  return {
    system: new BinderSystem(configuration, { symmetry, invariants, look: seen => census.look(seen), ...count }),
    finish: () => ({ ...census.record(), ...(everyStep ? { reached: reached.record() } : {}) }),
  };
};

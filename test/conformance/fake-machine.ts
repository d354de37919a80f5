/** A remote driver that is the specification behind promises, and that can be told to die. */
import type { BatchStep, RemoteDriver, RemoteSession, World } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import { SpecificationTarget } from '../../conformance/targets/model.ts';
import { specification } from '../../model/model.ts';

/** What a batch does to the machine. */
export type Fate = 'live' | 'die';

/** A machine with so many slots; `fate` is asked before each batch, with the number of sequences in flight. */
export class FakeMachine implements RemoteDriver {
  readonly name = 'fake';
  readonly version = '1';
  readonly slots: number;
  #inFlight = 0;
  #alive = true;
  readonly #fate: (batch: readonly BatchStep[], inFlight: number) => Fate;

  constructor(slots: number, fate: (batch: readonly BatchStep[], inFlight: number) => Fate) {
    this.slots = slots;
    this.#fate = fate;
  }

  async begin(world: World): Promise<RemoteSession> {
    this.#mustLive();
    this.#inFlight++;
    const target = new SpecificationTarget(specification);
    target.reset(world);
    return {
      perform: async (batch: readonly BatchStep[]): Promise<readonly Observation[]> => {
        await Promise.resolve();
        if (this.#fate(batch, this.#inFlight) === 'die') this.#alive = false;
        this.#mustLive();
        return batch.map(({ call }) => target.perform(call));
      },
      snapshot: async (): Promise<Snapshot | undefined> => target.snapshot(),
      end: async () => {
        this.#inFlight--;
        this.#mustLive();
      },
    };
  }

  async stop(): Promise<void> {
    this.#alive = false;
  }

  #mustLive(): void {
    if (!this.#alive) throw new Error('the machine is dead');
  }
}

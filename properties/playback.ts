/** What a remote driver showed, as a driver of this process: the same answers to the same questions, and to no others. */
import type { Call } from '../abi/call.ts';
import type { Driver } from '../abi/driver.ts';
import { equal } from '../abi/equal.ts';
import type { Journal } from '../abi/journal.ts';
import type { Observation } from '../abi/observation.ts';
import type { Snapshot } from '../abi/snapshot.ts';

/** What was shown of one sequence, as far as it got. */
export interface Shown {
  /** The calls that were sent, in order. */
  readonly calls: readonly Call[];
  /** What each of the first of them showed. */
  readonly observations: readonly Observation[];
  /** By how many calls had been performed. */
  readonly snapshots: ReadonlyMap<number, Snapshot>;
  readonly journals: ReadonlyMap<number, Journal>;
  /** What the target threw in place of the next answer. */
  readonly trouble?: unknown;
}

/** Plays back one sequence. */
export class Playback implements Driver {
  readonly #shown: Shown;
  /** Calls that were answered. */
  #at = 0;
  /** It was asked for something that nobody had asked the target for: nothing that it was taken for counts. */
  isLost = false;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  reset(): void {
    this.#at = 0;
  }

  /** Throws what the target threw where there is no answer. */
  perform(call: Call): Observation {
    const { calls, observations, trouble } = this.#shown;
    const sent = calls[this.#at];
    if (sent === undefined || !equal(sent, call)) throw this.#lost();
    const observation = observations[this.#at];
    if (observation === undefined) throw trouble ?? this.#lost();
    this.#at++;
    return observation;
  }

  snapshot(): Snapshot | undefined {
    const { snapshots, calls, trouble } = this.#shown;
    const seen = snapshots.get(this.#at);
    // It fell silent when it was to show its state.
    if (seen === undefined && trouble !== undefined && this.#at === calls.length) throw trouble;
    return seen;
  }

  journal(): Journal | undefined {
    return this.#shown.journals.get(this.#at);
  }

  #lost(): Error {
    this.isLost = true;
    return new Error('it is played back, and nobody had asked that');
  }
}

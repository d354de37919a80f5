/** Something that threads of a program wait for outside of the driver: a condition variable that stays set. */
import type { System } from './system.ts';
import type { Thread } from './thread.ts';

export class Event {
  readonly #system: System;
  readonly #waiting: Thread[] = [];
  #isSet = false;

  constructor(system: System) {
    this.#system = system;
  }

  get isSet(): boolean {
    return this.#isSet;
  }

  /** Returns when the event is set. */
  async wait(): Promise<void> {
    if (this.#isSet) return;
    const thread = this.#system.current;
    this.#waiting.push(thread);
    await thread.sleep();
  }

  /** Sets the event, for good. */
  set(): void {
    this.#isSet = true;
    for (const thread of this.#waiting.splice(0)) thread.wake();
  }
}

/** A registered wish to hear of a node's death: DEATH-01. */
import { Work, WORK_DEAD_BINDER } from './work.ts';

export class Death {
  readonly cookieLow: number;
  readonly cookieHigh: number;
  /** Unqueued while idle; then pending in a todo list, or in the list of delivered deaths. */
  readonly work = new Work(WORK_DEAD_BINDER, null, null, this);

  constructor(cookieLow: number, cookieHigh: number) {
    this.cookieLow = cookieLow;
    this.cookieHigh = cookieHigh;
  }

  /** Whether it was registered with that cookie. */
  has(cookieLow: number, cookieHigh: number): boolean {
    return this.cookieLow === cookieLow && this.cookieHigh === cookieHigh;
  }
}

/** The inner loop: expands states one after the other into a set. One for each thread. */
import type { EdgeList } from './edges.ts';
import type { Found } from './explore.ts';
import { NO_STATE, type StateStore } from './store.ts';
import type { System } from './system.ts';
import { Words } from './words.ts';

export class Expander<State> {
  readonly #system: System<State>;
  readonly #store: StateStore;
  readonly #edges: EdgeList | undefined;
  readonly #row = new Words();
  /** Steps made, the initial states included. */
  generated = 0;
  /** States without a successor other than themselves. */
  deadlocks = 0;
  /** The first breach of each kind. */
  readonly found: Found[] = [];

  constructor(system: System<State>, store: StateStore, edges?: EdgeList) {
    this.#system = system;
    this.#store = store;
    this.#edges = edges;
  }

  /** Adds the initial states. */
  begin(): void {
    for (const state of this.#system.initial()) this.#meet(state, NO_STATE, 0);
  }

  /** Expands the states from one number up to another; answers where it stopped: earlier when the set has no room. */
  expand(from: number, end: number, depth: number): number {
    const store = this.#store;
    const system = this.#system;
    for (let at = from; at < end; at++) {
      if (!store.has(at)) continue;
      store.read(at, this.#row);
      const state = system.unpack(this.#row);
      this.#edges?.begin(at);
      let successors = 0;
      system.next(state, (next, tags) => {
        const to = this.#meet(next, at, depth);
        if (to === at || to === NO_STATE) return;
        successors++;
        this.#edges?.add(to, tags);
      });
      if (store.full) return at;
      if (successors === 0) this.deadlocks++;
      if (store.crowded) return at + 1;
    }
    return end;
  }

  #meet(state: State, parent: number, depth: number): number {
    const store = this.#store;
    const system = this.#system;
    const row = this.#row;
    row.clear();
    system.pack(state, row);
    this.generated++;
    const number = store.add(row, parent);
    if (!store.isNew) return number;
    if (system.marks !== undefined) store.mark(number, system.marks(state));
    for (const breach of system.check?.(state) ?? []) {
      if (this.found.some(({ id }) => id === breach.id)) continue;
      this.found.push({ ...breach, state: number, depth });
    }
    return number;
  }
}

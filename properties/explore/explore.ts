/**
 * Breadth first over every reachable state: the layers of a system, one after the other, on one thread.
 *
 * States are kept packed and unpacked when their turn comes: a frontier of live states would take twenty times the
 * memory, and unpacking one costs less than one of its steps.
 */
import type { EdgeList } from './edges.ts';
import { Expander } from './expander.ts';
import { StateStore, newMemory } from './store.ts';
import type { Breach, System } from './system.ts';

/** When to stop before everything is seen. */
export interface Bounds {
  /** Layers; the initial states are layer 0. */
  readonly depth?: number;
  /** Bytes of the set of states. */
  readonly memory?: number;
  /** Distinct breaches. */
  readonly breaches?: number;
}

/** Why an exploration ended. */
export type Ended = 'complete' | 'depth' | 'memory' | 'time' | 'interrupted' | 'breach';

/** Something broken, and the state in which it showed. */
export interface Found extends Breach {
  readonly state: number;
  readonly depth: number;
}

/** How far an exploration is. */
export interface Progress {
  readonly distinct: number;
  /** Steps made, that is successors met, the initial states included. */
  readonly generated: number;
  readonly depth: number;
  /** States met and not yet expanded. */
  readonly frontier: number;
  readonly seconds: number;
  /** Bytes of the set of states. */
  readonly bytes: number;
  /** Bytes of the edges, where they are kept. */
  readonly edgeBytes: number;
}

export interface Result extends Progress {
  readonly ended: Ended;
  readonly found: readonly Found[];
  /** States without a successor other than themselves. */
  readonly deadlocks: number;
  /** New states of each layer. */
  readonly layers: readonly number[];
}

/** Where an exploration stands between two layers: what a checkpoint holds besides the set. */
export interface Position {
  readonly depth: number;
  readonly from: number;
  readonly generated: number;
  readonly deadlocks: number;
  readonly layers: readonly number[];
  readonly found: readonly Found[];
}

export const DEFAULT_MEMORY = 2 * 1024 ** 3;
/** Distinct breaches that are kept unless told. */
export const MOST_BREACHES = 20;
/** States expanded between two looks at the clock. */
export const SLICE = 256;
/** More new states than an expansion makes on average; the table has room for so many times a slice. */
export const WIDEST = 64;

export class Explorer<State> {
  readonly system: System<State>;
  readonly store: StateStore;
  readonly #edges: EdgeList | undefined;
  readonly #expander: Expander<State>;
  readonly #bounds: Bounds;
  #layers: number[] = [];
  #depth = 0;
  /** States of the set when this exploration began. */
  #before = 0;
  /** The next state to expand. */
  #at = 0;
  readonly #begun = performance.now();

  constructor(system: System<State>, bounds: Bounds = {}, edges?: EdgeList, store?: StateStore) {
    const memory = bounds.memory ?? DEFAULT_MEMORY;
    this.system = system;
    this.store = store ?? new StateStore(newMemory(memory), memory);
    this.#bounds = bounds;
    this.#edges = edges;
    this.#expander = new Expander(system, this.store, edges);
  }

  /** Continues from where another exploration stood. */
  resume(position: Position): void {
    this.#depth = position.depth;
    this.#at = position.from;
    this.#before = position.layers.reduce((sum, states) => sum + states, 0);
    this.#layers = [...position.layers];
    this.#expander.generated = position.generated;
    this.#expander.deadlocks = position.deadlocks;
    this.#expander.found.push(...position.found);
  }

  /** Where the exploration stands; exact between two layers. */
  get position(): Position {
    const { generated, deadlocks, found } = this.#expander;
    return { depth: this.#depth, from: this.#at, generated, deadlocks, layers: this.#layers, found };
  }

  get progress(): Progress {
    const { bytes, added } = this.store;
    return {
      distinct: this.#before + added,
      generated: this.#expander.generated,
      depth: this.#depth,
      frontier: this.store.end - this.#at,
      seconds: (performance.now() - this.#begun) / 1000,
      bytes,
      edgeBytes: this.#edges?.bytes ?? 0,
    };
  }

  /** Explores to the end or to a bound; `pause` is called between slices, and says whether to stop. */
  run(pause: (progress: Progress) => boolean = () => false): Result {
    const slices = this.slices();
    for (;;) {
      const { done, value } = slices.next();
      if (done === true) return value;
      if (pause(this.progress)) return this.stopped('interrupted');
    }
  }

  /** What there is when somebody stops before the end. */
  stopped(why: 'interrupted' | 'time'): Result {
    return this.#result(why);
  }

  /** Explores slice by slice; yields whether a layer has just been finished. */
  *slices(): Generator<'slice' | 'layer', Result> {
    const { store } = this;
    const limit = this.#bounds.depth ?? Infinity;
    if (this.#layers.length === 0) {
      this.#expander.begin();
      store.closeLayer();
      this.#layers.push(store.added);
    }
    for (;;) {
      const { end } = store;
      if (this.#at >= end) return this.#result('complete');
      if (this.#depth >= limit) return this.#result('depth');
      if (this.#expander.found.length >= (this.#bounds.breaches ?? MOST_BREACHES)) return this.#result('breach');
      const before = store.added;
      while (this.#at < end) {
        if (!store.hasRoom(SLICE * WIDEST) && !store.grow(SLICE * WIDEST)) return this.#result('memory');
        this.#at = this.#expander.expand(this.#at, Math.min(end, this.#at + SLICE), this.#depth + 1);
        if (store.full) return this.#result('memory');
        yield 'slice';
      }
      store.closeLayer();
      this.#depth++;
      if (store.added > before) this.#layers.push(store.added - before);
      yield 'layer';
    }
  }

  #result(ended: Ended): Result {
    const { found, deadlocks } = this.#expander;
    return { ...this.progress, ended, found, deadlocks, layers: this.#layers };
  }
}

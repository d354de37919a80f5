/**
 * Breadth first on several threads over one shared set.
 *
 * A layer is cut into pieces that workers take in turn; layers are barriers, so that a path by parents stays a
 * shortest one. The counts are the same as on one thread, the numbers of the states are not.
 */
import { EdgeList } from './edges.ts';
import { Expander } from './expander.ts';
import { DEFAULT_MEMORY, MOST_BREACHES } from './explore.ts';
import type { Bounds, Ended, Found, Position, Progress, Result } from './explore.ts';
import { Hand } from './hand.ts';
import { makeFrom } from './make.ts';
import { StateStore, newMemory } from './store.ts';

/** What a parallel exploration needs besides its bounds. */
export interface ParallelOptions {
  readonly jobs: number;
  readonly module: string;
  readonly make: string;
  readonly given: unknown;
  readonly edges: boolean;
  /** Where another exploration stood between two layers, with its states and edges. */
  readonly resume?: { readonly position: Position; readonly store: StateStore; readonly edges: EdgeList | undefined };
  /** Asked between two layers whether to save; told then what there is. */
  readonly wantsSave?: () => boolean;
  readonly save?: (saved: Saved) => void;
}

/** An exploration between two layers. */
export interface Saved {
  readonly position: Position;
  readonly store: StateStore;
  readonly edges: EdgeList | undefined;
  /** What each thread said. */
  readonly said: readonly unknown[];
}

/** The result, with what each thread said at its end. */
export interface ParallelResult extends Result {
  readonly store: StateStore;
  readonly edges: EdgeList | undefined;
  readonly said: readonly unknown[];
  /** First state that was not expanded. */
  readonly from: number;
}

type Pause = (progress: Progress) => 'interrupted' | 'time' | undefined;

/** Largest and smallest piece of a layer, in states. */
const LARGEST = 2048;
const SMALLEST = 32;
/** Pieces that a worker would take of what is left, if all were as large as the next. */
const SHARE = 6;
/** Room in the table for so many times the states that a layer like the last one would add. */
const AHEAD = 1.5;
const ROOM = 65_536;
/** A layer of so many states is expanded at once by the one who leads: the others may still be starting. */
const THIN = 512;

class Parallel {
  readonly #options: ParallelOptions;
  readonly #bounds: Bounds;
  readonly #begun = performance.now();
  readonly #store: StateStore;
  readonly #edges: EdgeList | undefined;
  readonly #first: Expander<unknown>;
  readonly #hands: readonly Hand[];
  readonly #said: () => unknown;
  readonly #layers: number[] = [];
  /** States of the set when this exploration began. */
  #before = 0;
  #depth = 0;
  /** The next state to expand. */
  #at = 0;
  /** New states for each expanded one, in the last layer. */
  #growth = 4;

  constructor(options: ParallelOptions, bounds: Bounds, { system, finish }: Awaited<ReturnType<typeof makeFrom>>) {
    const limit = bounds.memory ?? DEFAULT_MEMORY;
    const { module, make, given, edges, resume, jobs } = options;
    this.#options = options;
    this.#bounds = bounds;
    this.#store = resume?.store ?? new StateStore(newMemory(limit), limit);
    this.#edges = edges ? (resume?.edges ?? new EdgeList()) : undefined;
    this.#first = new Expander(system, this.#store, this.#edges);
    this.#said = () => finish?.();
    const data = { module, make, given, memory: this.#store.memory, limit, edges };
    this.#hands = Array.from({ length: jobs }, () => new Hand(data));
    if (resume === undefined) {
      this.#first.begin();
      this.#store.closeLayer();
      this.#layers.push(this.#store.added);
      return;
    }
    const { position } = resume;
    this.#before = position.layers.reduce((sum, states) => sum + states, 0);
    this.#layers.push(...position.layers);
    this.#depth = position.depth;
    this.#at = position.from;
    this.#first.generated = position.generated;
    this.#first.deadlocks = position.deadlocks;
    this.#first.found.push(...position.found);
  }

  async run(pause: Pause): Promise<ParallelResult> {
    try {
      const ended = await this.#explore(pause);
      const { said, edges } = await this.#saved();
      const { deadlocks, found, layers } = this.#position;
      const edgeBytes = edges?.bytes ?? 0;
      const store = this.#store;
      return { ...this.#progress, edgeBytes, ended, found, deadlocks, layers, store, edges, said, from: this.#at };
    } finally {
      await Promise.all(this.#hands.map(hand => hand.end()));
    }
  }

  get #progress(): Progress {
    const { bytes, added, end } = this.#store;
    return {
      distinct: this.#before + added + this.#sum(hand => hand.added),
      generated: this.#first.generated + this.#sum(({ generated }) => generated),
      depth: this.#depth,
      frontier: end - this.#at,
      seconds: (performance.now() - this.#begun) / 1000,
      bytes,
      edgeBytes: 0,
    };
  }

  get #position(): Position {
    const found = new Map<string, Found>();
    for (const each of [this.#first, ...this.#hands].flatMap(expander => expander.found)) {
      const known = found.get(each.id);
      if (known === undefined || each.depth < known.depth) found.set(each.id, each);
    }
    return {
      depth: this.#depth,
      from: this.#at,
      generated: this.#progress.generated,
      deadlocks: this.#first.deadlocks + this.#sum(({ deadlocks }) => deadlocks),
      layers: this.#layers,
      found: [...found.values()],
    };
  }

  #sum(of: (hand: Hand) => number): number {
    return this.#hands.reduce((total, hand) => total + of(hand), 0);
  }

  async #explore(pause: Pause): Promise<Ended> {
    const { wantsSave, save } = this.#options;
    for (;;) {
      const { end } = this.#store;
      if (this.#at >= end) return 'complete';
      if (this.#depth >= (this.#bounds.depth ?? Infinity)) return 'depth';
      if (this.#position.found.length >= (this.#bounds.breaches ?? MOST_BREACHES)) return 'breach';
      const { distinct } = this.#progress;
      const expanded = end - this.#at;
      const why = await this.#layer(end, pause);
      if (why !== undefined) return why;
      this.#depth++;
      const more = this.#progress.distinct - distinct;
      this.#growth = more / expanded;
      if (more > 0) this.#layers.push(more);
      if (wantsSave?.() === true) save?.(await this.#saved());
    }
  }

  /** One layer: every hand takes pieces until none is left; answers why the exploration must end. */
  async #layer(end: number, pause: Pause): Promise<Ended | undefined> {
    const store = this.#store;
    const depth = this.#depth + 1;
    if (end - this.#at <= THIN && (store.hasRoom(ROOM) || store.grow(ROOM))) {
      this.#at = this.#first.expand(this.#at, end, depth);
      store.closeLayer();
      return this.#at < end ? 'memory' : pause(this.#progress);
    }
    let why: Ended | undefined;
    // What was given back because the table was crowded.
    const pieces: [number, number][] = [[this.#at, end]];
    // `work` sets `why`.
    // oxlint-disable-next-line no-unmodified-loop-condition
    while (pieces.length > 0 && why === undefined) {
      // The table is made wider while nobody uses it.
      const left = pieces.reduce((sum, [from, to]) => sum + to - from, 0);
      const more = Math.ceil(left * this.#growth * AHEAD) + ROOM;
      if (!store.hasRoom(more) && !store.grow(more)) return 'memory';
      const { table } = store.memory;
      const back: [number, number][] = [];
      const work = async (hand: Hand): Promise<void> => {
        for (;;) {
          const piece = back.length > 0 || why !== undefined ? undefined : this.#take(pieces);
          if (piece === undefined) return;
          const [from, to] = piece;
          const at = await hand.expand({ do: 'expand', from, end: to, depth, table });
          if (at < to) back.push([at, to]);
          if (hand.full) why = 'memory';
          why ??= pause(this.#progress);
        }
      };
      await Promise.all(this.#hands.map(work));
      pieces.push(...back);
    }
    this.#at = why === undefined ? end : Math.min(end, ...pieces.map(([from]) => from));
    return why;
  }

  /** The next piece: large ones first, small ones towards the end, so that all are done at the same time. */
  #take(pieces: [number, number][]): readonly [number, number] | undefined {
    const [piece] = pieces;
    if (piece === undefined) return undefined;
    const [from, end] = piece;
    const share = Math.ceil((end - from) / (this.#hands.length * SHARE));
    const to = Math.min(end, from + Math.max(SMALLEST, Math.min(LARGEST, share)));
    if (to === end) pieces.shift();
    else piece[0] = to;
    return [from, to];
  }

  async #saved(): Promise<Saved> {
    const reports = await Promise.all(this.#hands.map(hand => hand.tell()));
    const lists = reports.flatMap(({ edges }) => (edges === undefined ? [] : [edges]));
    const edges = this.#edges === undefined ? undefined : EdgeList.join([this.#edges.raw, ...lists]);
    const said = [this.#said(), ...reports.map(report => report.said)];
    return { position: this.#position, store: this.#store, edges, said };
  }
}

/** Explores on so many threads. `pause` is asked after each piece. */
export const exploreParallel = async (
  options: ParallelOptions,
  bounds: Bounds,
  pause: Pause,
): Promise<ParallelResult> => {
  const made = await makeFrom(options.module, options.make, options.given);
  return new Parallel(options, bounds, made).run(pause);
};

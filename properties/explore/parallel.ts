/**
 * Breadth first on several threads over one shared set.
 *
 * A layer is cut into pieces that workers take in turn; layers are barriers, so that a path by parents stays a
 * shortest one. The counts are the same as on one thread, the numbers of the states are not.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { EdgeList } from './edges.ts';
import { Expander } from './expander.ts';
import { DEFAULT_MEMORY, MOST_BREACHES, WIDEST } from './explore.ts';
import type { Bounds, Ended, Found, Progress, Result } from './explore.ts';
import { StateStore, newMemory } from './store.ts';
import { makeFrom } from './make.ts';
import type { Report, Task, WorkerData } from './worker.ts';

/** What a parallel exploration needs besides its bounds. */
export interface ParallelOptions {
  readonly jobs: number;
  readonly module: string;
  readonly make: string;
  readonly given: unknown;
  readonly edges: boolean;
}

/** Largest and smallest piece of a layer, in states. */
const LARGEST = 2048;
const SMALLEST = 32;

/** The result, with what each worker said at its end. */
export interface ParallelResult extends Result {
  readonly store: StateStore;
  readonly edges: EdgeList | undefined;
  readonly said: readonly unknown[];
  /** First state that was not expanded. */
  readonly from: number;
}

class Hand {
  readonly #worker: Worker;
  generated = 0;
  deadlocks = 0;
  added = 0;
  found: readonly Found[] = [];
  full = false;
  busy = false;

  constructor(data: WorkerData) {
    this.#worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: data });
  }

  async tell(task: Task): Promise<Report> {
    this.busy = true;
    this.#worker.postMessage(task);
    const [report] = (await once(this.#worker, 'message')) as [Report];
    this.busy = false;
    if (report.did === 'expand') {
      this.generated = report.generated;
      this.deadlocks = report.deadlocks;
      this.added = report.added;
      this.found = report.found;
      this.full = report.full;
    }
    return report;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Explores on so many threads. `pause` is asked after each piece. */
export const exploreParallel = async (
  options: ParallelOptions,
  bounds: Bounds,
  pause: (progress: Progress) => 'interrupted' | 'time' | undefined,
): Promise<ParallelResult> => {
  const limit = bounds.memory ?? DEFAULT_MEMORY;
  const begun = performance.now();
  const store = new StateStore(newMemory(limit), limit);
  const { module, make, given, edges } = options;
  const { system } = await makeFrom(module, make, given);
  const first = new Expander(system, store);
  first.begin();
  store.closeLayer();
  const data = { module, make, given, memory: store.memory, limit, edges };
  const hands = Array.from({ length: options.jobs }, () => new Hand(data));
  const layers = [store.added];
  let depth = 0;
  let at = 0;
  const sum = (of: (hand: Hand) => number): number => hands.reduce((total, hand) => total + of(hand), 0);
  const progress = (): Progress => ({
    distinct: store.added + sum(({ added }) => added),
    generated: first.generated + sum(({ generated }) => generated),
    depth,
    frontier: store.end - at,
    seconds: (performance.now() - begun) / 1000,
    bytes: store.bytes,
    edgeBytes: 0,
  });
  const found = (): readonly Found[] => {
    const all = new Map(first.found.map(each => [each.id, each]));
    for (const hand of hands) for (const each of hand.found) if (!all.has(each.id)) all.set(each.id, each);
    return [...all.values()];
  };

  /** One layer: every hand takes pieces until none is left; answers why it must end. */
  const layer = async (end: number): Promise<Ended | undefined> => {
    let why: Ended | undefined;
    let next = at;
    const size = Math.max(SMALLEST, Math.min(LARGEST, Math.ceil((end - at) / (options.jobs * 8))));
    // `work` moves `next` and sets `why`.
    // oxlint-disable-next-line no-unmodified-loop-condition
    while (next < end && why === undefined) {
      // The table is made wide enough for a round of pieces while nobody uses it.
      const round = Math.min(end, next + size * options.jobs * 2);
      const more = Math.max(65_536, (round - next) * WIDEST);
      if (!store.hasRoom(more) && !store.grow(more)) return 'memory';
      const work = async (hand: Hand): Promise<void> => {
        while (next < round && why === undefined) {
          const from = next;
          next = Math.min(round, from + size);
          await hand.tell({ do: 'expand', from, end: next, depth: depth + 1, table: store.memory.table });
          if (hand.full) why = 'memory';
          why ??= pause(progress());
        }
      };
      await Promise.all(hands.map(work));
    }
    at = next;
    return why;
  };

  let ended: Ended | undefined;
  while (ended === undefined) {
    const { end } = store;
    if (at >= end) ended = 'complete';
    else if (depth >= (bounds.depth ?? Infinity)) ended = 'depth';
    else if (found().length >= (bounds.breaches ?? MOST_BREACHES)) ended = 'breach';
    else {
      const before = progress().distinct;
      ended = await layer(end);
      if (ended !== undefined) break;
      depth++;
      if (progress().distinct > before) layers.push(progress().distinct - before);
    }
  }
  const reports = await Promise.all(hands.map(hand => hand.tell({ do: 'finish' })));
  const lists = reports.flatMap(report =>
    report.did === 'finish' && report.edges !== undefined ? [report.edges] : [],
  );
  const said = reports.map(report => (report.did === 'finish' ? report.said : undefined));
  const joined = options.edges ? EdgeList.join(lists) : undefined;
  const result = {
    ...progress(),
    edgeBytes: joined?.bytes ?? 0,
    ended,
    found: found(),
    deadlocks: sum(({ deadlocks }) => deadlocks),
    layers,
    store,
    edges: joined,
    said,
    from: at,
  };
  await Promise.all(hands.map(hand => hand.end()));
  return result;
};

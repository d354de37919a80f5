/** Explorations as the command runs them: on one thread or several, with checkpoints. */
import { setImmediate } from 'node:timers/promises';
import { makeBinder, type Given } from '../../properties/explore/binder-worker.ts';
import { mergeCensus, type CensusRecord } from '../../properties/explore/census.ts';
import { EdgeList } from '../../properties/explore/edges.ts';
import { Explorer } from '../../properties/explore/explore.ts';
import type { Bounds, Position, Progress, Result } from '../../properties/explore/explore.ts';
import { exploreParallel } from '../../properties/explore/parallel.ts';
import { StateStore, newMemory } from '../../properties/explore/store.ts';
import type { State } from '../../model/model.ts';
import { UsageError } from '../exit.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';

/** Options that checkpoints are about. */
export interface CheckpointOptions {
  readonly temporal: boolean;
  readonly checkpoint?: string;
  /** Seconds between two checkpoints. */
  readonly checkpointEvery: number;
  readonly resume?: string;
}

/** Milliseconds between two looks at the keyboard. */
export const PAUSE_MS = 100;

const drive = async (
  explorer: Explorer<State>,
  save: () => void,
  pause: () => 'interrupted' | 'time' | undefined,
): Promise<Result> => {
  const slices = explorer.slices();
  for (let looked = performance.now(); ;) {
    const { done, value } = slices.next();
    if (done === true) return value;
    if (value === 'layer') save();
    if (performance.now() - looked < PAUSE_MS) continue;
    await setImmediate();
    const why = pause();
    if (why !== undefined) return explorer.stopped(why);
    looked = performance.now();
  }
};

/** An exploration that has ended, on one thread or several. */
export interface Explored {
  readonly result: Result;
  readonly store: StateStore;
  readonly edges: EdgeList | undefined;
  readonly census: CensusRecord;
  /** First state that was not expanded. */
  readonly expanded: number;
}

/** Asked now and then with how far it is: whether to stop. */
export type Pause = (progress: Progress) => 'interrupted' | 'time' | undefined;

/** The checkpoints of one exploration: when to write one, and the one to go on from. */
export class Checkpoints {
  readonly #options: CheckpointOptions;
  readonly #about: string;
  #saved = performance.now();
  #before: CensusRecord | undefined;

  constructor(options: CheckpointOptions, given: Given) {
    this.#options = options;
    this.#about = JSON.stringify({ ...given, temporal: options.temporal });
  }

  /** The position to go on from, with its states and edges read in. */
  resume(store: StateStore, edges: EdgeList | undefined): Position | undefined {
    const { resume } = this.#options;
    if (resume === undefined) return undefined;
    const { position, census } = readCheckpoint(resume, this.#about, store, edges);
    this.#before = census;
    return position;
  }

  get isDue(): boolean {
    const { checkpoint, checkpointEvery } = this.#options;
    return checkpoint !== undefined && performance.now() - this.#saved >= checkpointEvery * 1000;
  }

  save(position: Position, store: StateStore, edges: EdgeList | undefined, census: CensusRecord): void {
    const { checkpoint } = this.#options;
    if (checkpoint === undefined) return;
    writeCheckpoint(checkpoint, this.#about, { position, store, edges, census: this.whole(census) });
    this.#saved = performance.now();
  }

  /** What was met before the checkpoint, and after it. */
  whole(census: CensusRecord): CensusRecord {
    return this.#before === undefined ? census : mergeCensus([this.#before, census]);
  }
}

/** Explores on this thread. */
export const exploreHere = async (
  given: Given,
  bounds: Bounds,
  temporal: boolean,
  checkpoints: Checkpoints,
  pause: Pause,
): Promise<Explored> => {
  const { system, finish } = makeBinder(given);
  const edges = temporal ? new EdgeList() : undefined;
  const explorer = new Explorer(system, bounds, edges);
  const { store } = explorer;
  const position = checkpoints.resume(store, edges);
  if (position !== undefined) explorer.resume(position);
  const census = (): CensusRecord => finish?.() as CensusRecord;
  const save = (): void => {
    if (checkpoints.isDue) checkpoints.save(explorer.position, store, edges, census());
  };
  const result = await drive(explorer, save, () => pause(explorer.progress));
  return { result, store, edges, census: checkpoints.whole(census()), expanded: explorer.position.from };
};

/** Explores on so many threads. Throws `UsageError` where the program is not built. */
export const exploreOnThreads = async (
  given: Given,
  bounds: Bounds & { readonly memory: number },
  temporal: boolean,
  jobs: number,
  checkpoints: Checkpoints,
  pause: Pause,
): Promise<Explored> => {
  if (!import.meta.url.endsWith('.js')) throw new UsageError('--jobs needs the built program: npm run build');
  const module = new URL('../../properties/explore/binder-worker.js', import.meta.url).href;
  const empty = new StateStore(newMemory(bounds.memory), bounds.memory);
  const before = temporal ? new EdgeList() : undefined;
  const position = checkpoints.resume(empty, before);
  const merged = (said: readonly unknown[]): CensusRecord => mergeCensus(said as readonly CensusRecord[]);
  const result = await exploreParallel(
    {
      jobs,
      module,
      make: 'makeBinder',
      given,
      edges: temporal,
      ...(position === undefined ? {} : { resume: { position, store: empty, edges: before } }),
      wantsSave: () => checkpoints.isDue,
      save: ({ position: at, store, edges, said }) => checkpoints.save(at, store, edges, merged(said)),
    },
    bounds,
    pause,
  );
  const { store, edges, said, from } = result;
  return { result, store, edges, census: checkpoints.whole(merged(said)), expanded: from };
};

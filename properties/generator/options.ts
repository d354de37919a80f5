/** What a user can ask of the generator, and the weights of its features. */

/** 'slice': open to reply without death, freezing, descriptors and scatter-gather. 'full': everything. */
export type Level = 'slice' | 'full';

/** Share of steps that are wrong on purpose, in percent. */
export const WRONG_SHARE = 12;
/** One sequence in so many switches half of the features off (swarm). */
export const SWARM_ONE_IN = 4;
/** One sequence in so many chooses among all threads and features alike. */
export const UNIFORM_ONE_IN = 8;
/** One sequence in so many begins with a script. */
export const SCRIPT_ONE_IN = 3;

/**
 * Weight of each feature by what the chosen thread is about: idle, with something to read, serving a call (its answer
 * is due), waiting for an answer. The order is that of the table.
 */
export const WEIGHTS = {
  call: [14, 5, 5, 1],
  oneway: [9, 4, 3, 2],
  reply: [0, 0, 24, 0],
  free: [7, 7, 6, 3],
  read: [7, 26, 2, 22],
  refs: [5, 4, 4, 2],
  done: [3, 3, 2, 1],
  looper: [2, 1, 1, 0],
  batch: [5, 4, 4, 1],
  death: [4, 3, 2, 1],
  ioctl: [3, 2, 1, 1],
  freeze: [1, 1, 1, 1],
  poll: [1, 1, 1, 1],
  open: [1, 1, 1, 1],
  map: [1, 1, 0, 0],
  close: [1, 1, 1, 1],
  kill: [1, 1, 1, 1],
  flush: [1, 1, 1, 1],
  thread: [1, 1, 1, 1],
  signal: [2, 2, 2, 2],
  nice: [1, 1, 4, 1],
  euid: [1, 0, 0, 0],
  reclaim: [1, 0, 0, 0],
  peek: [1, 1, 1, 1],
  limits: [1, 1, 1, 1],
  nonblock: [1, 1, 1, 1],
  mapping: [1, 1, 1, 1],
  epoll: [1, 1, 1, 1],
  fds: [1, 1, 1, 1],
  share: [1, 1, 1, 1],
  script: [1, 0, 0, 0],
} as const satisfies Record<string, readonly [number, number, number, number]>;

/** A thing the generator does; users switch it off with weight 0 or favour it. */
export type Feature = keyof typeof WEIGHTS;
export const FEATURES = Object.keys(WEIGHTS) as readonly Feature[];

/** Features that the first slice leaves out. */
const FULL_ONLY: ReadonlySet<Feature> = new Set<Feature>([
  'death',
  'freeze',
  'kill',
  'flush',
  'signal',
  'nice',
  'euid',
  'reclaim',
  'peek',
  'limits',
  'poll',
  'mapping',
  'epoll',
  'fds',
  'share',
]);

/** These count a quarter, so that they stay far below one step in a hundred. */
const RARE: ReadonlySet<Feature> = new Set<Feature>([
  'open',
  'map',
  'close',
  'kill',
  'euid',
  'reclaim',
  'nonblock',
  'mapping',
  'fds',
  'share',
]);

export interface GeneratorOptions {
  readonly level?: Level;
  /** Devices that ops may name; most name device 0. */
  readonly devices?: number;
  /** Ops of every sequence, or the default mixture of short and long ones. */
  readonly length?: number | { readonly min: number; readonly max: number };
  /** Factor on a feature's weight; 0 switches it off. */
  readonly weights?: Partial<Record<Feature, number>>;
  /** Percent of steps that are wrong on purpose. */
  readonly wrongShare?: number;
  /** Processes alive at once, at most. */
  readonly processes?: number;
}

/** Cumulative weights of every feature for each of the four situations. */
export const cumulative = (level: Level, factor: (feature: Feature) => number): readonly Float64Array[] =>
  [0, 1, 2, 3].map(situation => {
    const table = new Float64Array(FEATURES.length);
    let sum = 0;
    FEATURES.forEach((feature, at) => {
      const weight = level === 'slice' && FULL_ONLY.has(feature) ? 0 : (WEIGHTS[feature][situation] as number);
      sum += weight * (RARE.has(feature) ? 0.25 : 1) * factor(feature);
      table[at] = sum;
    });
    return table;
  });

/** What the explorer demands of a driver in the long run, and the defects of the real one that break it. */
import { fileOf, type State } from '../../model/model.ts';
import { MARK, SERVES, type BinderSystem } from './binder.ts';
import type { EdgeList } from './edges.ts';
import { trailAlong, wayTo } from './path.ts';
import type { StateStore } from './store.ts';
import { stuckStates } from './temporal.ts';
import type { Trail } from './trail.ts';

/** Something that must always remain possible. */
interface Promised {
  readonly id: `LIVE-${string}`;
  readonly says: string;
  readonly mark: number;
}

/** Why a promise may be broken: a rule of the driver, or what processes did to each other. */
export interface Exception {
  readonly promise: Promised['id'];
  /** Rules one of which fired on the step that broke it, or on an earlier one of the shortest log. */
  readonly rules?: readonly string[];
  /** Or what the state looks like. */
  readonly when?: (state: State) => boolean;
  /** The section of docs/findings.md, or the reason. */
  readonly says: string;
}

export const PROMISES: readonly Promised[] = [
  {
    id: 'LIVE-CALL',
    says: 'An accepted call can be answered as long as every process keeps serving.',
    mark: MARK.WAITS,
  },
  {
    id: 'LIVE-ONEWAY',
    says: 'The queue of oneways of a node can move as long as every process keeps serving.',
    mark: MARK.ASYNC,
  },
];

/** A call lies in the queue of a process of which every thread waits for an answer itself. */
const everyThreadWaits = ({ files, threads, transactions }: State): boolean =>
  files.some(
    ({ key, todo }) =>
      todo.some(({ work }) => work === 'transaction') &&
      threads.some(thread => fileOf(thread.key) === key) &&
      threads
        .filter(thread => fileOf(thread.key) === key)
        .every(({ key: own, stack }) => transactions.some(({ id, from }) => id === stack && from === own)),
  );

/** Every documented way in which a promise is broken. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    promise: 'LIVE-ONEWAY',
    rules: ['READ-41'],
    says: 'A oneway whose reader faults stops the queue of its node (READ-41, REL-17, ALLOC-47)',
  },
  {
    promise: 'LIVE-ONEWAY',
    rules: ['REL-18'],
    says: 'A oneway that its chosen thread never read stops the queue of its node (THR-45, REL-18, ALLOC-47)',
  },
  {
    promise: 'LIVE-CALL',
    rules: ['THR-50'],
    says: 'Of two failed calls one is never answered (THR-50, TXN-44)',
  },
  {
    promise: 'LIVE-CALL',
    rules: ['READ-42'],
    says: 'A thread whose error could not be stored can never write again (READ-42, WR-05)',
  },
  {
    promise: 'LIVE-CALL',
    rules: ['THR-49'],
    says: 'A handler that ends without BINDER_THREAD_EXIT leaves its caller waiting (THR-49, THR-15)',
  },
  {
    promise: 'LIVE-CALL',
    when: everyThreadWaits,
    says: 'Every thread of a process waits for an answer itself: no driver could serve the call',
  },
];

/** One way in which a promise is broken, with the shortest log to it. */
export interface Broken {
  readonly promise: Promised;
  /** `undefined`: nothing documented explains it. */
  readonly exception: Exception | undefined;
  /** Rules of the step that broke it, where nothing explains it. */
  readonly rules: readonly string[];
  /** Entrances that are explained by this. */
  readonly entrances: number;
  readonly stuck: number;
  readonly trail: Trail;
}

const exceptionOf = (promise: string, rules: readonly string[], state: State): Exception | undefined =>
  EXCEPTIONS.find(
    each =>
      each.promise === promise &&
      (each.rules?.some(rule => rules.includes(rule)) ?? true) &&
      (each.when?.(state) ?? true),
  );

/** Entrances that are looked at for each promise. */
const MOST_ENTRANCES = 400;

/** Every broken promise of an explored graph, one for each explanation. */
export const brokenPromises = (system: BinderSystem, store: StateStore, edges: EdgeList): readonly Broken[] => {
  const broken = new Map<string, Broken>();
  for (const promise of PROMISES) {
    const { count, entrances } = stuckStates(store, edges, promise.mark, SERVES, MARK.IDLES);
    for (const state of entrances.slice(0, MOST_ENTRANCES)) {
      const trail = trailAlong(system, store, wayTo(store, state));
      const rules = trail.steps.at(-1)?.outcome.rules ?? [];
      const ever = trail.steps.flatMap(({ outcome }) => outcome.rules);
      const exception = exceptionOf(promise.id, rules, trail.state) ?? exceptionOf(promise.id, ever, trail.state);
      const key = `${promise.id} ${exception?.says ?? [...new Set(rules)].sort().join(' ')}`;
      const known = broken.get(key);
      if (known === undefined) broken.set(key, { promise, exception, rules, entrances: 1, stuck: count, trail });
      else broken.set(key, { ...known, entrances: known.entrances + 1 });
    }
  }
  return [...broken.values()];
};

/** The address of the explorer page: a state, and the step by which somebody came there. */
import { useLayoutEffect, useState } from 'preact/hooks';
import type { StepAt } from './data.ts';

/** What an address asks for. */
export interface ExplorerRoute {
  readonly state: number;
  /** The step that was followed; absent: the last one of the shortest log. */
  readonly from?: StepAt;
  /** The id that is searched for. */
  readonly find?: string;
}

/** The part of an address behind `#`: `#state/12`, `#state/12/from/4/2`, `#state/12/find/TXN-44`; steps count from 1. */
export const hashOf = ({ state, from, find }: ExplorerRoute): string =>
  `#state/${state}` +
  (from === undefined ? '' : `/from/${from.state}/${from.step + 1}`) +
  (find === undefined ? '' : `/find/${find}`);

/** Reads an address; anything that is none is the state in which everything begins. */
export const routeOf = (hash: string): ExplorerRoute => {
  const [, state, left, step, find] =
    /^#state\/(\d{1,6})(?:\/from\/(\d{1,6})\/(\d{1,6}))?(?:\/find\/([A-Z]+(?:-[A-Z]+)?-\d+))?$/.exec(hash) ?? [];
  return {
    state: Number(state ?? 0),
    ...(left === undefined ? {} : { from: { state: Number(left), step: Number(step) - 1 } }),
    ...(find === undefined ? {} : { find }),
  };
};

/** The address as it changes. */
export const useRoute = (): ExplorerRoute => {
  const [hash, follow] = useState(typeof location === 'undefined' ? '' : location.hash);
  useLayoutEffect(() => {
    const changed = (): void => follow(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return routeOf(hash);
};

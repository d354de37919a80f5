/** The explorations that the denominators come from, and what one of them reaches. */
import { BinderSystem, type Watch } from '../../properties/explore/binder.ts';
import { Explorer } from '../../properties/explore/explore.ts';
import { Growth } from '../../properties/explore/ground/growth.ts';
import type { Ground } from '../../properties/explore/ground/ground.ts';
import { Reached, type ReachedRecord } from '../../properties/reached/reached.ts';
import { ImplTarget } from '../targets/impl.ts';
import { readConfiguration } from './configuration-file.ts';
import type { DenominatorSource } from './denominators.ts';
import { GROUNDS } from './grounds/all.ts';

/** A configuration to a depth, or a hunting ground to so many edges. */
export type ReachedFrom =
  { readonly configuration: string; readonly depth: number } | { readonly ground: Ground; readonly edges: number };

/** Edges of each hunting ground. */
const EDGES = 4_000;

/** Every source, in the order of the file: what two of them reach counts for the first. */
export const REACHED_FROM: readonly ReachedFrom[] = [
  { configuration: 'oneway-defects', depth: 11 },
  { configuration: 'allocator', depth: 12 },
  { configuration: 'lost-calls', depth: 6 },
  { configuration: 'deaths', depth: 9 },
  { configuration: 'threads', depth: 4 },
  { configuration: 'freeze', depth: 9 },
  { configuration: 'small', depth: 10 },
  ...GROUNDS.map(ground => ({ ground, edges: EDGES })),
];

/** Explores; answers what was reached, and how far the exploration came. */
export const reachedFrom = (
  from: ReachedFrom,
): { readonly source: DenominatorSource; readonly reached: ReachedRecord } => {
  const reached = new Reached();
  const watch: Watch = (call, { observation, rules, state }) => {
    reached.step(call, observation, rules);
    reached.state(state);
  };
  if ('ground' in from) {
    const growth = new Growth(from.ground, new ImplTarget(), { watch });
    while (growth.grow(from.edges));
    const { states, edges, complete } = growth;
    const source = {
      name: from.ground.name,
      ended: 'edges',
      distinct: states,
      generated: edges.length,
      depth: complete,
    };
    return { source, reached: reached.record() };
  }
  const { configuration: name, depth: layers } = from;
  const system = new BinderSystem(readConfiguration(name), { invariants: false, watch });
  const { ended, distinct, generated, depth } = new Explorer(system, { depth: layers }).run();
  return { source: { name, ended, distinct, generated, depth }, reached: reached.record() };
};

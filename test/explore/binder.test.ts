/** The specification explored: counts that others can check, invariants, promises, a driver along every edge. */
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../abi/observation.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import type { State } from '../../model/model.ts';
import { driveAgainst } from '../../properties/explore/against.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import { StateCensus } from '../../properties/explore/census.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { EdgeList } from '../../properties/explore/edges.ts';
import { Explorer, type Bounds } from '../../properties/explore/explore.ts';
import { everyEdge } from '../../properties/explore/sequences.ts';
import { trailAlong, wayTo } from '../../properties/explore/path.ts';
import { brokenPromises } from '../../properties/explore/promises.ts';
import { Words } from '../../properties/explore/words.ts';
import { WITNESSES } from '../../properties/all.ts';
import { cookied, deaf, offered, twins, watched } from './configurations.ts';

const explored = (configuration: Configuration, symmetry = true, edges?: EdgeList, bounds: Bounds = {}) => {
  const system = new BinderSystem(configuration, { symmetry });
  const explorer = new Explorer(system, bounds, edges);
  return { system, explorer, store: explorer.store, result: explorer.run() };
};

const rowsOf = (system: BinderSystem, explorer: Explorer<State>, packing: BinderSystem): Set<string> => {
  const rows = new Set<string>();
  const row = new Words();
  for (let state = 0; state < explorer.store.end; state++) {
    if (!explorer.store.has(state)) continue;
    explorer.store.read(state, row);
    const unpacked = system.unpack(row);
    row.clear();
    packing.pack(unpacked, row);
    rows.add(row.values.subarray(0, row.length).join(' '));
  }
  return rows;
};

describe('every reachable state', () => {
  test.each([
    [twins, 656, 3_149],
    [watched, 2_465, 13_014],
    [deaf, 330, 1_308],
  ])('of $title is counted, and no invariant is broken', (configuration, distinct, generated) => {
    const { result } = explored(configuration);
    expect(result).toMatchObject({ ended: 'complete', distinct, generated, found: [] });
  });

  test.each([
    ['processes', twins, {}, 656, 1_275],
    ['nodes', offered, {}, 2_980, 5_820],
    ['cookies', cookied, { depth: 12 }, 810, 1_213],
  ])('without the renaming of %s there are more, of the same orbits', (_, configuration, bounds, few, many) => {
    const renamed = explored(configuration, true, undefined, bounds);
    const named = explored(configuration, false, undefined, bounds);
    expect(renamed.result).toMatchObject({ distinct: few, found: [] });
    expect(named.result).toMatchObject({ distinct: many, ended: renamed.result.ended, found: [] });
    const orbits = rowsOf(named.system, named.explorer, renamed.system);
    expect(orbits).toEqual(rowsOf(renamed.system, renamed.explorer, renamed.system));
    expect(orbits.size).toBe(few);
  });

  test('has a log of as many steps as its layer is deep', () => {
    const { system, store, result } = explored(watched);
    let last = store.end - 1;
    while (!store.has(last)) last--;
    const way = wayTo(store, last);
    const trail = trailAlong(system, store, way);
    expect(way.length).toBe(result.layers.length);
    expect(trail.steps.length).toBe(5 + way.length - 1);
  });

  test('shows its witnesses, and says which it cannot show', () => {
    const census = new StateCensus(WITNESSES);
    const system = new BinderSystem(watched, { watch: (call, outcome) => census.count(call, outcome) });
    new Explorer(system).run();
    const { witnesses, unseen, operations } = census.record();
    expect(witnesses).toContain('WIT-DEATH-01');
    expect(unseen).toContain('WIT-ONEWAY-01');
    expect(witnesses.length + unseen.length).toBe(WITNESSES.length);
    expect(operations).toContain('BC_REQUEST_DEATH_NOTIFICATION OK');
  });
});

describe('what must always remain possible', () => {
  test('is broken by the documented defects of oneway queues, with their shortest logs', () => {
    const edges = new EdgeList();
    const { system, store } = explored(deaf, true, edges);
    const broken = brokenPromises(system, store, edges);
    expect(broken.map(({ exception }) => exception?.rules)).toEqual([['READ-41'], ['REL-18']]);
    expect(broken.map(({ trail }) => trail.steps.length)).toEqual([7, 8]);
  });

  test('holds where readers read and threads stay', () => {
    const edges = new EdgeList();
    const plain: Configuration = { ...deaf, alphabet: ['oneway', 'call', 'reply', 'read', 'free'] };
    const { system, store } = explored(plain, true, edges);
    expect(brokenPromises(system, store, edges)).toEqual([]);
  });
});

describe('sequences for a driver that is far away', () => {
  test('hold every edge of the graph, each call of each state behind the shortest way to it', () => {
    const { system, explorer, store } = explored(deaf, false);
    const texts = [...everyEdge(system, store, explorer.position.from)].map(({ ops }) =>
      JSON.stringify(ops).slice(0, -1),
    );
    expect(texts.length).toBe(978);
    expect(new Set(texts).size).toBe(978);
    // 1 307 edges, of which 329 lead to a state for the first time: longer sequences begin with those.
    expect(texts.length + store.added - 1).toBe(1_307);
    // What begins like another one follows it in this order.
    const sorted = texts.toSorted();
    expect(sorted.filter((text, at) => sorted[at + 1]?.startsWith(`${text},`))).toEqual([]);
  });
});

/** A driver that forgets to say that a free was a mistake: it changes one answer. */
class Forgetful extends ImplTarget {
  override perform(call: Parameters<ImplTarget['perform']>[0]): Observation {
    const observation = super.perform(call);
    const exits = call.op === 'ioctl' && call.cmd === 'BINDER_THREAD_EXIT';
    return exits ? { ...observation, result: { status: 'EINVAL' } } : observation;
  }
}

describe('a driver along every edge', () => {
  const along = (driver: ImplTarget) => {
    const { system, explorer, store } = explored(deaf, false);
    return driveAgainst({
      system,
      store,
      expanded: explorer.position.from,
      driver,
      most: 3,
      wander: true,
      pause: () => false,
    });
  };

  test('is the specification, if it is the optimised one', () => {
    const result = along(new ImplTarget());
    expect(result).toMatchObject({ complete: true, failures: [], edges: 1_307, snapshots: 330 });
  });

  test('is found out where it differs, with a short log', () => {
    const { failures } = along(new Forgetful());
    expect(failures.length).toBe(1);
    expect(failures[0]?.failure.kind).toBe('observation');
    expect(failures[0]?.log.ops.at(-1)).toMatchObject({ op: 'ioctl', cmd: 'BINDER_THREAD_EXIT' });
    expect(failures[0]?.log.ops.length).toBeLessThan(10);
  });
});

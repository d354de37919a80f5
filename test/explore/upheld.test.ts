/** Invariants that are asked only where what they read is new find what they find everywhere. */
import { describe, expect, test } from 'vitest';
import { specification, type State } from '../../model/model.ts';
import { INVARIANTS } from '../../properties/all.ts';
import { ASPECTS } from '../../properties/explore/aspects.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { Explorer } from '../../properties/explore/explore.ts';
import { Upheld } from '../../properties/explore/upheld.ts';
import { deaf, twins, watched } from './configurations.ts';

/** The states of a configuration as they are met, each with the one that led to it. */
const statesOf = (configuration: Configuration): readonly { readonly state: State; readonly before: State }[] => {
  const met: { state: State; before: State }[] = [];
  const system = new BinderSystem(configuration, {
    invariants: false,
    onNew: (_, { state }) => met.push({ state, before }),
  });
  let [before] = system.initial() as [State];
  const next = system.next.bind(system);
  system.next = (state, emit) => {
    before = state;
    next(state, emit);
  };
  new Explorer(system).run();
  return met;
};

type Arena = State['files'][number]['arena'];

const TABLES = ['files', 'threads', 'nodes', 'refs', 'transactions'] as const;

/** Values near a value that are wrong in most places. */
const spoiled = (value: unknown): readonly unknown[] => {
  if (typeof value === 'number') return [value + 1, value - 1, 0];
  if (typeof value === 'boolean') return [!value];
  if (!Array.isArray(value)) return [];
  return value.length === 0 ? [] : [value.slice(1), [...value, value[0] as unknown]];
};

/** The record with one field spoiled. */
const spoiledRecords = <Item extends object>(record: Item): readonly Item[] =>
  Object.entries(record).flatMap(([field, value]) => spoiled(value).map(wrong => ({ ...record, [field]: wrong })));

/** The arena with one field of its own or of one buffer spoiled. */
const spoiledArenas = (arena: Arena): readonly Arena[] => [
  ...spoiledRecords(arena),
  ...arena.regions.flatMap((region, at) =>
    region.buffer === null
      ? []
      : spoiledRecords(region.buffer).map(buffer => ({
          ...arena,
          regions: arena.regions.with(at, { ...region, buffer }),
        })),
  ),
];

/** The state with one field of one record spoiled, or with a record twice or gone. */
const spoiledStates = (state: State): readonly State[] => [
  ...TABLES.flatMap(table => {
    const records: readonly object[] = state[table];
    return records.flatMap((record, at) => [
      { ...state, [table]: records.toSpliced(at, 1) },
      { ...state, [table]: [...records, record] },
      ...spoiledRecords(record).map(wrong => ({ ...state, [table]: records.with(at, wrong) })),
    ]);
  }),
  ...state.files.flatMap((file, at) =>
    spoiledArenas(file.arena).map(arena => ({ ...state, files: state.files.with(at, { ...file, arena }) })),
  ),
];

/** Ids of all that a state breaks; `undefined` when it cannot even be shown. */
const brokenIn = (state: State): ReadonlySet<string> | undefined => {
  try {
    const seen = specification.snapshot(state);
    return new Set(INVARIANTS.filter(({ breaches }) => breaches(seen).length > 0).map(({ id }) => id));
  } catch {
    return undefined;
  }
};

describe('invariants asked where what they read is new', () => {
  test('are all invariants, each of one aspect', () => {
    const named = ASPECTS.flatMap(({ invariants }) => invariants);
    expect(named.toSorted()).toEqual(INVARIANTS.map(({ id }) => id).toSorted());
  });

  test('find in spoiled states what is found when all of them are asked', () => {
    const upheld = new Upheld(INVARIANTS);
    const broken = new Set<string>();
    const missed = new Set<string>();
    let states = 0;
    for (const configuration of [twins, watched, deaf]) {
      const met = statesOf(configuration);
      for (const { state, before } of met) expect(upheld.breaches(state, before).length).toBe(0);
      for (let at = 0; at < met.length; at += 211) {
        const { state } = met[at] as (typeof met)[number];
        for (const wrong of spoiledStates(state)) {
          const all = brokenIn(wrong);
          if (all === undefined || all.size === 0) continue;
          states++;
          for (const id of all) broken.add(id);
          for (const before of [undefined, state]) {
            const found = new Set(upheld.breaches(wrong, before).map(({ id }) => id));
            for (const id of all) if (!found.has(id)) missed.add(id);
          }
        }
      }
    }
    expect([...missed]).toEqual([]);
    expect(states).toBeGreaterThan(1000);
    expect(broken.size).toBeGreaterThan(30);
  });

  test('are asked a small part as often', () => {
    const upheld = new Upheld(INVARIANTS);
    const met = statesOf(watched);
    for (const { state, before } of met) upheld.breaches(state, before);
    expect(upheld.asked).toBeLessThan((met.length * INVARIANTS.length) / 4);
  });
});

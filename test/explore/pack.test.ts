/** A packed state is the state: what follows from it is what follows from the original, and names do not matter. */
import { describe, expect, test } from 'vitest';
import type { State } from '../../model/model.ts';
import { LETTER_NAMES } from '../../properties/explore/alphabet.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { Words } from '../../properties/explore/words.ts';

const everything: Configuration = {
  title: 'everything',
  processes: [
    { name: 'manager', manager: true, threads: 2, nodes: 1 },
    { name: 'a', threads: 2, nodes: 2 },
    { name: 'b', threads: 2, nodes: 2 },
  ],
  sizes: [0, 16, 1024],
  mapping: 8192,
  alphabet: LETTER_NAMES,
  limits: { transactions: 4, buffers: 4, counts: 2, deaths: 2, unread: 3 },
};

const textOf = (system: BinderSystem, state: State): string => {
  const row = new Words();
  system.pack(state, row);
  return row.values.subarray(0, row.length).join(' ');
};

const unpacked = (system: BinderSystem, state: State): State => {
  const row = new Words();
  system.pack(state, row);
  return system.unpack(row);
};

const successors = (system: BinderSystem, state: State): string[] => {
  const found: string[] = [];
  system.next(state, next => found.push(textOf(system, next)));
  return found.sort();
};

/** A walk with the steps of a small generator: the same in every run. */
const walk = (system: BinderSystem, seed: number, steps: number, visit: (state: State) => void): void => {
  let state = system.initial()[0] as State;
  let random = seed;
  for (let step = 0; step < steps; step++) {
    const nexts: State[] = [];
    system.next(state, next => nexts.push(next));
    if (nexts.length === 0) return;
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    state = nexts[(random >>> 8) % nexts.length] as State;
    visit(state);
  }
};

describe.each([true, false])('with symmetry %s', symmetry => {
  const system = new BinderSystem(everything, { symmetry, invariants: false });

  test('packing an unpacked state gives the same row', () => {
    let states = 0;
    for (let seed = 1; seed <= 4; seed++) {
      walk(system, seed, 40, state => {
        states++;
        expect(textOf(system, unpacked(system, state))).toBe(textOf(system, state));
      });
    }
    expect(states).toBeGreaterThan(100);
  });

  test('an unpacked state has the successors of the original', () => {
    for (let seed = 1; seed <= 2; seed++) {
      walk(system, seed, 20, state => {
        expect(successors(system, unpacked(system, state))).toEqual(successors(system, state));
      });
    }
  });
});

/** A packed state is the state: what follows from it is what follows from the original, and names do not matter. */
import { describe, expect, test } from 'vitest';
import type { Call } from '../../abi/call.ts';
import { specification, type State } from '../../model/model.ts';
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

describe('what the explorer has no ops for', () => {
  const system = new BinderSystem(everything, { symmetry: false, invariants: false });
  const who = { proc: 1, thread: 1, fd: 0 } as const;
  const surroundings: readonly Call[] = [
    { op: 'limit_fds', id: 1, proc: 1, free: 1 },
    { op: 'epoll_ctl', id: 2, ...who, ctl: 'add' },
    { op: 'ioctl', id: 3, ...who, cmd: 'BINDER_VERSION', arg: {} },
    { op: 'epoll_wait', id: 4, proc: 1, thread: 1 },
    { op: 'epoll_wait', id: 5, proc: 1, thread: 1, sleep: true },
  ];
  const after = (state: State, call: Call): State => {
    expect(specification.applicable(state, call), call.op).toBe(true);
    const [outcome] = specification.step(state, call);
    return outcome?.state as State;
  };

  /** The state behind calls, each of which gives a row of its own that unpacks to the same row. */
  const along = (calls: readonly Call[]): State => {
    const rows = new Set<string>();
    let state = system.initial()[0] as State;
    for (const call of calls) {
      state = after(state, call);
      rows.add(textOf(system, state));
      expect(textOf(system, unpacked(system, state))).toBe(textOf(system, state));
    }
    expect(rows.size).toBe(calls.length);
    return state;
  };

  test('epoll sets and limits of descriptors are in the row, each with a row of its own', () => {
    const state = along(surroundings);
    expect(unpacked(system, state).tasks.map(({ fdLimit }) => fdLimit)).toEqual(
      state.tasks.map(({ fdLimit }) => fdLimit),
    );
  });

  test('a sleeper of an unpacked state is woken as the original is', () => {
    const state = surroundings.reduce(after, system.initial()[0] as State);
    const signal: Call = { op: 'signal', id: 6, proc: 1, thread: 1 };
    for (const each of [state, unpacked(system, state)]) {
      const [outcome] = specification.step(each, signal);
      expect(outcome?.observation.completions.map(({ done }) => done)).toEqual([{ status: 'EINTR' }]);
    }
  });

  test('descriptors in other hands, and the records of their threads, are in the row', () => {
    const hands: readonly Call[] = [
      { op: 'share', id: 1, ...who, to: 2, as: 3 },
      { op: 'ioctl', id: 2, proc: 2, thread: 1, fd: 3, cmd: 'BINDER_VERSION', arg: {} },
      { op: 'close', id: 3, ...who },
    ];
    const state = along(hands);
    const again = unpacked(system, state);
    expect(specification.applicable(again, { op: 'poll', id: 4, proc: 2, thread: 1, fd: 3 })).toBe(true);
    const threads = (of: State): unknown => specification.snapshot(of).procs.map(each => each.threads);
    expect(threads(again)).toEqual(threads(state));
  });

  test('pages that user space let go of are in the row', () => {
    let found = 0;
    walk(system, 3, 60, state => {
      const file = state.files.find(({ arena }) => arena.live && arena.populated.length > 0);
      const call = { op: 'madvise', id: 1, proc: file?.proc ?? 0, thread: 5, fd: 0 } as const;
      if (file === undefined || !specification.applicable(state, call)) return;
      const next = after(state, call);
      found++;
      expect(textOf(system, next)).not.toBe(textOf(system, state));
      expect(textOf(system, unpacked(system, next))).toBe(textOf(system, next));
    });
    expect(found).toBeGreaterThan(0);
  });
});

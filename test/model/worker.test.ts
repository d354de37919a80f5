/** In which orders the files of a killed process may end (PROC-14): seen by somebody who is told of each death. */
import { expect, test } from 'vitest';
import type { Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { specification, type State } from '../../model/model.ts';

const MANAGER = { proc: 0, thread: 0, fd: 0 } as const;

/** A manager, and a process that opened the driver so many times and sent an object from each; the manager waits for the death of all. */
const watched = (files: number): readonly Op[] => {
  const ops: Op[] = [
    { op: 'open', id: 1, ...MANAGER },
    { op: 'mmap', id: 2, ...MANAGER, size: 8192 },
    { op: 'ioctl', id: 3, ...MANAGER, cmd: 'BINDER_SET_CONTEXT_MGR' },
  ];
  for (let fd = 0; fd < files; fd++) {
    const at = { proc: 1, thread: 0, fd };
    const id = 10 * (fd + 1);
    const message = { size: 24, objects: [{ type: 'BINDER' as const, at: 0, ptr: 16, cookie: 17 }] };
    ops.push(
      { op: 'open', id, ...at },
      { op: 'mmap', id: id + 1, ...at, size: 4096 },
      { op: 'write_read', id: id + 2, ...at, write: [{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 1, message }] },
      { op: 'write_read', id: id + 3, ...MANAGER, read: { size: 256 } },
      {
        ...{ op: 'write_read', id: id + 4, ...MANAGER },
        write: [
          { bc: 'BC_ACQUIRE', handle: { of: id + 2, slot: 0 } },
          { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: { of: id + 2, slot: 0 }, cookie: fd },
          { bc: 'BC_FREE_BUFFER', buffer: { of: id + 2 } },
        ],
      },
    );
  }
  return ops;
};

/** What the manager reads next, and the state behind it. */
const deathsRead = (state: State, id: number): { readonly cookies: readonly unknown[]; readonly state: State } => {
  const call = resolve(new Environment(), { op: 'write_read', id, ...MANAGER, read: { size: 256 } });
  const outcome = specification.step(state, call)[0];
  const result = outcome?.observation.result;
  if (outcome === undefined || result === undefined || result === 'pending') throw new Error('nothing was read');
  const cookies = (result.returns ?? []).flatMap(one => (one.br === 'BR_DEAD_BINDER' ? [one.cookie] : []));
  return { cookies, state: outcome.state };
};

const ordersOf = (files: number): readonly string[] => {
  const env = new Environment();
  let state = specification.initial({ devices: 1 });
  for (const op of watched(files)) {
    const [outcome] = specification.step(state, resolve(env, op));
    if (outcome === undefined) throw new Error(`op ${op.id} is not allowed`);
    env.learn(outcome.delivered);
    ({ state } = outcome);
  }
  const ways = specification.step(state, resolve(env, { op: 'kill', id: 90, proc: 1 }));
  return ways.map(way => {
    let seen = '';
    let after = way.state;
    for (let id = 91; seen.length < files; id++) {
      const read = deathsRead(after, id);
      seen += read.cookies.join('');
      after = read.state;
    }
    return seen;
  });
};

test.each([
  [1, ['0']],
  [2, ['10', '01']],
  [3, ['210', '120', '102', '021', '012']],
])('%i files end as a worker takes them that is asked in turn and takes the last first', (files, orders) => {
  expect(ordersOf(files)).toEqual(orders);
});

test('four files may end in fourteen orders, of five and more only three are allowed', () => {
  expect(new Set(ordersOf(4)).size).toBe(14);
  expect(ordersOf(5)).toEqual(['43210', '04321', '01234']);
});

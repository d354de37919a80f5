import { describe, expect, it } from 'vitest';
import type { Call } from '../../abi/call.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import { Judge } from '../../properties/judge.ts';
import { specification } from '../../model/model.ts';
import { guessing } from './toys.ts';

const world = { devices: 1 };
const set: Op = { op: 'set_nice', id: 1, proc: 0, thread: 0, nice: 0 };
const get: Op = { op: 'get_nice', id: 2, proc: 0, thread: 0 };
const shows = (id: number, nice?: number): Observation => ({
  op: id,
  result: { status: 'OK', ...(nice === undefined ? {} : { nice }) },
  completions: [],
});

describe('judge', () => {
  it('keeps every state that what was seen allows', () => {
    const judge = new Judge(guessing, world);
    expect(judge.observe(judge.call(set), shows(1))).toBeUndefined();
    expect(judge.hypotheses.map(({ state }) => state)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(judge.observe(judge.call(get), shows(2, 2))).toBeUndefined();
    expect(judge.hypotheses.map(({ state }) => state)).toEqual([4, 5]);
    expect(judge.widest).toBe(8);
  });

  it('answers all that was allowed when nothing of it was seen', () => {
    const judge = new Judge(guessing, world);
    judge.observe(judge.call(set), shows(1));
    const divergence = judge.observe(judge.call(get), shows(2, 9));
    expect(divergence?.allowed).toHaveLength(8);
    expect(judge.hypotheses).toHaveLength(8);
  });

  it('holds equal states once', () => {
    const coarse: typeof guessing = {
      ...guessing,
      step: (state, call) => guessing.step(state, call).map(outcome => ({ ...outcome, state: outcome.state >> 2 })),
    };
    const judge = new Judge(coarse, world);
    judge.observe(judge.call(set), shows(1));
    expect(judge.hypotheses).toHaveLength(2);
  });

  it('narrows by snapshots as well', () => {
    const judge = new Judge(guessing, world);
    judge.observe(judge.call(set), shows(1));
    const five = guessing.snapshot(5);
    expect(judge.observeSnapshot(five, true)).toBeUndefined();
    expect(judge.hypotheses.map(({ state }) => state)).toEqual([5]);
    expect(judge.observeSnapshot(guessing.snapshot(6), true)).toHaveLength(1);
  });

  it('refuses a call that some possible state has no place for', () => {
    const judge = new Judge(guessing, world);
    const kill: Call = { op: 'kill', id: 3, proc: 0 };
    expect(judge.applicable(kill)).toBe(false);
    expect(judge.applicable(judge.call(get))).toBe(true);
  });

  it('predicts as long as everything possible leads to the same call', () => {
    const judge = new Judge(specification, world);
    const ahead = judge.predict();
    const send: Op = {
      op: 'write_read',
      id: 4,
      proc: 1,
      thread: 0,
      fd: 0,
      write: [{ bc: 'BC_TRANSACTION', target: 0, code: 7, flags: 1, message: { size: 5, fill: 1 } }],
    };
    const ops: Op[] = [
      { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
      { op: 'mmap', id: 2, proc: 0, thread: 0, fd: 0, size: 4096 },
      { op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_SET_CONTEXT_MGR' },
      { op: 'open', id: 5, proc: 1, thread: 0, fd: 0 },
      send,
    ];
    for (const op of ops) {
      const call = ahead.call(op);
      if (typeof call === 'string') throw new Error(call);
      expect(ahead.advance(call)).toEqual([]);
    }
    expect(ahead.call({ op: 'close', id: 9, proc: 7, thread: 0, fd: 0 })).toBe('skip');
    const read = ahead.call({ op: 'write_read', id: 6, proc: 0, thread: 0, fd: 0, read: { size: 256 } });
    if (typeof read === 'string') throw new Error(read);
    expect(ahead.advance(read)).toEqual([{ proc: 0, fd: 0, buffer: 0, length: 8 }]);
    const free = ahead.call({
      op: 'write_read',
      id: 7,
      proc: 0,
      thread: 0,
      fd: 0,
      write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 4 } }],
    });
    expect(free).toMatchObject({ write: [{ buffer: 0 }] });
    expect(judge.hypotheses).toHaveLength(1);
    expect(judge.applicable(judge.call(send))).toBe(false);
  });
});

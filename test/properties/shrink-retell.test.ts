/** Logs retold as a whole: what the rewritten logs are, and what the specification says of them. */
import { describe, expect, it } from 'vitest';
import type { CommandSpec, Op } from '../../abi/op.ts';
import type { Pass } from '../../properties/shrink/pass.ts';
import { refuse, retell } from '../../properties/shrink/retell.ts';
import { returnsOf, setup, who } from './toys.ts';

const message = (size: number): Extract<CommandSpec, { bc: 'BC_TRANSACTION' }> => ({
  bc: 'BC_TRANSACTION',
  target: 0,
  code: 0,
  flags: 0,
  message: { size },
});

const candidatesOf = (pass: Pass, ops: readonly Op[]): readonly (readonly Op[])[] =>
  [...pass.candidates(ops, { at: 0 })].map(each => each.ops);

describe('a message that is delivered and freed', () => {
  const log: readonly Op[] = [
    ...setup,
    { op: 'write_read', id: 6, ...who(1), write: [message(100)] },
    { op: 'write_read', id: 7, ...who(0), read: { size: 256 } },
    { op: 'write_read', id: 8, ...who(0), write: [{ bc: 'BC_FREE_BUFFER', buffer: { of: 6 } }] },
  ];

  it('becomes one that is refused, without the read and without the free', () => {
    const [first] = candidatesOf(refuse, log);
    expect(first?.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(first?.at(-1)).toMatchObject({ write: [{ message: { size: 100 } }], read: { size: 256 } });
    expect(returnsOf(log)).toContain('BR_TRANSACTION');
    expect(returnsOf(first ?? [])).toContain('BR_FAILED_REPLY');
    expect(returnsOf(first ?? [])).not.toContain('BR_TRANSACTION');
  });

  it('is refused in the place of its bytes, or behind them', () => {
    const places = candidatesOf(refuse, log).map(ops => {
      const op = ops.find(({ id }) => id === 6);
      const [command] = (op?.op === 'write_read' ? op.write : undefined) ?? [];
      return command !== undefined && 'message' in command ? command.message.objects?.[0]?.at : undefined;
    });
    expect(new Set(places)).toEqual(new Set([0, 100]));
  });

  it('is refused as well where nobody frees it', () => {
    for (const ops of candidatesOf(refuse, log.slice(0, -1))) expect(returnsOf(ops)).toContain('BR_FAILED_REPLY');
    expect(candidatesOf(refuse, log.slice(0, -1)).length).toBeGreaterThan(0);
  });
});

describe('a log with replies', () => {
  const log: readonly Op[] = [
    ...setup,
    { op: 'write_read', id: 6, ...who(1), write: [message(0)] },
    { op: 'write_read', id: 7, ...who(0), read: { size: 256 } },
    {
      op: 'write_read',
      id: 8,
      ...who(0),
      write: [
        {
          bc: 'BC_REPLY',
          code: 0,
          flags: 0,
          message: { size: 24, objects: [{ type: 'HANDLE', at: 0, handle: { of: 6 } }] },
        },
      ],
    },
    { op: 'write_read', id: 9, ...who(1), read: { size: 256 } },
  ];

  it('is retold with messages to the manager alone, and never longer', () => {
    const all = candidatesOf(retell, log);
    expect(all.length).toBeGreaterThan(0);
    for (const ops of all) {
      expect(ops.length).toBeLessThanOrEqual(log.length);
      for (const op of ops) {
        if (op.op !== 'write_read') continue;
        for (const command of op.write ?? []) expect(command).toMatchObject({ bc: 'BC_TRANSACTION', target: 0 });
        expect(op.proc).toBe(op.write === undefined ? 0 : 1);
      }
    }
  });

  it('is retold without the empty call, and with an object of the sender in the place of a handle it was given', () => {
    const [first] = candidatesOf(retell, log);
    expect(first?.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 7, 8, 9]);
    expect(first?.find(({ id }) => id === 8)).toMatchObject({
      write: [{ message: { objects: [{ type: 'BINDER', at: 0 }] } }],
    });
    const delivered = candidatesOf(retell, log).filter(ops => returnsOf(ops).includes('BR_TRANSACTION'));
    expect(delivered.length).toBeGreaterThan(0);
  });

  it('is not retold where it is short, or has nobody to talk to', () => {
    expect(candidatesOf(retell, log.slice(0, 6))).toEqual([]);
    expect(
      candidatesOf(
        retell,
        log.filter(op => !('proc' in op) || op.proc === 0),
      ),
    ).toEqual([]);
  });
});

/** References of an op become the numbers of what arrived, or a stray number when nothing did. */
import { describe, expect, test } from 'vitest';
import type { Command, WriteRead } from '../../abi/call.ts';
import { objectHex } from '../../abi/codec.ts';
import type { Delivery } from '../../abi/observation.ts';
import { OpSchema, type CommandSpec, type Op } from '../../abi/op.ts';
import { Environment, FIRST_FILE, STRAY_ADDRESS, STRAY_FD, STRAY_HANDLE, resolve } from '../../abi/resolve.ts';
import type { Delivered } from '../../abi/specification.ts';
import type { WireObject } from '../../abi/objects.ts';
import { seederOf } from '../../conformance/campaign/seeds.ts';
import { OpLogArbitrary } from '../../properties/generator/arbitrary.ts';

const delivery = (buffer: number, objects: readonly WireObject[]): Delivery => ({
  br: 'BR_TRANSACTION',
  ptr: 0,
  cookie: 0,
  code: 0,
  flags: 0,
  sender: 0,
  euid: 0,
  dataSize: 24 * objects.length,
  offsetsSize: 8 * objects.length,
  buffer,
  offsetsAt: 0,
  data: objects.map(object => objectHex(object)).join(''),
  offsets: objects.map((_, slot) => slot * 24),
  pieces: [],
});

const arrived = (op: number, cmd: number, buffer: number, objects: readonly WireObject[] = []): Delivered => ({
  origin: { op, cmd },
  proc: 1,
  fd: 0,
  delivery: delivery(buffer, objects),
});

const handle = (number: number): WireObject => ({ type: 'HANDLE', flags: 0, handle: number, cookie: 0 });
const node: WireObject = { type: 'BINDER', flags: 0, ptr: 1, cookie: 2 };

const write = (env: Environment, spec: CommandSpec): Command => {
  const op = OpSchema.parse({ op: 'write_read', id: 9, proc: 1, thread: 0, fd: 0, write: [spec] });
  return (resolve(env, op) as WriteRead).write[0] as Command;
};

describe('a handle', () => {
  const env = new Environment();
  env.learn([arrived(4, 0, 0, [handle(1), node, handle(7)]), arrived(4, 1, 64, [handle(3)])]);

  test.each([
    [5, 5],
    [{ of: 4 }, 1],
    [{ of: 4, slot: 2 }, 7],
    [{ of: 4, cmd: 1 }, 3],
    [{ of: 4, cmd: 1, slot: 0 }, 3],
  ])('named %j is %i', (ref, number) => {
    expect(write(env, { bc: 'BC_ACQUIRE', handle: ref })).toEqual({ bc: 'BC_ACQUIRE', handle: number });
  });

  test.each([[{ of: 5 }], [{ of: 4, cmd: 2 }], [{ of: 4, slot: 1 }], [{ of: 4, slot: 9 }]])(
    'named %j is a stray',
    ref => {
      expect(write(env, { bc: 'BC_ACQUIRE', handle: ref })).toEqual({ bc: 'BC_ACQUIRE', handle: STRAY_HANDLE });
    },
  );

  test('is learned by the hypothesis that saw it and not by the one forked before', () => {
    const before = new Environment();
    const after = before.fork();
    after.learn([arrived(1, 0, 8, [handle(2)])]);
    expect(before.arrival(1)).toBeUndefined();
    expect(after.arrival(1)).toEqual({ proc: 1, fd: 0, buffer: 8, slots: [2] });
  });
});

describe('a buffer', () => {
  const env = new Environment();
  env.learn([arrived(2, 0, 128)]);

  test.each([
    [{ of: 2 }, 128],
    [{ of: 2, delta: -8 }, 120],
    [{ of: 2, delta: 4 }, 132],
    [{ of: 3 }, STRAY_ADDRESS],
    [{ address: '0xffffffffffffffff' }, { address: '0xffffffffffffffff' }],
  ])('named %j is %j', (ref, buffer) => {
    expect(write(env, { bc: 'BC_FREE_BUFFER', buffer: ref })).toEqual({ bc: 'BC_FREE_BUFFER', buffer });
  });
});

describe('a descriptor in a message', () => {
  const env = new Environment();
  env.learn([arrived(6, 0, 0, [{ type: 'FD', flags: 0, fd: 33, cookie: 0 }])]);

  test.each([
    [{ file: 2 }, FIRST_FILE + 2],
    [{ number: 77 }, 77],
    [{ of: 6 }, 33],
    [{ of: 7 }, STRAY_FD],
  ])('named %j is %i', (fd, number) => {
    const message = { size: 24, objects: [{ type: 'FD' as const, at: 0, fd }] };
    const command = write(env, { bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message });
    expect(command).toMatchObject({ message: { objects: [{ at: 0, object: { type: 'FD', fd: number } }] } });
  });
});

describe('a message', () => {
  const messageOf = (message: Extract<CommandSpec, { bc: 'BC_REPLY' }>['message']): unknown =>
    (write(new Environment(), { bc: 'BC_REPLY', code: 0, flags: 0, message }) as { message: unknown }).message;

  test('is filled behind its first bytes and cut to its size', () => {
    expect(messageOf({ size: 4, fill: 0xab })).toMatchObject({ data: 'abababab' });
    expect(messageOf({ size: 4, bytes: '0102', fill: 0xab })).toMatchObject({ data: '0102abab' });
    expect(messageOf({ size: 1, bytes: '0102' })).toMatchObject({ data: '01' });
  });

  test('has the places of its objects as offsets unless told', () => {
    const objects = [{ type: 'BINDER' as const, at: 8, ptr: 1, cookie: 1 }];
    expect(messageOf({ size: 32, objects })).toMatchObject({ offsets: [8], offsetsSize: 8 });
    expect(messageOf({ size: 32, objects, offsets: [] })).toMatchObject({ offsets: [], offsetsSize: 0 });
    expect(messageOf({ size: 32, objects, offsets: [4, 8], offsetsSize: 7 })).toMatchObject({
      offsets: [4, 8],
      offsetsSize: 7,
    });
  });

  test('larger than any memory has no data of its own', () => {
    expect(messageOf({ size: '0xffffffffffffffff' })).toMatchObject({ data: '', size: '0xffffffffffffffff' });
  });

  test('keeps an object that its end cuts only as far as it reaches', () => {
    const objects = [{ type: 'HANDLE' as const, at: 4, handle: 1 }];
    expect(messageOf({ size: 8, objects })).toMatchObject({ data: `00000000${objectHex(handle(1)).slice(0, 8)}` });
  });

  test('has one piece for each PTR that points somewhere, with descriptors written in', () => {
    const objects = [
      { type: 'PTR' as const, at: 0, bytes: '0000000000000000', fds: [{ at: 4, fd: { number: 0x0102 } }] },
      { type: 'PTR' as const, at: 40, bytes: 'ff', bad: true },
      { type: 'PTR' as const, at: 80, bytes: 'aabb', length: 1 },
    ];
    expect(messageOf({ size: 120, objects, buffersSize: 16 })).toMatchObject({
      pieces: ['0000000002010000', 'aabb'],
      buffersSize: 16,
      objects: [
        { object: { type: 'PTR', piece: 0, length: 8 } },
        { object: { type: 'PTR', piece: -1, length: 1 } },
        { object: { type: 'PTR', piece: 1, length: 1 } },
      ],
    });
  });
});

test('an op without references is the same for every environment', () => {
  const ops: Op[] = [
    { op: 'open', id: 1, proc: 0, thread: 0, fd: 0 },
    { op: 'mmap', id: 2, proc: 0, thread: 0, fd: 0, size: 4096 },
    { op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_VERSION' },
    { op: 'kill', id: 4, proc: 0 },
    { op: 'write_read', id: 5, proc: 0, thread: 0, fd: 0, read: { size: 256 } },
  ];
  expect(ops.map(op => resolve(new Environment(), op))).toEqual([
    { op: 'open', id: 1, proc: 0, thread: 0, fd: 0, device: 0, nonblock: false, readonly: false },
    { op: 'mmap', id: 2, proc: 0, thread: 0, fd: 0, size: 4096, prot: 'read', private: true },
    { op: 'ioctl', id: 3, proc: 0, thread: 0, fd: 0, cmd: 'BINDER_VERSION', arg: {} },
    { op: 'kill', id: 4, proc: 0 },
    {
      op: 'write_read',
      id: 5,
      proc: 0,
      thread: 0,
      fd: 0,
      write: [],
      writeConsumed: 0,
      read: { size: 256, consumed: 0 },
    },
  ]);
});

test('a call says all that its op says, of whatever kind', () => {
  const arbitrary = new OpLogArbitrary({ devices: 2 });
  const kinds = new Set<string>();
  for (let sequence = 0; sequence < 300; sequence++) {
    const env = new Environment();
    for (const op of arbitrary.draw(seederOf(3, sequence))) {
      if (op.op === 'write_read' || op.op === 'ioctl') continue;
      kinds.add(op.op);
      expect(resolve(env, op)).toMatchObject(op);
    }
  }
  expect(kinds.size).toBe(23);
});

/** The optimised driver at its byte-level face: one copy, parked threads, faults, and bytes that mean nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BC, BINDER_BUFFER_FLAG_HAS_PARENT, IOCTL, OBJECT_TYPE, TF_ONE_WAY } from '../../abi/constants.ts';
import { encodeObject } from '../../abi/codec.ts';
import type { WireObject } from '../../abi/objects.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { EAGAIN, EFAULT, EINTR, EINVAL, OK, PARKED } from '../../impl/result.ts';
import { MAPPING, NOWHERE, User } from './user.ts';

const patterned = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7 + 3) & 0xff);

const objectBytes = (size: number, ...objects: readonly (readonly [number, WireObject])[]): Uint8Array => {
  const bytes = new Uint8Array(size);
  for (const [at, object] of objects) encodeObject(new DataView(bytes.buffer), at, object);
  return bytes;
};

const setUp = (nonblock = true): { driver: BinderDriver; server: User; client: User } => {
  const driver = new BinderDriver();
  const server = new User(driver, 1000, nonblock);
  const client = new User(driver, 1100, nonblock);
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR, 0)).toBe(OK);
  expect(client.ioctl(IOCTL.BINDER_VERSION, 0)).toBe(OK);
  return { driver, server, client };
};

describe('a payload', () => {
  test('is copied once each way', () => {
    const { driver, server, client } = setUp();
    const data = patterned(1000);
    expect(client.send('BC_TRANSACTION', { data }).run()).toBe(OK);
    expect(driver.copied).toBe(1000);
    expect(server.run(256)).toBe(OK);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION']);
    expect(server.process.arena.peek(0, 1000)).toEqual(data);
    expect(server.send('BC_REPLY', { data: patterned(17) }).run()).toBe(OK);
    expect(client.run(256)).toBe(OK);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE', 'BR_REPLY']);
    expect(client.process.arena.peek(0, 17)).toEqual(patterned(17));
    expect(driver.copied).toBe(1017);
  });

  test('is copied around its objects, and its pieces around the pointers in them', () => {
    const { driver, server, client } = setUp();
    const parent = { type: 'PTR', flags: 0, buffer: client.pieces, length: 16, parent: 0, parentOffset: 0 } as const;
    const child = {
      type: 'PTR',
      flags: BINDER_BUFFER_FLAG_HAS_PARENT,
      buffer: client.pieces + 16,
      length: 8,
      parent: 0,
      parentOffset: 8,
    } as const;
    const data = objectBytes(100, [4, parent], [44, child]);
    client.send('BC_TRANSACTION', { data, offsets: [4, 44], pieces: patterned(24) });
    expect(client.run()).toBe(OK);
    expect(client.wrote).toBe(76);
    server.run(256);
    // Data without its two objects, two offsets, and the pieces without the pointer that the driver writes.
    expect(driver.copied).toBe(100 - 80 + 16 + 24 - 8);
    const { view, base } = server.process.arena;
    expect(base).toBe(MAPPING);
    // Data 104 (rounded), offsets 16, then the parent's 16 bytes, then the child's.
    expect(view.getUint32(120 + 8, true)).toBe(MAPPING + 136);
    expect(server.process.arena.peek(136, 8)).toEqual(patterned(24).slice(16));
  });
});

describe('a thread that waits', () => {
  test('parks, and is completed by the call that brings it work', () => {
    const { driver, server, client } = setUp(false);
    expect(server.run(256)).toBe(PARKED);
    expect(driver.takeCompleted()).toBeUndefined();
    expect(client.send('BC_TRANSACTION', { data: patterned(8), flags: TF_ONE_WAY }).run()).toBe(OK);
    const completed = driver.takeCompleted();
    expect(completed?.task).toBe(server.task);
    expect(completed?.result).toBe(OK);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION']);
  });

  test('is interrupted by a signal', () => {
    const { driver, server } = setUp(false);
    expect(server.run(256)).toBe(PARKED);
    driver.signal(server.task);
    expect(driver.takeCompleted()?.result).toBe(EINTR);
    expect(server.read).toBe(0);
  });

  test('hears of the death of whoever handles its call', () => {
    const { driver, server, client } = setUp(false);
    expect(client.send('BC_TRANSACTION').run(256)).toBe(PARKED);
    driver.exit(server.task.group, [server.process]);
    expect(driver.takeCompleted()?.task).toBe(client.task);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE', 'BR_DEAD_REPLY']);
  });
});

describe('what is refused', () => {
  test('an unknown ioctl leaves a thread record behind', () => {
    const driver = new BinderDriver();
    const user = new User(driver, 1000);
    expect(user.ioctl(0x1234_5678)).toBe(EINVAL);
    expect(user.process.threads.size).toBe(1);
  });

  test('an unknown command stops the write where it stands', () => {
    const { client } = setUp();
    client.command('BC_ENTER_LOOPER').command('BC_ATTEMPT_ACQUIRE');
    expect(client.run(256)).toBe(EINVAL);
    expect(client.wrote).toBe(4);
    expect(client.read).toBe(0);
  });

  test('unreadable commands and unwritable read buffers are faults', () => {
    const { client } = setUp();
    expect(client.command('BC_ENTER_LOOPER').run(0, undefined, NOWHERE)).toBe(EFAULT);
    expect(client.run(256, NOWHERE)).toBe(EFAULT);
    expect(client.run(256)).toBe(EAGAIN);
  });

  test('a call to nobody is told to its sender alone', () => {
    const { client } = setUp();
    client.send('BC_TRANSACTION', { target: 99 }).command('BC_ENTER_LOOPER');
    expect(client.run(256)).toBe(OK);
    expect(client.wrote).toBe(68);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_FAILED_REPLY']);
  });

  test('a buffer is freed once, and only by its own address', () => {
    const { server, client } = setUp();
    client.send('BC_TRANSACTION', { data: patterned(8), flags: TF_ONE_WAY }).run();
    server.command('BC_FREE_BUFFER', MAPPING, 0).run(256);
    expect(server.process.arena.allocated).toBe(1);
    const [low, high] = server.delivered();
    server.command('BC_FREE_BUFFER', low + 8, high).run();
    expect(server.process.arena.allocated).toBe(1);
    server.command('BC_FREE_BUFFER', low, high).command('BC_FREE_BUFFER', low, high).run();
    expect(server.process.arena.allocated).toBe(0);
  });
});

describe('bytes that mean nothing', () => {
  const words = fc.oneof(
    fc.constantFrom(...Object.values(BC), ...Object.values(OBJECT_TYPE)),
    fc.nat(40),
    fc.constantFrom(0x13000, 0x15000, 0x16000, MAPPING, 0xffff_ffff),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  );

  test('are answered, never thrown at, and leave nothing behind when everybody is gone', () => {
    fc.assert(
      fc.property(fc.array(fc.array(words, { maxLength: 60 }), { maxLength: 12 }), buffers => {
        const { driver, server, client } = setUp();
        buffers.forEach((buffer, turn) => {
          const user = turn % 2 === 0 ? client : server;
          // The same words are commands, data, offsets and pieces.
          for (const place of [0x1000, 0x3000, 0x5000, 0x6000]) {
            buffer.forEach((word, at) => user.view.setUint32(place + at * 4, word, true));
          }
          const argument = [buffer.length * 4, 0, 0, 0, 0x11000, 0, 512, 0, 0, 0, 0x12000, 0];
          expect([OK, EINVAL, EFAULT, EAGAIN]).toContain(user.ioctl(IOCTL.BINDER_WRITE_READ, ...argument));
        });
        driver.exit(client.task.group, [client.process]);
        driver.exit(server.task.group, [server.process]);
        const { procs, threads, nodes, refs, deaths, transactions, completions } = driver.core;
        const live = [procs, threads, nodes, refs, deaths, transactions, completions].map(tally => tally.live);
        expect(live).toEqual([0, 0, 0, 0, 0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});

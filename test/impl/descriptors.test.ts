/** Descriptors in messages: held at send, numbered at delivery, and what happens when there are no numbers left. */
import { describe, expect, test } from 'vitest';
import { encodeObject } from '../../abi/codec.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, IOCTL, TF_ACCEPT_FDS, TF_ONE_WAY } from '../../abi/constants.ts';
import { Descriptors } from '../../conformance/targets/impl-files.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { FileTable } from '../../impl/files.ts';
import { EAGAIN, ENOMEM, OK, PARKED } from '../../impl/result.ts';
import { User } from './user.ts';

/** A table with one file under every number from 100 up, and room for `room` more from 3 up. */
class SmallTable extends FileTable {
  held = 0;
  installed = 0;
  readonly room: number;

  constructor(room: number) {
    super();
    this.room = room;
  }

  override take(fd: number): number {
    if (fd < 100) return -1;
    this.held++;
    return fd;
  }

  override install(): number {
    return this.installed < this.room ? 3 + this.installed++ : -1;
  }

  override drop(): void {
    this.held--;
  }

  override close(): void {
    this.installed--;
    this.held--;
  }
}

const files = (...numbers: readonly number[]): { readonly data: Uint8Array; readonly offsets: number[] } => {
  const data = new Uint8Array(numbers.length * 24);
  const view = new DataView(data.buffer);
  numbers.forEach((fd, slot) => encodeObject(view, slot * 24, { type: 'FD', flags: 0, fd, cookie: 7 }));
  return { data, offsets: numbers.map((_, slot) => slot * 24) };
};

/** A manager whose node takes files, with room for two, and its client. */
const setUp = (): { driver: BinderDriver; server: User; client: User; table: SmallTable } => {
  const driver = new BinderDriver();
  const table = new SmallTable(2);
  const server = new User(driver, 1000, false, 1 << 16, table);
  const client = new User(driver, 1100, false, 1 << 16, table);
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR_EXT, 0, FLAT_BINDER_FLAG_ACCEPTS_FDS, 0, 0, 0, 0)).toBe(OK);
  expect(client.ioctl(IOCTL.BINDER_VERSION, 0)).toBe(OK);
  return { driver, server, client, table };
};

describe('a descriptor in a message', () => {
  test('becomes the lowest free number of the reader when it is read, and is nothing before', () => {
    const { server, client, table } = setUp();
    client.send('BC_TRANSACTION', { ...files(150, 151), flags: TF_ONE_WAY }).run();
    expect([table.held, table.installed]).toEqual([2, 0]);
    expect(server.process.arena.view.getUint32(8, true)).toBe(0);
    server.run(256);
    const { view } = server.process.arena;
    expect([view.getUint32(8, true), view.getUint32(32, true)]).toEqual([3, 4]);
    expect(table.installed).toBe(2);
  });

  test('fails the call when it is bad, and lets go of those before it', () => {
    const { client, table } = setUp();
    client.send('BC_TRANSACTION', files(150, 9)).run(256);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_FAILED_REPLY']);
    expect(client.process.arena.allocated).toBe(0);
    expect(table.held).toBe(0);
  });

  test('fails the call at its reader when there are no numbers, and the reader goes on waiting', () => {
    const { driver, server, client, table } = setUp();
    expect(server.run(256)).toBe(PARKED);
    expect(driver.takeCompleted()).toBeUndefined();
    client.send('BC_TRANSACTION', files(150, 151, 152)).run(256);
    expect(driver.takeCompleted()?.task).toBe(client.task);
    expect(driver.takeCompleted()).toBeUndefined();
    expect(client.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE', 'BR_FAILED_REPLY']);
    expect([table.held, table.installed]).toEqual([0, 0]);
    expect(server.process.arena.allocated).toBe(0);
    expect(server.process.waiting?.task).toBe(server.task);
  });
});

/** A message with more files than the server has numbers for. */
const tooMany = files(150, 151, 152);
/** An object of the server. */
const object = (): { readonly data: Uint8Array; readonly offsets: number[] } => {
  const data = new Uint8Array(24);
  encodeObject(new DataView(data.buffer), 0, { type: 'BINDER', flags: 0, ptr: 0x40, cookie: 0x41 });
  return { data, offsets: [0] };
};

describe('a message that its reader has no numbers for', () => {
  test('leaves the numbers that were tried in the bytes of its freed buffer', () => {
    const { server, client } = setUp();
    client.send('BC_TRANSACTION', { ...tooMany, flags: TF_ONE_WAY }).run();
    server.run();
    server.process.nonblock = true;
    expect(server.run(256)).toBe(EAGAIN);
    const { view, allocated } = server.process.arena;
    expect([allocated, view.getUint32(8, true), view.getUint32(32, true), view.getUint32(56, true)]).toEqual([
      0, 3, 4, 0,
    ]);
  });

  test('lets the next oneway to its node come forward', () => {
    const { server, client } = setUp();
    client.send('BC_TRANSACTION', { ...tooMany, flags: TF_ONE_WAY });
    client.send('BC_TRANSACTION', { code: 8, flags: TF_ONE_WAY }).run();
    expect(server.run(256)).toBe(OK);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION']);
  });

  test('becomes a failed reply when it is a reply, and its sender hears nothing of it', () => {
    const { server, client, table } = setUp();
    client.send('BC_TRANSACTION', { flags: TF_ACCEPT_FDS }).run();
    server.run(256);
    server.send('BC_REPLY', tooMany).run(256);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE']);
    client.run(256);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE', 'BR_FAILED_REPLY']);
    expect([table.held, client.process.arena.allocated]).toEqual([0, 0]);
  });

  test('makes the read fail where a node of the reader has lost its last count', () => {
    const { server, client } = setUp();
    client.send('BC_TRANSACTION').run();
    server.run(256);
    server.send('BC_REPLY', object()).run(256);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_INCREFS', 'BR_ACQUIRE', 'BR_TRANSACTION_COMPLETE']);
    server.command('BC_INCREFS_DONE', 0x40, 0, 0x41, 0).command('BC_ACQUIRE_DONE', 0x40, 0, 0x41, 0).run();
    client.run(256);
    client
      .send('BC_TRANSACTION', tooMany)
      .command('BC_FREE_BUFFER', ...client.delivered())
      .run();
    const { size } = server.process.nodes;
    expect(server.run(256)).toBe(ENOMEM);
    expect([server.read, server.process.nodes.size]).toEqual([0, size - 1]);
  });

  test.each([
    { nonblock: true, answers: [ENOMEM, OK] },
    { nonblock: false, answers: [OK] },
  ])('makes a read that looks again fail where it would not wait: nonblock $nonblock', ({ nonblock, answers }) => {
    const { driver, server, client } = setUp();
    server.ioctl(IOCTL.BINDER_VERSION, 0);
    // The read has no room for the call, which stays with the thread.
    expect(server.run(8)).toBe(PARKED);
    client.send('BC_TRANSACTION', tooMany).run();
    expect(driver.takeCompleted()?.result).toBe(OK);
    client.send('BC_TRANSACTION', { flags: TF_ONE_WAY }).run();
    server.process.nonblock = nonblock;
    expect(answers.map(() => server.run(256))).toEqual(answers);
    expect(server.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION']);
  });
});

describe('the table of a process of a log', () => {
  test('has as many free numbers as it was left, and gets no higher ones', () => {
    const table = new Descriptors();
    expect(table.install()).toBe(3);
    table.limit(2);
    expect([table.install(), table.full, table.install(), table.full, table.install()]).toEqual([
      4,
      false,
      5,
      true,
      -1,
    ]);
  });

  test('gives a number below its limit again once that is closed', () => {
    const table = new Descriptors();
    table.limit(1);
    table.install();
    expect(table.full).toBe(true);
    table.close(3);
    expect([table.full, table.install()]).toEqual([false, 3]);
  });

  test('has no limit again when that is taken away', () => {
    const table = new Descriptors();
    table.limit(0);
    expect(table.full).toBe(true);
    table.limit(undefined);
    expect(table.install()).toBe(3);
  });
});

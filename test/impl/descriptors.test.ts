/** Descriptors in messages: held at send, numbered at delivery, and what happens when there are no numbers left. */
import { describe, expect, test } from 'vitest';
import { encodeObject } from '../../abi/codec.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, IOCTL, TF_ONE_WAY } from '../../abi/constants.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { FileTable } from '../../impl/files.ts';
import { OK, PARKED } from '../../impl/result.ts';
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

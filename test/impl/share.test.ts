/** One open file in the hands of two processes: what is the opener's, and what is whose call it is. */
import { describe, expect, test } from 'vitest';
import { encodeObject } from '../../abi/codec.ts';
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, IOCTL, TF_ONE_WAY } from '../../abi/constants.ts';
import { TRANSACTION_DATA } from '../../abi/layout.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { FileTable } from '../../impl/files.ts';
import { EINVAL, OK, PARKED } from '../../impl/result.ts';
import { User } from './user.ts';

const { fields } = TRANSACTION_DATA;

/** A table with files under all numbers from 100 up; received ones go from 3 up. */
class Table extends FileTable {
  readonly received = new Set<number>();

  override take(fd: number): number {
    return fd < 100 ? -1 : fd;
  }

  override install(): number {
    const fd = 3 + this.received.size;
    this.received.add(fd);
    return fd;
  }

  override close(fd: number): void {
    this.received.delete(fd);
  }
}

/** A manager that takes files, a client, and a process that was handed the file of one of them. */
const setUp = (
  whose: 'server' | 'client',
): { driver: BinderDriver; server: User; client: User; guest: User; tables: Record<'server' | 'guest', Table> } => {
  const driver = new BinderDriver();
  const tables = { server: new Table(), guest: new Table() };
  const server = new User(driver, 1000, true, 1 << 16, tables.server);
  const client = new User(driver, 1100, true, 1 << 16, new Table());
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR_EXT, 0, FLAT_BINDER_FLAG_ACCEPTS_FDS, 0, 0, 0, 0)).toBe(OK);
  const { process } = whose === 'server' ? server : client;
  const guest = new User(driver, 1200, true, 1 << 16, tables.guest, process);
  for (const user of [client, guest]) expect(user.ioctl(IOCTL.BINDER_VERSION, 0)).toBe(OK);
  return { driver, server, client, guest, tables };
};

/** The pid and the user that the message among the returns names. */
const senderOf = (user: User): number[] => {
  const { at } = user.seen().find(({ br }) => br === 'BR_TRANSACTION') as { readonly at: number };
  return [user.view.getInt32(at + fields.sender_pid.at, true), user.view.getUint32(at + fields.sender_euid.at, true)];
};

describe('a call through a file of another process', () => {
  test('is in the name of the opener, and answered to the thread that made it', () => {
    const { server, client, guest } = setUp('client');
    client.task.group.euid = 7;
    guest.task.group.euid = 8;
    guest.send('BC_TRANSACTION').run();
    server.run(256);
    expect(senderOf(server)).toEqual([1100, 7]);
    server.send('BC_REPLY').run();
    guest.run(256);
    expect(guest.names()).toEqual(['BR_NOOP', 'BR_TRANSACTION_COMPLETE', 'BR_REPLY']);
    expect([...client.process.threads.keys()]).toEqual([1100, 1200]);
  });

  test('is in nobody’s name once the opener has ended', () => {
    const { driver, server, client, guest } = setUp('client');
    client.task.group.euid = 7;
    driver.exit(client.task.group, [client.process]);
    guest.send('BC_TRANSACTION').run();
    server.run(256);
    expect(senderOf(server)).toEqual([0, 7]);
  });

  test('to the manager fails where the opener is the manager', () => {
    const { guest } = setUp('server');
    guest.send('BC_TRANSACTION').run(256);
    expect(guest.names()).toEqual(['BR_NOOP', 'BR_FAILED_REPLY']);
  });

  test('is charged to the process that makes it', () => {
    const { server, guest } = setUp('client');
    guest.send('BC_TRANSACTION', { flags: TF_ONE_WAY }).run();
    expect(server.process.arena.first?.pid).toBe(1200);
  });
});

describe('a message that a process reads from a file of another one', () => {
  test('has the address that it has for the opener, and gives its descriptors to the reader', () => {
    const { server, client, guest, tables } = setUp('server');
    const data = new Uint8Array(24);
    encodeObject(new DataView(data.buffer), 0, { type: 'FD', flags: 0, fd: 150, cookie: 0 });
    client.send('BC_TRANSACTION', { data, offsets: [0] }).run();
    guest.run(256);
    expect(guest.delivered()[0]).toBe(server.process.arena.base);
    expect([[...tables.server.received], [...tables.guest.received]]).toEqual([[], [3]]);
  });

  test('is freed by whoever has the file, and its arrays are closed there', () => {
    const { server, client, guest, tables } = setUp('server');
    const data = new Uint8Array(76);
    const view = new DataView(data.buffer);
    const pieces = new Uint8Array(8);
    new DataView(pieces.buffer).setUint32(0, 150, true);
    encodeObject(view, 4, { type: 'PTR', flags: 0, buffer: client.pieces, length: 8, parent: 0, parentOffset: 0 });
    encodeObject(view, 44, { type: 'FDA', numFds: 1, parent: 0, parentOffset: 0 });
    tables.guest.received.add(3);
    client.send('BC_TRANSACTION', { data, offsets: [4, 44], pieces }).run();
    server.run(256);
    expect([...tables.server.received]).toEqual([3]);
    guest.command('BC_FREE_BUFFER', ...server.delivered()).run();
    expect([[...tables.server.received], [...tables.guest.received]]).toEqual([[3], []]);
    expect(server.process.arena.allocated).toBe(0);
  });
});

describe('an open file in several hands', () => {
  test('is mapped by its opener only', () => {
    const driver = new BinderDriver();
    const opener = new User(driver, 1000, true, 0);
    const guest = new User(driver, 1200, true, 0, new FileTable(), opener.process);
    const map = (user: User): number =>
      driver.mmap(opener.process, user.task, 0x7000_0000, 4096, { read: true, write: false });
    expect([map(guest), map(opener)]).toEqual([EINVAL, OK]);
  });

  test('returns everybody’s read when one of them closes it, and lives until all have', () => {
    const { driver, server, guest, client } = setUp('server');
    server.process.nonblock = false;
    expect(server.run(256)).toBe(PARKED);
    driver.close(guest.process);
    expect(driver.takeCompleted()?.task).toBe(server.task);
    expect(server.names()).toEqual(['BR_NOOP']);
    driver.share(server.process);
    driver.exit(server.task.group, [server.process]);
    expect(driver.core.processes).toContain(server.process);
    client.send('BC_TRANSACTION').run(256);
    expect(client.names()).toEqual(['BR_NOOP', 'BR_DEAD_REPLY']);
    driver.close(server.process);
    expect(driver.core.processes).not.toContain(server.process);
  });
});

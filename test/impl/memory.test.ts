/** What the owner of a mapping may do to its own view of it, and what the driver makes of that: nothing. */
import { describe, expect, test } from 'vitest';
import { IOCTL, TF_ONE_WAY } from '../../abi/constants.ts';
import { PAGE } from '../../abi/ids.ts';
import { BinderDriver } from '../../impl/driver.ts';
import { fileIo } from '../../impl/files.ts';
import { EACCES, EBADF, EINVAL, ESPIPE, OK } from '../../impl/result.ts';
import { User } from './user.ts';

/** A manager, its client, and a oneway of two pages that was delivered and begins with the first page. */
const setUp = (): { driver: BinderDriver; server: User; client: User } => {
  const driver = new BinderDriver();
  const server = new User(driver, 1000);
  const client = new User(driver, 1100);
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR, 0)).toBe(OK);
  send(client, 7);
  server.run(256);
  return { driver, server, client };
};

const send = (client: User, fill: number): void => {
  client.send('BC_TRANSACTION', { flags: TF_ONE_WAY, data: new Uint8Array(2 * PAGE).fill(fill) }).run();
};

/** The first byte of each of the first pages as their owner sees it. */
const pages = (server: User, count: number): (number | undefined)[] =>
  Array.from({ length: count }, (_, page) => server.process.arena.peek(page * PAGE, 1)?.[0]);

const free = (server: User): void => {
  server.command('BC_FREE_BUFFER', ...server.delivered()).run();
};

describe('pages that their owner gave up', () => {
  test('are out of its sight, and the driver counts them as before', () => {
    const { driver, server } = setUp();
    const { pages: counts } = server.process.arena;
    expect(driver.madvise(server.process, PAGE, 1)).toBe(OK);
    expect(pages(server, 3)).toEqual([7, undefined, undefined]);
    expect([counts.active, counts.reclaimable]).toEqual([2, 0]);
  });

  test('stay out of sight when they are freed and used again', () => {
    const { driver, server, client } = setUp();
    driver.madvise(server.process, 0, PAGE);
    free(server);
    send(client, 8);
    expect(pages(server, 2)).toEqual([undefined, 8]);
    expect(server.process.arena.bytes[0]).toBe(8);
  });

  test('come back once they were reclaimed and populated again', () => {
    const { driver, server, client } = setUp();
    driver.madvise(server.process, 0, 2 * PAGE);
    driver.reclaim();
    expect(pages(server, 2)).toEqual([undefined, undefined]);
    free(server);
    driver.reclaim();
    send(client, 9);
    expect(pages(server, 2)).toEqual([9, 9]);
  });

  test('are those that exist: a page that comes later is seen', () => {
    const { driver, server, client } = setUp();
    expect(driver.madvise(server.process, 0, 1 << 16)).toBe(OK);
    send(client, 9);
    free(server);
    server.run(256);
    expect(server.process.arena.peek(2 * PAGE, 1)?.[0]).toBe(9);
  });

  test('begin with a page, or none is given up', () => {
    const { driver, server } = setUp();
    expect(driver.madvise(server.process, 8, PAGE)).toBe(EINVAL);
    expect(driver.madvise(server.process, 0, 0)).toBe(OK);
    expect(pages(server, 2)).toEqual([7, 7]);
  });

  test('are not asked for where the mapping is gone', () => {
    const { driver, server } = setUp();
    driver.munmap(server.process, 0, PAGE);
    expect(driver.madvise(server.process, 0, 1 << 16)).toBe(OK);
    expect(pages(server, 2)).toEqual([undefined, undefined]);
    driver.munmap(server.process, PAGE, 1 << 16);
    expect(driver.madvise(server.process, 0, PAGE)).toBe(OK);
  });
});

describe('the protection of a mapping', () => {
  test('never allows writing', () => {
    const { driver, server } = setUp();
    expect(driver.mprotect(server.process, { read: true, write: true })).toBe(EACCES);
    expect(pages(server, 2)).toEqual([7, 7]);
  });

  test('takes the sight of its owner and gives it back', () => {
    const { driver, server } = setUp();
    expect(driver.mprotect(server.process, { read: false, write: false })).toBe(OK);
    expect(pages(server, 2)).toEqual([undefined, undefined]);
    expect(driver.mprotect(server.process, { read: true, write: false })).toBe(OK);
    expect(pages(server, 2)).toEqual([7, 7]);
  });
});

describe('an open file as a file', () => {
  test('has neither bytes nor a position', () => {
    expect((['read', 'write', 'lseek'] as const).map(call => fileIo(call, false))).toEqual([EINVAL, EINVAL, ESPIPE]);
    expect(fileIo('write', true)).toBe(EBADF);
  });
});

/** epoll over the optimised driver: what goes on the ready list, who wakes, and when a watch is stale. */
import { describe, expect, test } from 'vitest';
import { IOCTL, TF_ONE_WAY } from '../../abi/constants.ts';
import { BinderDriver } from '../../impl/driver.ts';
import type { Epoll } from '../../impl/epoll.ts';
import { EEXIST, ENOENT, OK, PARKED } from '../../impl/result.ts';
import { Task } from '../../impl/task.ts';
import { END, User } from './user.ts';

const FD = 5;
const ANY = Infinity;

/** A manager whose thread watches its file and has nothing to do, and a client. */
const setUp = (): { driver: BinderDriver; server: User; client: User; epoll: Epoll } => {
  const driver = new BinderDriver();
  const server = new User(driver, 1000, false);
  const client = new User(driver, 1100, false);
  expect(server.ioctl(IOCTL.BINDER_SET_CONTEXT_MGR, 0)).toBe(OK);
  expect(client.ioctl(IOCTL.BINDER_VERSION, 0)).toBe(OK);
  const epoll = driver.epollCreate(server.task.group);
  expect(driver.epollCtl(epoll, server.process, server.task, FD, 'add')).toBe(OK);
  return { driver, server, client, epoll };
};

/** One more thread of a process, with a record in which nothing is due. */
const secondThread = (driver: BinderDriver, user: User): Task => {
  const task = new Task(user.task.tid + 1, user.task.group, user.memory);
  expect(driver.ioctl(user.process, task, IOCTL.BINDER_VERSION, END - 8)).toBe(OK);
  return task;
};

const oneway = (client: User): number => client.send('BC_TRANSACTION', { flags: TF_ONE_WAY }).run();

/** Tids of the threads whose sleep is over. */
const awake = (driver: BinderDriver): number[] => {
  const tids: number[] = [];
  for (let wait = driver.takeWaited(); wait !== undefined; wait = driver.takeWaited()) tids.push(wait.task.tid);
  return tids;
};

describe('a watched file', () => {
  test('is readable for a new thread until its next ioctl', () => {
    const { driver, server, epoll } = setUp();
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([]);
    const task = new Task(1001, server.task.group, server.memory);
    const other = driver.epollCreate(task.group);
    driver.epollCtl(other, server.process, task, FD, 'add');
    expect(driver.epollWait(other, task, ANY, false)).toEqual([FD]);
    expect(driver.epollWait(other, task, ANY, false)).toEqual([FD]);
    expect(driver.ioctl(server.process, task, IOCTL.BINDER_VERSION, END - 8)).toBe(OK);
    expect(driver.epollWait(other, task, ANY, false)).toEqual([]);
  });

  test('is readable while a message waits', () => {
    const { driver, server, client, epoll } = setUp();
    oneway(client);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([FD]);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([FD]);
    server.run(256);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([]);
  });

  test('is watched once, and asked again or taken away only while it is', () => {
    const { driver, server, epoll } = setUp();
    const change = (how: 'add' | 'mod' | 'del'): number => driver.epollCtl(epoll, server.process, server.task, FD, how);
    expect([change('add'), change('del'), change('del'), change('mod'), change('add')]).toEqual([
      EEXIST,
      OK,
      ENOENT,
      ENOENT,
      OK,
    ]);
  });

  test('leaves the set when it is gone for good, and not before', () => {
    const { driver, server, client, epoll } = setUp();
    oneway(client);
    driver.close(server.process);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([FD]);
    driver.munmap(server.process, 0, 1 << 16);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([]);
    expect([epoll.watches.size, epoll.ready.length]).toEqual([0, 0]);
  });
});

describe('a thread asleep in epoll_wait', () => {
  test('wakes with every other idle one when nobody waits in a read', () => {
    const { driver, server, client, epoll } = setUp();
    const task = secondThread(driver, server);
    const other = driver.epollCreate(task.group);
    driver.epollCtl(other, server.process, task, FD, 'add');
    expect(driver.epollWait(epoll, server.task, ANY, true)).toBeNull();
    expect(driver.epollWait(other, task, ANY, true)).toBeNull();
    expect(awake(driver)).toEqual([]);
    oneway(client);
    expect(awake(driver).sort()).toEqual([1000, 1001]);
  });

  test('sleeps on where a reader gets the message', () => {
    const { driver, server, client } = setUp();
    const task = secondThread(driver, server);
    const other = driver.epollCreate(task.group);
    driver.epollCtl(other, server.process, task, FD, 'add');
    expect(driver.epollWait(other, task, ANY, true)).toBeNull();
    expect(server.run(256)).toBe(PARKED);
    oneway(client);
    expect(driver.takeCompleted()?.task).toBe(server.task);
    expect(awake(driver)).toEqual([]);
    expect(task.wait).not.toBeNull();
  });

  test('sleeps on when a descriptor is closed, and sees that only when it is asked again', () => {
    const { driver, server, epoll } = setUp();
    expect(driver.epollWait(epoll, server.task, ANY, true)).toBeNull();
    driver.flush(server.process);
    expect(awake(driver)).toEqual([]);
    driver.signal(server.task);
    expect(driver.takeWaited()?.found).toEqual([]);
    expect(driver.poll(server.process, server.task)).toBe(true);
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([]);
    driver.epollCtl(epoll, server.process, server.task, FD, 'mod');
    expect(driver.epollWait(epoll, server.task, ANY, false)).toEqual([FD]);
  });

  test('wakes for the reply to its own call, whose completion alone does not wake it', () => {
    const { driver, server, client } = setUp();
    const epoll = driver.epollCreate(client.task.group);
    driver.epollCtl(epoll, client.process, client.task, FD, 'add');
    client.send('BC_TRANSACTION').run();
    expect(driver.epollWait(epoll, client.task, ANY, false)).toEqual([]);
    expect(driver.epollWait(epoll, client.task, ANY, true)).toBeNull();
    server.run(256);
    server.send('BC_REPLY').run();
    expect(awake(driver)).toEqual([1100]);
  });

  test('vanishes with its process', () => {
    const { driver, server, client, epoll } = setUp();
    const { process, task } = server;
    expect(driver.epollWait(epoll, task, ANY, true)).toBeNull();
    driver.exit(task.group, [process]);
    oneway(client);
    expect(awake(driver)).toEqual([]);
    expect([task.wait, epoll.watches.size]).toEqual([null, 0]);
  });
});

describe('work that a thread queues to itself', () => {
  test('makes its watch ready when it is a completion of a oneway, and not when it is that of a call', () => {
    const { driver, client } = setUp();
    const epoll = driver.epollCreate(client.task.group);
    driver.epollCtl(epoll, client.process, client.task, FD, 'add');
    oneway(client);
    expect(driver.epollWait(epoll, client.task, ANY, false)).toEqual([FD]);
    client.run(256);
    expect(driver.epollWait(epoll, client.task, ANY, false)).toEqual([]);
    client.send('BC_TRANSACTION').run();
    expect(driver.epollWait(epoll, client.task, ANY, false)).toEqual([]);
  });

  test('makes its watch ready when it is an error', () => {
    const { driver, client } = setUp();
    const epoll = driver.epollCreate(client.task.group);
    driver.epollCtl(epoll, client.process, client.task, FD, 'add');
    client.send('BC_TRANSACTION', { target: 77 }).run();
    expect(driver.epollWait(epoll, client.task, ANY, false)).toEqual([FD]);
  });
});

describe('a watch of a thread that left the driver', () => {
  test('is readable once more, and deaf after the next ioctl until it is added anew', () => {
    const { driver, server, client, epoll } = setUp();
    const wait = (): readonly number[] | null => driver.epollWait(epoll, server.task, ANY, false);
    expect(server.ioctl(IOCTL.BINDER_THREAD_EXIT, 0)).toBe(OK);
    expect([wait(), wait()]).toEqual([[FD], [FD]]);
    expect(server.ioctl(IOCTL.BINDER_VERSION, 0)).toBe(OK);
    expect(wait()).toEqual([]);
    oneway(client);
    expect(driver.poll(server.process, server.task)).toBe(true);
    expect(wait()).toEqual([]);
    driver.epollCtl(epoll, server.process, server.task, FD, 'del');
    driver.epollCtl(epoll, server.process, server.task, FD, 'add');
    expect(wait()).toEqual([FD]);
  });
});

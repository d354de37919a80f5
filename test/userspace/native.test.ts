/** The native layer over the optimised driver: pools of threads, references, deaths, statuses. */
import { describe, expect, test } from 'vitest';
import {
  BBinder,
  BpBinder,
  DeadlockError,
  defineInterface,
  Event,
  KilledError,
  MAX_THREADS,
  MisuseError,
  Parcel,
  type ProcessState,
  ServiceException,
  ServiceManagerClient,
  STATUS,
  type TransactionError,
  types,
  type IBinder,
} from '../../userspace/index.ts';
import { stage, type Stage } from './stage.ts';

const IGate = defineInterface('test.IGate', {
  /** Waits until the gate is open. */
  pass: { args: [types.int], returns: types.int },
  fail: { args: [types.int] },
});

const publish = (process: ProcessState, name: string, service: IBinder): Promise<void> =>
  process.run(async () => {
    const manager = await ServiceManagerClient.of(process);
    await manager.addService(name, service);
    manager.release();
  });
const find = async (process: ProcessState, name: string): Promise<IBinder> => {
  const manager = await ServiceManagerClient.of(process);
  const binder = await manager.checkService(name);
  manager.release();
  if (binder === null) throw new Error(`no ${name}`);
  return binder;
};
const snapshotOf = ({ kernel }: Stage, { proc }: ProcessState) =>
  kernel.expected().procs.find(each => each.proc === proc);

describe('the pool of threads', () => {
  test('grows to fifteen and the main one, and then calls wait for their turn', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    const open = new Event(made.system);
    let inside = 0;
    let most = 0;
    const gate = IGate.stub({
      pass: async value => {
        most = Math.max(most, ++inside);
        await open.wait();
        inside--;
        return value;
      },
      fail: () => {},
    });
    await publish(server, 'gate', gate);
    const calls = Array.from({ length: MAX_THREADS + 5 }, (_, at) =>
      client
        .run(async () => {
          const binder = await find(client, 'gate');
          const result = await IGate.asInterface(binder).pass(at);
          binder.release();
          return result;
        })
        .catch((error: unknown) => (error instanceof DeadlockError ? 'asleep' : error)),
    );
    await made.system.idle();
    expect(await Promise.all(calls)).toEqual(calls.map(() => 'asleep'));
    expect([server.spawned, inside, most]).toEqual([MAX_THREADS, MAX_THREADS + 1, MAX_THREADS + 1]);
    expect(snapshotOf(made, server)?.todo.length).toBe(4);
    // Whoever opens the gate is a thread of some process.
    await server.run(async () => open.set());
    await made.system.idle();
    expect([inside, most]).toEqual([0, MAX_THREADS + 1]);
    expect(snapshotOf(made, server)?.startedThreads).toBe(MAX_THREADS);
    await made.settled();
  });
});

describe('references', () => {
  test('are announced to their owner and taken back, and the proxy goes with the last of them', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    const object = new BBinder('test.IThing');
    await publish(server, 'thing', object);
    await client.run(async () => {
      const one = await find(client, 'thing');
      const two = await find(client, 'thing');
      expect(one).toBe(two);
      expect(one instanceof BpBinder && one.strong).toBe(2);
      one.release();
      expect(client.proxies.size).toBe(1);
      two.release();
      expect(client.proxies.size).toBe(0);
      expect(() => two.release()).toThrow(RangeError);
    });
    expect(server.exported).toEqual([object]);
    await made.system.kill(made.manager.process.proc);
    await made.system.idle();
    expect(server.exported).toEqual([]);
    expect(snapshotOf(made, server)?.nodes).toEqual([]);
    await made.settled();
  });

  test('may be handed on: a callback outlives the call that brought it', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    const IKeeper = defineInterface('test.IKeeper', {
      keep: { args: [types.binder.nullable()], returns: types.boolean },
    });
    let kept: IBinder | null = null;
    const keeper = IKeeper.stub({
      keep: binder => {
        kept?.release();
        kept = binder;
        binder?.hold();
        return binder !== null;
      },
    });
    await publish(server, 'keeper', keeper);
    const callback = new BBinder('test.ICallback');
    await client.run(async () => {
      client.startThreadPool();
      const remote = IKeeper.asInterface(await find(client, 'keeper'));
      expect(await remote.keep(callback)).toBe(true);
    });
    await made.system.idle();
    expect(client.exported).toEqual([callback]);
    expect(await server.run(async () => (kept as IBinder | null)?.ping())).toBe(STATUS.OK);
    await client.run(async () => {
      expect(await IKeeper.asInterface(await find(client, 'keeper')).keep(null)).toBe(false);
    });
    await made.system.idle();
    expect(client.exported).toEqual([]);
    await made.settled();
  });
});

describe('death', () => {
  test('is told to every recipient once, also to several of one proxy; not to one that was unlinked', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    await publish(server, 'thing', new BBinder());
    const heard: string[] = [];
    const recipient = (name: string) => ({ binderDied: () => void heard.push(name) });
    const gone = recipient('gone');
    let proxy: IBinder | undefined;
    await client.run(async () => {
      client.startThreadPool();
      proxy = await find(client, 'thing');
      expect(await proxy.linkToDeath(recipient('a'))).toBe(STATUS.OK);
      expect(await proxy.linkToDeath(gone)).toBe(STATUS.OK);
      expect(await proxy.linkToDeath(recipient('b'))).toBe(STATUS.OK);
      expect(await proxy.unlinkToDeath(gone)).toBe(STATUS.OK);
      expect(await proxy.unlinkToDeath(gone)).toBe(STATUS.NAME_NOT_FOUND);
    });
    await made.system.kill(server.proc);
    await made.system.idle();
    expect(heard).toEqual(['a', 'b']);
    await client.run(async () => {
      expect(await proxy?.linkToDeath(gone)).toBe(STATUS.DEAD_OBJECT);
      expect(await proxy?.ping()).toBe(STATUS.DEAD_OBJECT);
      proxy?.release();
    });
    await made.system.idle();
    expect(heard).toEqual(['a', 'b']);
    expect(snapshotOf(made, client)?.refs).toEqual([]);
    await made.settled();
  });

  test('ends the call that waits for an answer', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    const never = new Event(made.system);
    const gate = IGate.stub({
      pass: async value => {
        await never.wait();
        return value;
      },
      fail: () => {},
    });
    await publish(server, 'gate', gate);
    const call = client
      .run(async () => IGate.asInterface(await find(client, 'gate')).pass(1))
      .catch((error: unknown) => error);
    // Both sleep: the call in the driver, the service at its gate.
    expect(await call).toBeInstanceOf(DeadlockError);
    const late = client.run(async () => IGate.asInterface(await find(client, 'gate')).pass(2));
    const killed = server.run(() => never.wait()).catch((error: unknown) => error);
    const outcome = Promise.allSettled([late, killed]);
    await made.system.kill(server.proc);
    const [first, second] = await outcome;
    expect(first.status === 'rejected' && (first.reason as TransactionError).status).toBe(STATUS.DEAD_OBJECT);
    expect(second.status === 'fulfilled' && second.value).toBeInstanceOf(KilledError);
    await made.system.idle();
  });
});

describe('a service that fails', () => {
  test('sends its exception; anything else it throws is noted and answered as UNKNOWN_ERROR', async () => {
    const made = await stage();
    const server = made.process();
    const client = made.process();
    const gate = IGate.stub({
      pass: () => {
        throw new ServiceException('SERVICE_SPECIFIC', 'no', 12);
      },
      fail: value => {
        throw new RangeError(`bad ${value}`);
      },
    });
    await publish(server, 'gate', gate);
    await client.run(async () => {
      const binder = await find(client, 'gate');
      const remote = IGate.asInterface(binder);
      await expect(remote.pass(1)).rejects.toMatchObject({ code: -8, specific: 12, said: 'no' });
      await expect(remote.fail(7)).rejects.toMatchObject({ status: STATUS.UNKNOWN_ERROR });
      await expect(remote.pass(1.5)).rejects.toThrow(TypeError);
      binder.release();
    });
    expect(server.uncaught.map(String)).toEqual(['RangeError: bad 7']);
    server.uncaught.length = 0;
    await made.settled();
  });
});

describe('a process', () => {
  test('that closes the driver leaves nothing, and its threads end', async () => {
    const made = await stage();
    const server = made.process();
    await publish(server, 'thing', new BBinder());
    await server.run(() => server.close());
    await made.system.idle();
    expect(made.system.threadsOf(server.proc)).toBe(0);
    expect(snapshotOf(made, server)).toBe(undefined);
    expect(made.manager.names).toEqual([]);
    const status = await server.run(async () => {
      const reply = await server.thread.transact(0, 1, new Parcel(server), 0);
      return reply.status;
    });
    expect(status).toBe(STATUS.BAD_FD);
    await made.settled();
  });

  test('cannot be used from outside of its threads, nor make two calls at once on one', async () => {
    const made = await stage();
    const client = made.process();
    expect(() => client.queue({ bc: 'BC_ENTER_LOOPER' })).toThrow(MisuseError);
    await client.run(async () => {
      const { kernel } = client.thread;
      const call = { op: 'ioctl', fd: 0, cmd: 'BINDER_VERSION', arg: {} } as const;
      const both = await Promise.allSettled([kernel.call(call), Promise.resolve().then(() => kernel.call(call))]);
      expect(both.some(({ status }) => status === 'rejected')).toBe(true);
    });
    await made.settled();
  });
});

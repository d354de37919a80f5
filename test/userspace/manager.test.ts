/** The service manager over the optimised driver: names, notifications, deaths. */
import { describe, expect, test } from 'vitest';
import {
  asBinder,
  BBinder,
  defineInterface,
  EX,
  IServiceCallback,
  LONGEST_NAME,
  ServiceException,
  ServiceManager,
  ServiceManagerClient,
  types,
  type IBinder,
  type ProcessState,
} from '../../userspace/index.ts';
import { stage } from './stage.ts';

const ICalculator = defineInterface('test.ICalculator', {
  add: { args: [types.int, types.int], returns: types.int },
});
const calculator = () => ICalculator.stub({ add: (a, b) => a + b });

const codeOf = async (call: Promise<unknown>): Promise<number | undefined> => {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof ServiceException) return error.code;
    throw error;
  }
};

const publish = (process: ProcessState, name: string, service: IBinder): Promise<void> =>
  process.run(async () => {
    const manager = await ServiceManagerClient.of(process);
    await manager.addService(name, service);
    manager.release();
  });

describe('the service manager', () => {
  test('finds what was added: a proxy elsewhere, the object itself at home', async () => {
    const { process, settled } = await stage();
    const server = process({ name: 'server' });
    const client = process({ name: 'client' });
    const service = calculator();
    await publish(server, 'calculator', service);
    const sum = await client.run(async () => {
      const manager = await ServiceManagerClient.of(client);
      const remote = await manager.getService('calculator', ICalculator);
      if (remote === null) throw new Error('not found');
      expect(asBinder(remote).isLocal).toBe(false);
      const again = await manager.checkService('calculator');
      expect(again).toBe(asBinder(remote));
      again?.release();
      const result = await remote.add(2, 3);
      asBinder(remote).release();
      manager.release();
      return result;
    });
    expect(sum).toBe(5);
    await server.run(async () => {
      const manager = await ServiceManagerClient.of(server);
      const local = await manager.getService('calculator', ICalculator);
      expect(local && asBinder(local)).toBe(service);
      expect(await local?.add(2, 3)).toBe(5);
      manager.release();
    });
    await settled();
  });

  test('is one for each device', async () => {
    const { system, manager, settled } = await stage();
    const second = new ServiceManager(system);
    expect(await second.start()).toBe(false);
    const elsewhere = new ServiceManager(system, { device: 1 });
    expect(await elsewhere.start()).toBe(true);
    expect(manager.process.context).toBe(manager.stub);
    await settled();
  });

  test('refuses names that are none, null binders and null callbacks', async () => {
    const { process, settled } = await stage();
    const server = process();
    await server.run(async () => {
      const { remote } = await ServiceManagerClient.of(server);
      const own = calculator();
      for (const name of ['', 'a b', 'é', 'x'.repeat(LONGEST_NAME + 1)]) {
        expect(await codeOf(remote.addService(name, own, false, 8))).toBe(EX.ILLEGAL_ARGUMENT);
        expect(await codeOf(remote.registerForNotifications(name, null))).toBe(EX.ILLEGAL_ARGUMENT);
        expect(await remote.checkService(name)).toBe(null);
      }
      expect(await codeOf(remote.addService('fine', null, false, 8))).toBe(EX.ILLEGAL_ARGUMENT);
      expect(await codeOf(remote.registerForNotifications('fine', null))).toBe(EX.NULL_POINTER);
      expect(await codeOf(remote.addService('x'.repeat(LONGEST_NAME), own, false, 8))).toBe(undefined);
      expect(await codeOf(remote.addService('a.b/C_d-9', own, false, 4))).toBe(undefined);
      expect(await remote.listServices(4)).toEqual(['a.b/C_d-9']);
      expect(await remote.listServices(15)).toHaveLength(2);
    });
    await settled();
  });

  test('takes no service from an application, and hides some from isolated processes', async () => {
    const { system, process, kernel, settled } = await stage();
    const server = process();
    await publish(server, 'calculator', calculator());
    const app = process();
    await app.run(async () => {});
    await kernel.perform({ op: 'set_euid', id: 900_000, proc: app.proc, euid: 10_123 });
    await app.run(async () => {
      const { remote } = await ServiceManagerClient.of(app);
      expect(await codeOf(remote.addService('own', calculator(), false, 8))).toBe(EX.SECURITY);
      const found = await remote.checkService('calculator');
      expect(found).not.toBe(null);
      found?.release();
    });
    await kernel.perform({ op: 'set_euid', id: 900_001, proc: app.proc, euid: 99_000 });
    await app.run(async () => {
      const { remote } = await ServiceManagerClient.of(app);
      expect(await remote.checkService('calculator')).toBe(null);
    });
    await system.idle();
    await settled();
  });

  test('forgets a service when its process dies, and tells who asked for the name', async () => {
    const { system, process, manager, settled } = await stage(undefined, ['declared.IThing/default']);
    const server = process();
    const client = process();
    const heard: string[] = [];
    await client.run(async () => {
      const { remote } = await ServiceManagerClient.of(client);
      client.startThreadPool();
      const callback = IServiceCallback.stub({ onRegistration: name => void heard.push(name) });
      await remote.registerForNotifications('calculator', IServiceCallback.asInterface(callback));
      expect(await remote.isDeclared('declared.IThing/default')).toBe(true);
      expect(await remote.isDeclared('calculator')).toBe(false);
    });
    await publish(server, 'calculator', calculator());
    await system.idle();
    expect(heard).toEqual(['calculator']);
    expect(manager.names).toEqual(['calculator']);
    await system.kill(server.proc);
    await system.idle();
    expect(manager.names).toEqual([]);
    const second = process();
    await publish(second, 'calculator', calculator());
    await system.idle();
    expect(heard).toEqual(['calculator', 'calculator']);
    await settled();
  });

  test('replaces a service of the same name, and no longer heeds the death of the old one', async () => {
    const { system, process, manager, settled } = await stage();
    const first = process();
    const second = process();
    await publish(first, 'calculator', calculator());
    await publish(second, 'calculator', calculator());
    await system.kill(first.proc);
    await system.idle();
    expect(manager.names).toEqual(['calculator']);
    await settled();
  });

  test('wakes who waits for a service', async () => {
    const { system, process, settled } = await stage();
    const client = process();
    const server = process();
    const waiting = client.run(async () => {
      const manager = await ServiceManagerClient.of(client);
      const binder = await manager.waitForService('calculator');
      return ICalculator.asInterface(binder).add(20, 22);
    });
    const adding = publish(server, 'calculator', calculator());
    expect(await waiting).toBe(42);
    await adding;
    await system.idle();
    await settled();
  });

  test('answers who asks in a foreign interface with BAD_TYPE', async () => {
    const { process, settled } = await stage();
    const client = process();
    const status = await client.run(async () => {
      const binder = await client.getContextObject();
      if (binder === null) throw new Error('no manager');
      const data = client.parcel();
      data.writeInterfaceToken('android.os.INobody');
      const reply = await binder.transact(2, data);
      data.free();
      reply.free();
      binder.release();
      return reply.status;
    });
    expect(status).toBe(-0x7fff_ffff);
    await settled();
  });

  test('gives a descriptor and answers pings', async () => {
    const { process, settled } = await stage();
    const client = process();
    await client.run(async () => {
      const binder = await client.getContextObject();
      expect(await binder?.getInterfaceDescriptor()).toBe('android.os.IServiceManager');
      expect(await binder?.ping()).toBe(0);
      expect(await new BBinder('x').getInterfaceDescriptor()).toBe('x');
      binder?.release();
    });
    await settled();
  });
});

/** The interfaces of an .aidl file as a program: each is served, and each of its methods called once. */
import {
  ProcessState,
  ServiceManager,
  ServiceManagerClient,
  System,
  type AidlClient,
  type AidlInterface,
  type Kernel,
  type Method,
} from '../../userspace/index.ts';

/** Items of an array that is sent as a sample. */
const ITEMS = 3;

/** A value of each type; of a binder, the object that is served. */
const sampleOf = (wire: Method['args'][number]['wire'], object: object): unknown => {
  const name = wire.name.replace('@nullable ', '');
  if (name === 'byte[]') return Uint8Array.of(1, 2, 3);
  if (name.endsWith('[]')) {
    const item = { ...wire, name: name.slice(0, -2) };
    return Array.from({ length: ITEMS }, () => sampleOf(item, object));
  }
  switch (name) {
    case 'String':
      return 'sample';
    case 'boolean':
      return true;
    case 'long':
      return 42n;
    case 'IBinder':
      return object;
    case 'FileDescriptor':
      // The first file that the harness makes in a process.
      return 100;
    default:
      return 42;
  }
};

/** What came of the calls, one line each. */
export const serveAidl = async (kernel: Kernel, interfaces: readonly AidlInterface[]): Promise<readonly string[]> => {
  const system = new System(kernel);
  await new ServiceManager(system).start();
  const server = new ProcessState(system, { name: 'server' });
  const client = new ProcessState(system, { name: 'client' });
  const lines: string[] = [];
  for (const { interface: each } of interfaces) {
    const stub = each.stub(
      Object.fromEntries(
        each.methods.map(({ name, result }) => [
          name,
          () => (result === undefined ? undefined : sampleOf(result.wire, stub)),
        ]),
      ),
    );
    await server.run(async () => {
      const manager = await ServiceManagerClient.of(server);
      await manager.addService(each.descriptor, stub);
      manager.release();
    });
    await client.run(async () => {
      client.startThreadPool();
      const manager = await ServiceManagerClient.of(client);
      const binder = await manager.checkService(each.descriptor);
      if (binder === null) throw new Error(`${each.descriptor} was not found`);
      const remote: AidlClient = each.asInterface(binder);
      for (const method of each.methods) {
        const result = await remote[method.name]?.(...method.args.map(({ wire }) => sampleOf(wire, binder)));
        const args = method.args.map(({ name, direction, wire }) => `${direction} ${wire.name} ${name}`).join(', ');
        const type = method.oneway ? 'oneway' : (method.result?.wire.name ?? 'void');
        lines.push(`${type} ${method.name}(${args}) = ${method.code}: ${shown(result)}`);
      }
      binder.release();
      manager.release();
    });
  }
  await system.idle();
  for (const { uncaught } of [server, client]) if (uncaught.length > 0) throw uncaught[0];
  return lines;
};

const shown = (value: unknown): string => {
  if (value === undefined) return 'done';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object' && value !== null && 'transact' in value) return 'a binder';
  return Array.isArray(value) ? `[${value.map(shown).join(', ')}]` : JSON.stringify(value);
};

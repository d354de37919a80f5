/** The demonstration: the four steps of a full call, and what makes Binder more than a call, as one program. */
import { EX, ServiceException } from '../../userspace/index.ts';
import {
  asBinder,
  defineInterface,
  ProcessState,
  ServiceManager,
  ServiceManagerClient,
  STATUS,
  System,
  TransactionError,
  types,
  type AnyInterface,
  type DeathRecipient,
  type Kernel,
} from '../../userspace/index.ts';

const IListener = defineInterface('demo.IListener', {
  /** Asked while `add` is still unanswered. */
  mayReach: { args: [types.int], names: ['total'], returns: types.boolean },
});

const ICounter = defineInterface('demo.ICounter', {
  add: { args: [types.int], names: ['amount'], returns: types.int },
  watch: { args: [IListener.type], names: ['listener'] },
  note: { args: [types.string], names: ['text'], oneway: true },
  digest: { args: [types.bytes], names: ['data'], returns: types.int },
});

/** Interfaces whose messages a diagram can name. */
export const DEMO_INTERFACES: readonly AnyInterface[] = [IListener, ICounter];

/** What the program tells besides its messages. */
export interface Teller {
  /** Something that is no message: a local call, a death. `proc`: whom it concerns. */
  note(proc: number, text: string): void;
}

export interface Demo {
  /** Names of the processes, by number. */
  readonly processes: readonly string[];
  /** Facts that the program checked itself; each is true. */
  readonly facts: readonly (readonly [fact: string, holds: boolean])[];
}

const BURST = 5;
const DIGEST_BYTES = 4000;
const NAME = 'demo.counter';

/** Runs it. Throws what the kernel throws; a fact that does not hold is answered, not thrown. */
export const demo = async (kernel: Kernel, teller: Teller): Promise<Demo> => {
  const system = new System(kernel);
  const facts: (readonly [string, boolean])[] = [];
  const manager = new ServiceManager(system);
  facts.push(['the manager becomes context manager', await manager.start()]);
  facts.push(['a second manager is refused', !(await new ServiceManager(system, { name: 'second manager' }).start())]);
  await system.idle();

  const server = new ProcessState(system, { name: 'server' });
  const notes: string[] = [];
  const listeners: { mayReach(total: number): Promise<boolean> }[] = [];
  let total = 0;
  const counter = ICounter.stub({
    add: async amount => {
      for (const listener of listeners) {
        if (!(await listener.mayReach(total + amount))) throw new ServiceException('ILLEGAL_ARGUMENT', 'refused');
      }
      total += amount;
      return total;
    },
    watch: listener => {
      asBinder(listener).hold();
      listeners.push(listener);
    },
    note: text => void notes.push(text),
    digest: data => data.reduce((sum, byte) => (sum * 31 + byte) | 0, 0),
  });
  await server.run(async () => {
    const services = await ServiceManagerClient.of(server);
    await services.addService(NAME, counter);
    const own = await services.getService(NAME, ICounter);
    teller.note(server.proc, 'looks up its own service: the object itself');
    facts.push(['the server finds the object itself', own !== null && asBinder(own) === counter]);
    teller.note(server.proc, 'local call: add(1), no message');
    facts.push(['a local call is answered', (await own?.add(1)) === 1]);
    services.release();
  });
  await system.idle();

  const client = new ProcessState(system, { name: 'client' });
  client.startThreadPool();
  let deaths = 0;
  const recipient: DeathRecipient = {
    binderDied: () => {
      deaths++;
      teller.note(client.proc, 'the recipient hears of the death');
    },
  };
  const held = await client.run(async () => {
    const services = await ServiceManagerClient.of(client);
    const remote = await services.getService(NAME, ICounter);
    if (remote === null) throw new Error(`there is no ${NAME}`);
    facts.push(['the client finds a proxy', !asBinder(remote).isLocal]);
    facts.push(['a remote call is answered', (await remote.add(2)) === 3]);
    const data = Uint8Array.from({ length: DIGEST_BYTES }, (_, at) => at & 0xff);
    facts.push(['a larger payload arrives', (await remote.digest(data)) !== 0]);
    await remote.watch(IListener.asInterface(IListener.stub({ mayReach: value => value < 10 })));
    facts.push(['a call with a callback is answered', (await remote.add(4)) === 7]);
    const refused = await remote.add(4).catch((error: unknown) => error);
    const code = refused instanceof ServiceException ? refused.code : EX.NONE;
    facts.push(['an exception travels', code === EX.ILLEGAL_ARGUMENT]);
    for (let at = 1; at <= BURST; at++) await remote.note(`note ${at}`);
    facts.push(['the client is told of a death', (await asBinder(remote).linkToDeath(recipient)) === STATUS.OK]);
    return { services, remote };
  });
  await system.idle();
  const inOrder = notes.every((text, at) => text === `note ${at + 1}`);
  facts.push(['every oneway call arrived, in order', notes.length === BURST && inOrder]);

  teller.note(server.proc, 'dies');
  await system.kill(server.proc);
  await system.idle();
  facts.push(['the recipient heard once', deaths === 1]);
  facts.push(['the name is gone', manager.names.length === 0]);
  await client.run(async () => {
    facts.push(['the manager finds nothing', (await held.services.checkService(NAME)) === null]);
    const late = await held.remote.add(1).catch((error: unknown) => error);
    const status = late instanceof TransactionError ? late.status : STATUS.OK;
    teller.note(client.proc, 'add(1): DEAD_OBJECT, no message');
    facts.push(['a late call finds a dead object', status === STATUS.DEAD_OBJECT]);
    asBinder(held.remote).release();
    held.services.release();
  });
  await system.idle();
  for (const { uncaught } of [manager.process, server, client]) if (uncaught.length > 0) throw uncaught[0];
  return { processes: [manager.process.name, 'second manager', server.name, client.name], facts };
};

/** What each step of a random program does, and what must come of it. */
import {
  asBinder,
  DUMP_FLAG_PRIORITY_ALL,
  DUMP_FLAG_PRIORITY_DEFAULT,
  IServiceCallback,
  STATUS,
} from '../../../userspace/index.ts';
import { DEAD, MISSING, nameOf, ownerOf, type Actor, type Node } from './actor.ts';
import { NAMES, type ProgramStep } from './program.ts';
import type { Running } from './run.ts';

type StepOf<Kind extends ProgramStep['do']> = Extract<ProgramStep, { readonly do: Kind }>;

/** The reference of a name: what is held, or what the manager finds now. The caller holds it once more. */
const refOf = async (actor: Actor, name: number): Promise<Node | null> => {
  const ref = actor.refs.get(name % NAMES.length);
  if (ref === undefined) return actor.find(name);
  asBinder(ref.node).hold();
  return ref.node;
};

/** Does something with the object of a name; nothing where nobody has it. */
const withNode = async (actor: Actor, name: number, work: (node: Node) => Promise<void>): Promise<void> => {
  const node = await refOf(actor, name);
  if (node === null) return;
  try {
    await work(node);
  } finally {
    asBinder(node).release();
  }
};

/** Who an object is, by asking it. */
const identify = async (running: Running, actor: Actor, node: Node): Promise<number> => {
  const [identity = MISSING] = await node.visit(running.watcher.number(), [], new Uint8Array(0));
  running.watcher.means(actor, asBinder(node), identity);
  return identity;
};

const add = async (running: Running, actor: Actor, { name, object }: StepOf<'add'>): Promise<void> => {
  const stub = actor.objects[object % actor.objects.length];
  if (stub === undefined) return;
  const identity = running.watcher.meaningOf(stub) ?? MISSING;
  const granted = running.table.asked(name, identity);
  await actor.withManager(manager => manager.remote.addService(nameOf(name), stub, false, DUMP_FLAG_PRIORITY_DEFAULT));
  granted();
};

const get = async (running: Running, actor: Actor, { name }: StepOf<'get'>): Promise<void> => {
  const node = await actor.find(name);
  if (node === null) return;
  const at = name % NAMES.length;
  let identity: number;
  try {
    identity = await identify(running, actor, node);
  } catch (error) {
    // It died before it could say who it is.
    asBinder(node).release();
    throw error;
  }
  const before = actor.refs.get(at);
  actor.refs.set(at, { node, identity });
  if (before !== undefined) asBinder(before.node).release();
};

const drop = (actor: Actor, { name }: StepOf<'drop'>): void => {
  const at = name % NAMES.length;
  const ref = actor.refs.get(at);
  if (ref === undefined) return;
  actor.refs.delete(at);
  asBinder(ref.node).release();
};

/** A chain of nested calls: every object of the route answers, unless a name is free or somebody died. */
const call = async (running: Running, actor: Actor, { route, bytes }: StepOf<'call'>): Promise<void> => {
  const { watcher } = running;
  const [first, ...rest] = route;
  if (first === undefined) return;
  await withNode(actor, first, async node => {
    const chain = watcher.number();
    watcher.entered(chain, actor);
    const payload = new Uint8Array(bytes).fill(Number(chain & 0xffn));
    const visited = await node.visit(chain, rest, payload);
    watcher.entered(chain, actor);
    watcher.means(actor, asBinder(node), visited[0] ?? MISSING);
    const end = visited.findIndex(identity => identity === MISSING || identity === DEAD);
    const complete = end < 0 ? visited.length === route.length : end === visited.length - 1;
    const excused = visited.at(-1) !== DEAD || running.someoneDied;
    watcher.claim('answered', complete && excused, () => `route ${route.join(' ')} was answered ${visited.join(' ')}`);
  });
};

const burst = async (running: Running, actor: Actor, { name, count }: StepOf<'burst'>): Promise<void> => {
  await withNode(actor, name, async node => {
    const number = running.watcher.number();
    const identity = await identify(running, actor, node);
    for (let at = 0; at < count; at++) await node.poke(number, at);
    if (!asBinder(node).isLocal) running.expectBurst(number, count, ownerOf(identity));
  });
};

const lend = async (running: Running, actor: Actor, { name, times }: StepOf<'lend'>): Promise<void> => {
  await withNode(actor, name, async node => {
    const chain = running.watcher.number();
    running.watcher.entered(chain, actor);
    const right = await node.lend(chain, actor.echo(), times);
    running.watcher.entered(chain, actor);
    running.watcher.claim('answered', right === times, () => `${right} of ${times} callbacks were answered`);
  });
};

const link = async (running: Running, actor: Actor, { name }: StepOf<'link'>): Promise<void> => {
  await withNode(actor, name, async node => {
    const binder = asBinder(node);
    if (binder.isLocal) return;
    const identity = await identify(running, actor, node);
    const entry = { identity, binder, heard: 0, recipient: { binderDied: () => void entry.heard++ } };
    binder.hold();
    if ((await binder.linkToDeath(entry.recipient)) === STATUS.OK) actor.links.push(entry);
    else binder.release();
  });
};

const unlink = async (actor: Actor): Promise<void> => {
  const entry = actor.links.pop();
  if (entry === undefined) return;
  actor.former.push(entry);
  await entry.binder.unlinkToDeath(entry.recipient);
  entry.binder.release();
};

const watch = async (actor: Actor, { name }: StepOf<'watch'>): Promise<void> => {
  const entry = actor.watch(name);
  await actor.withManager(manager =>
    manager.remote.registerForNotifications(nameOf(name), IServiceCallback.asInterface(entry.stub)),
  );
  actor.watches.push(entry);
};

const unwatch = async (actor: Actor): Promise<void> => {
  const entry = actor.watches.pop();
  if (entry === undefined) return;
  await actor.withManager(manager =>
    manager.remote.unregisterForNotifications(nameOf(entry.name), IServiceCallback.asInterface(entry.stub)),
  );
};

const list = async (running: Running, actor: Actor): Promise<void> => {
  const names = await actor.withManager(manager => manager.remote.listServices(DUMP_FLAG_PRIORITY_ALL));
  const known = names.every(name => NAMES.some(each => each === name));
  const sorted = [...names].sort().join(' ') === names.join(' ');
  running.watcher.claim(
    'name',
    known && sorted && new Set(names).size === names.length,
    () => `listed: ${names.join(' ')}`,
  );
};

/** Performs one step on a thread of its process. */
export const perform = async (running: Running, actor: Actor, step: ProgramStep): Promise<void> => {
  switch (step.do) {
    case 'start':
    case 'kill':
      return;
    case 'add':
      return add(running, actor, step);
    case 'get':
      return get(running, actor, step);
    case 'drop':
      return drop(actor, step);
    case 'call':
      return call(running, actor, step);
    case 'burst':
      return burst(running, actor, step);
    case 'lend':
      return lend(running, actor, step);
    case 'give':
      return withNode(actor, step.name, node => node.give(actor.echo()));
    case 'forget':
      return withNode(actor, step.name, node => node.forget());
    case 'link':
      return link(running, actor, step);
    case 'unlink':
      return unlink(actor);
    case 'watch':
      return watch(actor, step);
    case 'unwatch':
      return unwatch(actor);
    case 'list':
      return list(running, actor);
    case 'rival': {
      const isManager = await actor.process.becomeContextManager(running.manager.stub);
      running.watcher.claim('manager', !isManager, () => `process ${actor.proc} became context manager`);
      return;
    }
    case 'close':
      running.doom(actor);
      return actor.process.close();
  }
};

/** A process of a random program: its objects, what it holds, what it hears. */
import { z } from 'zod';
import {
  asBinder,
  defineInterface,
  IServiceCallback,
  ProcessState,
  ServiceManagerClient,
  STATUS,
  TransactionError,
  types,
  type ClientOf,
  type IBinder,
  type Stub,
  type System,
} from '../../../userspace/index.ts';
import { NAMES } from './program.ts';
import type { Watcher } from './watcher.ts';

/** Called back by whoever it is lent to. */
export const IEcho = defineInterface('programs.IEcho', {
  echo: { args: [types.long, types.int], names: ['chain', 'value'], returns: types.int },
});

/** What every process offers. */
export const INode = defineInterface('programs.INode', {
  /** Visits the names of a route; answers the objects that were visited, and `MISSING` or `DEAD` where it ended early. */
  visit: {
    args: [types.long, z.array(types.int), types.bytes],
    names: ['chain', 'route', 'payload'],
    returns: z.array(types.int),
  },
  poke: { args: [types.long, types.int], names: ['burst', 'number'], oneway: true },
  lend: { args: [types.long, IEcho.type, types.int], names: ['chain', 'echo', 'times'], returns: types.int },
  give: { args: [IEcho.type], names: ['echo'] },
  forget: {},
});
export type Node = ClientOf<typeof INode>;

/** Ends of a route. */
export const MISSING = -1;
export const DEAD = -2;

/** Objects of each process. */
const OBJECTS = 2;
/** The number by which an object answers who it is. */
export const identityOf = (proc: number, object: number): number => proc * OBJECTS + object;
/** The process of an object. */
export const ownerOf = (identity: number): number => Math.floor(identity / OBJECTS);

/** A linked recipient. */
export interface Link {
  readonly identity: number;
  readonly binder: IBinder;
  heard: number;
  readonly recipient: { binderDied(): void };
}

/** A registered callback. */
export interface Watch {
  readonly name: number;
  readonly stub: Stub;
  heard: number;
  /** How often it must have heard, and how often it may have. */
  least: number;
  most: number;
  /** It was registered since everything last came to rest. */
  isNew: boolean;
}

export class Actor {
  readonly process: ProcessState;
  readonly objects: readonly Stub[];
  /** References by name: one for each, the last that was looked up. */
  readonly refs = new Map<number, { readonly node: Node; readonly identity: number }>();
  readonly links: Link[] = [];
  /** Recipients that were unlinked: they heard once at most. */
  readonly former: Link[] = [];
  readonly watches: Watch[] = [];
  /** It was told to end; it may have ended already. */
  isDying = false;
  readonly #watcher: Watcher;
  #kept: { readonly echo: object }[] = [];
  #manager: ServiceManagerClient | undefined;

  constructor(watcher: Watcher, system: System, maxThreads: number) {
    this.#watcher = watcher;
    this.process = new ProcessState(system, { maxThreads });
    this.objects = Array.from({ length: OBJECTS }, (_, object) => this.#node(object));
    this.objects.forEach((object, at) => watcher.known(object, identityOf(this.proc, at)));
  }

  get proc(): number {
    return this.process.proc;
  }

  #node(object: number): Stub {
    const { proc } = this;
    const identity = identityOf(proc, object);
    /** The last number of each burst. */
    const poked = new Map<bigint, number>();
    let isPoked = false;
    return INode.stub({
      visit: async (chain, route, payload) => {
        this.#watcher.entered(chain, this);
        const [next, ...rest] = route;
        if (next === undefined) return [identity];
        const further = await this.#onward(chain, next, rest, payload);
        this.#watcher.entered(chain, this);
        return [identity, ...further];
      },
      poke: async (burst, number) => {
        const watcher = this.#watcher;
        // At home a poke is a plain call, which the driver does not put in order.
        if (this.process.thread.calling === undefined) return;
        watcher.claim('oneway', !isPoked, () => `object ${identity} was poked while it was poked`);
        isPoked = true;
        const before = poked.get(burst) ?? -1;
        poked.set(burst, number);
        watcher.claim(
          'oneway',
          number === before + 1,
          () => `object ${identity}: poke ${number} came behind ${before}`,
        );
        watcher.poked(burst);
        // A call in between, so that another poke could slip in.
        await this.withManager(manager => manager.remote.isDeclared(nameOf(number)));
        isPoked = false;
      },
      lend: async (chain, echo, times) => {
        this.#watcher.entered(chain, this);
        let right = 0;
        for (let at = 0; at < times; at++) if ((await echo.echo(chain, at)) === at + 1) right++;
        this.#watcher.entered(chain, this);
        return right;
      },
      give: echo => {
        asBinder(echo).hold();
        this.#kept.push({ echo });
      },
      forget: () => this.forget(),
    });
  }

  /** An object to lend or to give. */
  echo(): ClientOf<typeof IEcho> {
    const stub = IEcho.stub({
      echo: (chain, value) => {
        if (chain !== 0n) this.#watcher.entered(chain, this);
        return value + 1;
      },
    });
    return IEcho.asInterface(stub);
  }

  /** The rest of a route from here. */
  async #onward(chain: bigint, next: number, rest: number[], payload: Uint8Array<ArrayBuffer>): Promise<number[]> {
    try {
      const found = await this.find(next);
      if (found === null) return [MISSING];
      try {
        const visited = await found.visit(chain, rest, payload);
        this.#watcher.means(this, asBinder(found), visited[0] ?? MISSING);
        return visited;
      } finally {
        asBinder(found).release();
      }
    } catch (error) {
      if (isDeath(error)) return [DEAD];
      throw error;
    }
  }

  /** The object of a name, held; null where there is none. */
  async find(name: number): Promise<Node | null> {
    return this.withManager(async manager => INode.asInterface(await manager.remote.checkService(nameOf(name))));
  }

  /** Work with the manager, which is held from the first time on. */
  async withManager<T>(work: (manager: ServiceManagerClient) => Promise<T>): Promise<T> {
    if (this.#manager === undefined) {
      const manager = await ServiceManagerClient.of(this.process);
      // Another thread may have been quicker.
      if (this.#manager === undefined) this.#manager = manager;
      else manager.release();
    }
    return work(this.#manager);
  }

  /** A callback for a name. */
  watch(name: number): Watch {
    const watch: Watch = {
      name: name % NAMES.length,
      heard: 0,
      least: 0,
      most: 0,
      isNew: true,
      stub: IServiceCallback.stub({
        onRegistration: heard => {
          this.#watcher.claim(
            'told',
            heard === nameOf(name),
            () => `${heard} was told to who asked for ${nameOf(name)}`,
          );
          watch.heard++;
        },
      }),
    };
    return watch;
  }

  /** Lets go what was given. */
  forget(): void {
    const kept = this.#kept;
    this.#kept = [];
    for (const { echo } of kept) asBinder(echo).release();
  }

  /** Lets go everything that it holds; unlinks and unregisters. */
  async dropAll(): Promise<void> {
    for (const { node } of this.refs.values()) asBinder(node).release();
    this.refs.clear();
    for (const link of this.links.splice(0)) {
      await link.binder.unlinkToDeath(link.recipient);
      link.binder.release();
    }
    for (const { name, stub } of this.watches.splice(0)) {
      await this.withManager(manager =>
        manager.remote.unregisterForNotifications(nameOf(name), IServiceCallback.asInterface(stub)),
      );
    }
    this.forget();
    this.#manager?.release();
    this.#manager = undefined;
  }
}

/** A name by its number. */
export const nameOf = (name: number): (typeof NAMES)[number] => NAMES[name % NAMES.length] as (typeof NAMES)[number];

/** Whether an error says that somebody is gone. */
export const isDeath = (error: unknown): boolean =>
  error instanceof TransactionError &&
  [STATUS.DEAD_OBJECT, STATUS.FAILED_TRANSACTION, STATUS.BAD_FD].some(status => status === error.status);

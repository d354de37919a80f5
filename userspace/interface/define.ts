/** `defineInterface`: one description, and from it a typed stub for the service and a typed proxy for its callers. */
import { z } from 'zod';
import { BpBinder } from '../native/bp-binder.ts';
import type { IBinder } from '../native/ibinder.ts';
import type { Parcel } from '../parcel/parcel.ts';
import { methodsOf, type Client, type Handlers, type Method, type Methods } from './method.ts';
import { callMethod } from './proxy.ts';
import { Stub } from './stub.ts';
import { wired, type Wire } from './wire.ts';

/** Where a client keeps its binder. */
const BINDER = Symbol('binder');

/** The binder behind a client of any interface (`IInterface::asBinder`). */
export const asBinder = (client: object): IBinder => {
  const binder = (client as Partial<Record<typeof BINDER, IBinder>>)[BINDER];
  if (binder === undefined) throw new TypeError('this is no client of an interface');
  return binder;
};

/** An interface: its descriptor, its codes, and what makes stubs and clients of it. */
export interface Interface<M extends Methods> {
  readonly descriptor: string;
  readonly methods: readonly Method[];
  /** `TRANSACTION_<name>`: the code of each method. */
  readonly TRANSACTION: { readonly [Name in keyof M]: number };
  /** An object that answers by these handlers. */
  stub(handlers: Handlers<M>): Stub;
  /** A client of a binder: the object itself where it is local, a proxy elsewhere, null for null. The same each time. */
  asInterface(binder: IBinder): Client<M>;
  asInterface(binder: IBinder | null): Client<M> | null;
  /** The interface as the type of an argument or result. */
  readonly type: z.ZodType<Client<M>>;
}

/** An interface of which nothing is known but that it is one. */
export interface AnyInterface {
  readonly descriptor: string;
  readonly methods: readonly Method[];
  asInterface(binder: IBinder | null): object | null;
}
/** What the callers of an interface have. */
export type ClientOf<I> = I extends Interface<infer M> ? Client<M> : never;
/** What the service of an interface gives. */
export type HandlersOf<I> = I extends Interface<infer M> ? Handlers<M> : never;

/** Describes an interface. Throws `TypeError` for what cannot travel. */
export const defineInterface = <const M extends Methods>(descriptor: string, specs: M): Interface<M> => {
  const methods = methodsOf(descriptor, specs);
  const clients = new WeakMap<IBinder, Client<M>>();

  const stub = (handlers: Handlers<M>): Stub => {
    const made = new Stub(descriptor, methods, handlers as never);
    (made.local as Record<symbol, unknown>)[BINDER] = made;
    return made;
  };

  const proxy = (binder: IBinder): Client<M> => {
    const client: Record<string | symbol, unknown> = { [BINDER]: binder };
    const parcel = (): Parcel => {
      if (!(binder instanceof BpBinder)) throw new TypeError(`this binder is no ${descriptor}`);
      return binder.parcel();
    };
    for (const method of methods) {
      client[method.name] = (...args: readonly unknown[]) => callMethod(binder, parcel, descriptor, method, args);
    }
    return client as Client<M>;
  };

  function asInterface(binder: IBinder): Client<M>;
  function asInterface(binder: IBinder | null): Client<M> | null;
  function asInterface(binder: IBinder | null): Client<M> | null {
    if (binder === null) return null;
    if (binder instanceof Stub && binder.descriptor === descriptor) return binder.local as unknown as Client<M>;
    let client = clients.get(binder);
    if (client === undefined) {
      client = proxy(binder);
      clients.set(binder, client);
    }
    return client;
  }

  const wire = {
    name: descriptor,
    least: 28,
    nullable: true,
    write: (parcel: Parcel, value: object) => parcel.writeStrongBinder(asBinder(value)),
    read: (parcel: Parcel) => asInterface(parcel.readBinder()),
    zero: () => null,
    hold: (value: object) => asBinder(value).hold(),
  } as Wire;
  const isClient = (value: unknown): boolean => typeof value === 'object' && value !== null && BINDER in value;

  return {
    descriptor,
    methods,
    TRANSACTION: Object.fromEntries(methods.map(({ name, code }) => [name, code])) as Interface<M>['TRANSACTION'],
    stub,
    asInterface,
    type: wired(z.custom<Client<M>>(isClient, `expected a client of ${descriptor}`), wire),
  };
};

/**
 * From an .aidl file to interfaces, the same that `defineInterface` makes.
 *
 * What is read: package, imports (of interfaces), interfaces, constants, methods with `oneway`, `in`, `out`, `inout`,
 * `@nullable` and explicit codes; the primitive types, String, IBinder, FileDescriptor, interfaces, and one-dimensional
 * arrays of them. Parcelables, enums, unions, generics and nested types are refused with their place.
 */
import { z } from 'zod';
import { defineInterface } from '../interface/define.ts';
import { inout, out, type Method, type Methods, type MethodSpec, type Parameter } from '../interface/method.ts';
import type { Stub } from '../interface/stub.ts';
import * as types from '../interface/wire.ts';
import type { IBinder } from '../native/ibinder.ts';
import { parseAidl } from './parser.ts';
import {
  AidlError,
  type ArgumentSyntax,
  type At,
  type FileSyntax,
  type MethodSyntax,
  type TypeSyntax,
} from './syntax.ts';

/** What a caller has of an interface that was read: the types of its methods are known when it runs only. */
export type AidlClient = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

/** An interface that was read. Values are checked against its types at both ends. */
export interface ReadInterface {
  readonly descriptor: string;
  readonly methods: readonly Method[];
  readonly TRANSACTION: Readonly<Record<string, number>>;
  /** An object that answers by these handlers, which must be all of them. */
  stub(handlers: Readonly<Record<string, (...args: never[]) => unknown>>): Stub;
  asInterface(binder: IBinder): AidlClient;
  asInterface(binder: IBinder | null): AidlClient | null;
}

/** One interface of a file. */
export interface AidlInterface {
  readonly name: string;
  readonly interface: ReadInterface;
  readonly constants: Readonly<Record<string, number | string>>;
  /** The methods as they were described. */
  readonly specs: Methods;
}

const PRIMITIVES: Readonly<Record<string, z.ZodType>> = {
  boolean: types.boolean,
  byte: types.byte,
  char: types.char,
  int: types.int,
  long: types.long,
  float: types.float,
  double: types.double,
  String: types.string,
  IBinder: types.binder,
  FileDescriptor: types.fileDescriptor,
};
/** Types that may be null by themselves; others only as arrays. */
const REFERENCES = new Set(['String', 'IBinder']);

class Reading {
  readonly #file: string;
  readonly #syntax: FileSyntax;
  readonly #made = new Map<string, AidlInterface>();
  /** Interfaces that are being made: one may mention another, or itself. */
  readonly #names: ReadonlySet<string>;

  constructor(file: string, syntax: FileSyntax) {
    this.#file = file;
    this.#syntax = syntax;
    this.#names = new Set([
      ...syntax.interfaces.map(({ name }) => name),
      ...syntax.imports,
      ...syntax.imports.map(name => name.slice(name.lastIndexOf('.') + 1)),
    ]);
  }

  all(): readonly AidlInterface[] {
    const seen = new Set<string>();
    for (const { name, at } of this.#syntax.interfaces) {
      if (seen.has(name)) throw new AidlError(this.#file, at, `there is an interface ${name} already`);
      seen.add(name);
    }
    return this.#syntax.interfaces.map(({ name }) => this.#make(name));
  }

  #make(name: string): AidlInterface {
    const before = this.#made.get(name);
    if (before !== undefined) return before;
    const syntax = this.#syntax.interfaces.find(each => each.name === name);
    if (syntax === undefined) throw new Error(`no interface ${name}`);
    const specs: Record<string, MethodSpec> = {};
    for (const method of syntax.methods) {
      if (Object.hasOwn(specs, method.name))
        throw new AidlError(this.#file, method.at, `there is a method ${method.name} already`);
      specs[method.name] = this.#spec(method, syntax.oneway);
    }
    const descriptor = this.#syntax.package === '' ? name : `${this.#syntax.package}.${name}`;
    const made = this.#defined(descriptor, specs, syntax.at);
    const constants = Object.fromEntries(syntax.constants.map(({ name: key, value }) => [key, value]));
    const result = { name, interface: made, constants, specs };
    this.#made.set(name, result);
    return result;
  }

  #defined(descriptor: string, specs: Methods, at: At): ReadInterface {
    try {
      return defineInterface(descriptor, specs) as unknown as ReadInterface;
    } catch (error) {
      if (error instanceof TypeError) throw new AidlError(this.#file, at, error.message);
      throw error;
    }
  }

  #spec({ name, at, oneway, returns, args, code }: MethodSyntax, allOneway: boolean): MethodSpec {
    const isOneway = oneway || allOneway;
    if (isOneway && returns !== undefined)
      throw new AidlError(this.#file, returns.at, `${name} is oneway: nothing comes back`);
    const seen = new Set<string>();
    for (const argument of args) {
      if (seen.has(argument.name))
        throw new AidlError(this.#file, argument.at, `${name} has an argument ${argument.name} already`);
      seen.add(argument.name);
    }
    if (code !== undefined && code > 0x00ff_fffe) throw new AidlError(this.#file, at, `${code} is no transaction code`);
    return {
      args: args.map(argument => this.#parameter(argument, isOneway)),
      names: args.map(argument => argument.name),
      ...(returns === undefined ? {} : { returns: this.#type(returns) }),
      ...(isOneway ? { oneway: true } : {}),
      ...(code === undefined ? {} : { code }),
    };
  }

  #parameter({ direction, type, name, at }: ArgumentSyntax, isOneway: boolean): Parameter {
    const schema = this.#type(type);
    if (direction === undefined || direction === 'in') {
      // As AIDL has it: an array says where it goes.
      if (direction === undefined && type.arrays > 0)
        throw new AidlError(this.#file, at, `${name} is an array: say in, out or inout`);
      return schema;
    }
    if (type.arrays === 0) throw new AidlError(this.#file, at, `${name}: only arrays can be ${direction}`);
    if (isOneway) throw new AidlError(this.#file, at, `${name} cannot be ${direction}: nothing comes back`);
    return direction === 'out' ? out(schema) : inout(schema);
  }

  #type({ name, at, nullable, arrays }: TypeSyntax): z.ZodType {
    if (arrays > 1) throw new AidlError(this.#file, at, 'arrays of arrays are not read here');
    const isInterface = this.#names.has(name);
    const own = isInterface ? types.binder : PRIMITIVES[name];
    if (own === undefined)
      throw new AidlError(
        this.#file,
        at,
        `there is no type ${name}: ${Object.keys(PRIMITIVES).join(', ')}, or an interface of this file or an import`,
      );
    const whole = arrays === 0 ? own : name === 'byte' ? types.bytes : z.array(own);
    if (!nullable) return whole;
    if (arrays === 0 && !isInterface && !REFERENCES.has(name))
      throw new AidlError(this.#file, at, `${name} cannot be @nullable`);
    return whole.nullable();
  }
}

/**
 * The interfaces of an .aidl text. An interface as the type of an argument is a binder: `asInterface` of the other one makes
 * a client of it. Throws `AidlError` with `file:line:column`.
 */
export const readAidl = (text: string, file = 'input.aidl'): readonly AidlInterface[] =>
  new Reading(file, parseAidl(text, file)).all();

/** Methods of an interface: what goes there and back, under which code. */
import type { z } from 'zod';
import { FIRST_CALL_TRANSACTION, LAST_CALL_TRANSACTION } from '../native/ibinder.ts';
import { wireOf, type Wire } from './wire.ts';

/** An argument that does not only go there: `out` comes back filled, `inout` goes and comes back. Arrays only, as in AIDL. */
export interface Directed<Schema extends z.ZodType = z.ZodType> {
  readonly direction: 'out' | 'inout';
  readonly schema: Schema;
}
export type Parameter = z.ZodType | Directed;

/** The array that the caller gives is filled by the service; only its length goes there. */
export const out = <Schema extends z.ZodType>(schema: Schema): Directed<Schema> => ({ direction: 'out', schema });
/** The array that the caller gives goes there and is replaced by what comes back. */
export const inout = <Schema extends z.ZodType>(schema: Schema): Directed<Schema> => ({ direction: 'inout', schema });

/** What `defineInterface` is told of a method. */
export interface MethodSpec {
  readonly args?: readonly Parameter[];
  readonly returns?: z.ZodType;
  /** Nobody waits for it, and nothing comes back. */
  readonly oneway?: boolean;
  /** Its place behind FIRST_CALL_TRANSACTION, from 0; for all methods of an interface or for none. */
  readonly code?: number;
  /** Names of the arguments, for messages. */
  readonly names?: readonly string[];
}
export type Methods = Readonly<Record<string, MethodSpec>>;

type Value<P> = P extends Directed<infer Schema> ? z.infer<Schema> : P extends z.ZodType ? z.infer<P> : never;
type Values<Args> = Args extends readonly Parameter[] ? { -readonly [At in keyof Args]: Value<Args[At]> } : [];
type Result<Spec extends MethodSpec> = Spec['returns'] extends z.ZodType ? z.infer<Spec['returns']> : void;

/** What a caller has: every method as a promise. */
export type Client<M extends Methods> = {
  readonly [Name in keyof M]: (...args: Values<M[Name]['args']>) => Promise<Result<M[Name]>>;
};
/** What a service gives: every method, now or later. */
export type Handlers<M extends Methods> = {
  readonly [Name in keyof M]: (...args: Values<M[Name]['args']>) => Result<M[Name]> | Promise<Result<M[Name]>>;
};

/** One argument, ready to travel. */
export interface Argument {
  readonly name: string;
  readonly direction: 'in' | 'out' | 'inout';
  readonly schema: z.ZodType;
  readonly wire: Wire;
}
/** One method, ready to be called. */
export interface Method {
  readonly name: string;
  /** The transaction code. */
  readonly code: number;
  readonly oneway: boolean;
  readonly args: readonly Argument[];
  readonly result: { readonly schema: z.ZodType; readonly wire: Wire } | undefined;
}

const isDirected = (parameter: Parameter): parameter is Directed => 'direction' in parameter;

/** A method under its code. Throws `TypeError` for what cannot travel. */
const methodOf = (descriptor: string, name: string, spec: MethodSpec, place: number): Method => {
  const where = `${descriptor}.${name}`;
  const code = FIRST_CALL_TRANSACTION + (spec.code ?? place);
  if (!Number.isInteger(code) || code < FIRST_CALL_TRANSACTION || code > LAST_CALL_TRANSACTION)
    throw new TypeError(`${where}: ${spec.code} is no code: 0 to ${LAST_CALL_TRANSACTION - FIRST_CALL_TRANSACTION}`);
  const args = (spec.args ?? []).map((parameter, at): Argument => {
    const own = spec.names?.[at] ?? `argument ${at + 1}`;
    const direction = isDirected(parameter) ? parameter.direction : 'in';
    const schema = isDirected(parameter) ? parameter.schema : parameter;
    const wire = wireOf(schema, `${where}(${own})`);
    if (direction !== 'in' && wire.blank === undefined)
      throw new TypeError(`${where}(${own}): only arrays can be ${direction}, and ${wire.name} is none`);
    return { name: own, direction, schema, wire };
  });
  const oneway = spec.oneway ?? false;
  if (oneway && (spec.returns !== undefined || args.some(({ direction }) => direction !== 'in')))
    throw new TypeError(`${where}: nothing comes back from a oneway method`);
  const result =
    spec.returns === undefined ? undefined : { schema: spec.returns, wire: wireOf(spec.returns, `${where}: result`) };
  return { name, code, oneway, args, result };
};

/** The methods of an interface in their order. Throws `TypeError` for codes that clash. */
export const methodsOf = (descriptor: string, specs: Methods): readonly Method[] => {
  const entries = Object.entries(specs);
  const explicit = entries.filter(([, { code }]) => code !== undefined).length;
  if (explicit !== 0 && explicit !== entries.length)
    throw new TypeError(`${descriptor}: either all methods have explicit codes or none has`);
  const methods = entries.map(([name, spec], place) => methodOf(descriptor, name, spec, place));
  for (const { name, code } of methods) {
    const other = methods.find(each => each.code === code && each.name !== name);
    if (other !== undefined) throw new TypeError(`${descriptor}: ${name} and ${other.name} have the same code`);
  }
  return methods;
};

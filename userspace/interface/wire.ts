/** How a value of a zod type travels in a parcel: the table behind every stub and proxy. */
import { z } from 'zod';
import type { IBinder } from '../native/ibinder.ts';
import type { Parcel } from '../parcel/parcel.ts';
import { STATUS } from '../status.ts';

/** One type on the wire. Reading never throws: the parcel's status tells. */
export interface Wire {
  /** Name for messages, as in AIDL. */
  readonly name: string;
  /** Bytes that one item takes at least, in an array. */
  readonly least: number;
  /** Whether null has a form. */
  readonly nullable: boolean;
  write(parcel: Parcel, value: never): void;
  read(parcel: Parcel): unknown;
  /** The value of an item that nobody wrote: what an `out` array is filled with. */
  zero(): unknown;
  /** Arrays only: one of so many such items. */
  blank?(length: number): unknown;
  /** Keeps the binders of a value beyond the parcel that it was read from. */
  hold?(value: never): void;
}

/** Forms by the number that the registry keeps for a type. */
const forms: Wire[] = [];
const registry = z.registry<{ readonly form: number }>();

/** A zod type with its own form on the wire; refinements of it inherit the form. */
export const wired = <Schema extends z.ZodType>(schema: Schema, wire: Wire): Schema => {
  registry.add(schema, { form: forms.push(wire) - 1 });
  return schema;
};

/** The wire as the table keeps it: what its schema accepts is what it is given. */
const wireFor = <T>(wire: {
  readonly name: string;
  readonly least: number;
  readonly nullable?: boolean;
  write(parcel: Parcel, value: T): void;
  read(parcel: Parcel): T | null;
  zero(): T | null;
  blank?(length: number): T;
  hold?(value: T): void;
}): Wire => ({ nullable: false, ...wire }) as Wire;

const word = (name: string, from: (value: number) => number = value => value): Wire =>
  wireFor<number>({
    name,
    least: 4,
    write: (parcel, value) => parcel.writeInt32(value),
    read: parcel => from(parcel.readInt32()),
    zero: () => 0,
  });

const STRING16 = wireFor<string>({
  name: 'String',
  least: 4,
  nullable: true,
  write: (parcel, value) => parcel.writeString16(value),
  read: parcel => parcel.readString16(),
  zero: () => '',
});
const BOOLEAN = wireFor<boolean>({
  name: 'boolean',
  least: 4,
  write: (parcel, value) => parcel.writeBool(value),
  read: parcel => parcel.readBool(),
  zero: () => false,
});
const LONG = wireFor<bigint>({
  name: 'long',
  least: 8,
  write: (parcel, value) => parcel.writeInt64(value),
  read: parcel => parcel.readInt64(),
  zero: () => 0n,
});
const FLOAT = wireFor<number>({
  name: 'float',
  least: 4,
  write: (parcel, value) => parcel.writeFloat(value),
  read: parcel => parcel.readFloat(),
  zero: () => 0,
});
const DOUBLE = wireFor<number>({
  name: 'double',
  least: 8,
  write: (parcel, value) => parcel.writeDouble(value),
  read: parcel => parcel.readDouble(),
  zero: () => 0,
});
const INT = word('int');
const BYTES = wireFor<Uint8Array>({
  name: 'byte[]',
  least: 4,
  nullable: true,
  write: (parcel, value) => parcel.writeByteArray(value),
  read: parcel => parcel.readByteArray(),
  zero: () => new Uint8Array(0),
  blank: length => new Uint8Array(length),
});
const FILE = wireFor<number>({
  name: 'FileDescriptor',
  least: 24,
  write: (parcel, value) => parcel.writeFileDescriptor(value),
  read: parcel => parcel.readFileDescriptor(),
  zero: () => -1,
});
const BINDER = wireFor<IBinder>({
  name: 'IBinder',
  least: 28,
  nullable: true,
  write: (parcel, value) => parcel.writeStrongBinder(value),
  read: parcel => parcel.readBinder(),
  zero: () => null,
  hold: value => value.hold(),
});

const isBinder = (value: unknown): value is IBinder =>
  typeof value === 'object' && value !== null && 'transact' in value && 'linkToDeath' in value;
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** The types of AIDL. `int.min(1)` and the like refine them; `z.array` and `.nullable()` build on them. */
export const int = wired(z.int32(), INT);
export const long = wired(z.int64(), LONG);
export const byte = wired(
  z.int().min(-128).max(127),
  word('byte', value => (value << 24) >> 24),
);
/** One unit of UTF-16, as a number. */
export const char = wired(
  z.int().min(0).max(0xffff),
  word('char', value => value & 0xffff),
);
export const boolean = wired(z.boolean(), BOOLEAN);
/** Any number that 32 bits can hold, NaN and the infinities among them; others are rounded. */
export const float = wired(z.custom<number>(isNumber, 'expected a number'), FLOAT);
export const double = wired(z.custom<number>(isNumber, 'expected a number'), DOUBLE);
export const string = wired(z.string(), STRING16);
export const bytes = wired(z.instanceof(Uint8Array), BYTES);
export const binder = wired(z.custom<IBinder>(isBinder, 'expected a binder'), BINDER);
/** A number in the descriptor table of whoever holds it. */
export const fileDescriptor = wired(z.int().nonnegative(), FILE);

const arrayOf = (item: Wire): Wire =>
  wireFor<readonly unknown[]>({
    name: `${item.name}[]`,
    least: 4,
    nullable: true,
    write: (parcel, value) => {
      parcel.writeInt32(value.length);
      for (const each of value) item.write(parcel, each as never);
    },
    read: parcel => {
      const length = parcel.readLength(item.least);
      if (length === null) return null;
      const items: unknown[] = [];
      for (let at = 0; at < length && parcel.status === STATUS.OK; at++) items.push(checked(item, parcel));
      return items;
    },
    zero: () => [],
    blank: length => Array.from({ length }, () => item.zero()),
    hold: value => {
      for (const each of value) if (each !== null) item.hold?.(each as never);
    },
  });

/** A value that may not be null; null leaves UNEXPECTED_NULL. */
const checked = (wire: Wire, parcel: Parcel): unknown => {
  const value = wire.read(parcel);
  if (value === null && parcel.status === STATUS.OK) parcel.fail(STATUS.UNEXPECTED_NULL);
  return value;
};

const writeNull = (wire: Wire, parcel: Parcel): void => {
  if (wire.least === BINDER.least) parcel.writeStrongBinder(null);
  else parcel.writeInt32(-1);
};

const nullable = (inner: Wire): Wire =>
  wireFor<unknown>({
    name: `@nullable ${inner.name}`,
    least: inner.least,
    nullable: true,
    write: (parcel, value) => {
      if (value === null) writeNull(inner, parcel);
      else inner.write(parcel, value as never);
    },
    read: parcel => inner.read(parcel),
    zero: () => null,
    hold: value => {
      if (value !== null) inner.hold?.(value as never);
    },
  });

const isNullable = (schema: z.ZodType): schema is z.ZodNullable<z.ZodType> => schema instanceof z.ZodNullable;
const isArray = (schema: z.ZodType): schema is z.ZodArray<z.ZodType> => schema instanceof z.ZodArray;

/** Types of zod itself that mean the same as ours. */
const plainWire = (schema: z.ZodType): Wire | undefined => {
  if (schema instanceof z.ZodNumberFormat) {
    const { format } = schema;
    return format === 'int32' ? INT : format === 'float32' ? FLOAT : format === 'float64' ? DOUBLE : undefined;
  }
  if (schema instanceof z.ZodNumber) return DOUBLE;
  if (schema instanceof z.ZodBigInt) return LONG;
  if (schema instanceof z.ZodString) return STRING16;
  return schema instanceof z.ZodBoolean ? BOOLEAN : undefined;
};

/** The form of a type. Throws `TypeError`, naming `place`, for one that has none. */
export const wireOf = (schema: z.ZodType, place: string): Wire => {
  const own = forms[registry.get(schema)?.form ?? -1];
  if (own !== undefined) return own;
  if (isArray(schema)) return arrayOf(wireOf(schema.element, `${place}[]`));
  if (isNullable(schema)) {
    const inner = wireOf(schema.unwrap(), place);
    if (!inner.nullable) throw new TypeError(`${place}: ${inner.name} cannot be null in a parcel`);
    return nullable(inner);
  }
  const plain = plainWire(schema);
  if (plain !== undefined) return plain;
  throw new TypeError(`${place}: a ${schema.def.type} has no form in a parcel: use int, long, string, binder, …`);
};

/** Reads one value as its type has it: null only where the type says so. */
export const readValue = (wire: Wire, parcel: Parcel): unknown =>
  wire.name.startsWith('@nullable') ? wire.read(parcel) : checked(wire, parcel);

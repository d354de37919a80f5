/** The Parcel format: golden bytes, round trips, and bytes that mean nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equal } from '../../abi/equal.ts';
import { toHex } from '../../abi/hex.ts';
import { decodeObject } from '../../abi/codec.ts';
import { EX, Parcel, readException, ServiceException, STATUS, types, writeException } from '../../userspace/index.ts';
import { wireOf } from '../../userspace/interface/wire.ts';
import { z } from 'zod';

const written = (write: (parcel: Parcel) => void): string => {
  const parcel = new Parcel();
  write(parcel);
  return toHex(parcel.bytes);
};
const reread = (parcel: Parcel): Parcel => Parcel.received(undefined, parcel.bytes.slice(), parcel.offsets);

describe('a parcel', () => {
  test.each([
    ['int32', (p: Parcel) => p.writeInt32(-2), 'feffffff'],
    ['int64, not aligned to its size', (p: Parcel) => p.writeInt64(0x0102030405060708n), '0807060504030201'],
    ['float', (p: Parcel) => p.writeFloat(1.5), '0000c03f'],
    ['double', (p: Parcel) => p.writeDouble(1.5), '000000000000f83f'],
    ['bool, as a word', (p: Parcel) => p.writeBool(true), '01000000'],
    ['a String16 with terminator and padding', (p: Parcel) => p.writeString16('ab'), '02000000 61006200 00000000'],
    ['an empty String16', (p: Parcel) => p.writeString16(''), '0000000000000000'],
    ['a null String16', (p: Parcel) => p.writeString16(null), 'ffffffff'],
    ['a String8 with terminator and padding', (p: Parcel) => p.writeString8('abcd'), '04000000 61626364 00000000'],
    ['a String8 in UTF-8', (p: Parcel) => p.writeString8('é'), '02000000c3a90000'],
    [
      'a byte array with padding',
      (p: Parcel) => p.writeByteArray(Uint8Array.of(1, 2, 3, 4, 5)),
      '050000000102030405000000',
    ],
    ['a null byte array', (p: Parcel) => p.writeByteArray(null), 'ffffffff'],
    // A BINDER object of zeros but for the nice value, and no stability; no offset.
    [
      'a null binder',
      (p: Parcel) => p.writeStrongBinder(null),
      '852a6273 13000000 0000000000000000 0000000000000000 00000000',
    ],
    [
      'a null weak binder, another type of object',
      (p: Parcel) => p.writeWeakBinder(null),
      '852a6277 13000000 0000000000000000 0000000000000000 00000000',
    ],
  ])('writes %s', (_, write, hex) => {
    expect(written(write)).toBe(hex.replaceAll(' ', ''));
  });

  test('keeps the place of a descriptor among its offsets', () => {
    const parcel = new Parcel();
    parcel.writeInt32(7);
    parcel.writeFileDescriptor(5);
    expect(parcel.offsets).toEqual([4]);
    const object = decodeObject(new DataView(parcel.bytes.slice().buffer), 4, parcel.size);
    expect(object).toEqual({ type: 'FD', flags: 0x17f, fd: 5, cookie: 0 });
  });

  test('reads back whatever was written, of any types in any order', () => {
    const item = fc.oneof(
      fc.record({ type: fc.constant('int'), value: fc.integer() }),
      fc.record({ type: fc.constant('long'), value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      fc.record({ type: fc.constant('float'), value: fc.float() }),
      fc.record({ type: fc.constant('double'), value: fc.double() }),
      fc.record({ type: fc.constant('boolean'), value: fc.boolean() }),
      fc.record({ type: fc.constant('byte'), value: fc.integer({ min: -128, max: 127 }) }),
      fc.record({ type: fc.constant('char'), value: fc.integer({ min: 0, max: 65535 }) }),
      fc.record({ type: fc.constant('string'), value: fc.string({ unit: 'binary' }) }),
      fc.record({ type: fc.constant('bytes'), value: fc.uint8Array({ maxLength: 40 }) }),
      fc.record({ type: fc.constant('string[]'), value: fc.array(fc.string({ unit: 'grapheme' })) }),
      fc.record({ type: fc.constant('string?'), value: fc.option(fc.string()) }),
      fc.record({ type: fc.constant('long[]?'), value: fc.option(fc.array(fc.bigInt({ min: 0n, max: 2n ** 60n }))) }),
    );
    const wires = {
      int: types.int,
      long: types.long,
      float: types.float,
      double: types.double,
      boolean: types.boolean,
      byte: types.byte,
      char: types.char,
      string: types.string,
      bytes: types.bytes,
      'string[]': z.array(types.string),
      'string?': types.string.nullable(),
      'long[]?': z.array(types.long).nullable(),
    } as const;
    const same = (a: unknown, b: unknown): boolean => Object.is(a, b) || (typeof a === 'object' && equal(a, b));
    const wire = (type: string) => wireOf(wires[type as keyof typeof wires], type);
    fc.assert(
      fc.property(fc.array(item), items => {
        const parcel = new Parcel();
        for (const { type, value } of items) wire(type).write(parcel, value as never);
        const reader = reread(parcel);
        const wrong = items.filter(({ type, value }) => !same(wire(type).read(reader), value));
        expect([wrong, parcel.size % 4, reader.status, reader.available]).toEqual([[], 0, STATUS.OK, 0]);
      }),
      { numRuns: 100 },
    );
  });

  test('answers a status for any bytes, offsets and order of reading, and never reads past the end', () => {
    const reads: readonly ((parcel: Parcel) => unknown)[] = [
      p => p.readInt32(),
      p => p.readInt64(),
      p => p.readFloat(),
      p => p.readDouble(),
      p => p.readBool(),
      p => p.readString16(),
      p => p.readString8(),
      p => p.readByteArray(),
      p => p.readBinder(),
      p => p.readFileDescriptor(),
      p => readException(p),
      p => p.enforceInterface('a'),
      p => wireOf(z.array(types.string), 'x').read(p),
      p => p.seek(3),
    ];
    let failed = 0;
    let fine = 0;
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 96 }),
        fc.array(fc.nat(100), { maxLength: 3 }),
        fc.array(fc.nat(reads.length - 1), { minLength: 1, maxLength: 12 }),
        (bytes, offsets, order) => {
          const parcel = Parcel.received(undefined, bytes, offsets);
          const places = order.map(at => {
            reads[at]?.(parcel);
            return parcel.position;
          });
          expect(Math.max(...places)).toBeLessThanOrEqual(bytes.length);
          if (parcel.status === STATUS.OK) fine++;
          else failed++;
        },
      ),
      { numRuns: 2000 },
    );
    expect(failed).toBeGreaterThan(0);
    expect(fine).toBeGreaterThan(0);
  });

  test('keeps the first error, and answers zeros from then on', () => {
    const parcel = Parcel.received(undefined, Uint8Array.of(1, 0, 0, 0, 9, 9), []);
    expect(parcel.readInt32()).toBe(1);
    expect(parcel.readInt32()).toBe(0);
    expect(parcel.status).toBe(STATUS.NOT_ENOUGH_DATA);
    parcel.fail(STATUS.BAD_TYPE);
    expect(parcel.status).toBe(STATUS.NOT_ENOUGH_DATA);
    expect(parcel.readString16()).toBe(null);
  });

  test('does not let plain reads look into an object', () => {
    const parcel = new Parcel();
    parcel.writeFileDescriptor(5);
    const reader = reread(parcel);
    reader.readInt32();
    expect(reader.status).toBe(STATUS.PERMISSION_DENIED);
  });

  test('does not take bytes for an object that the offsets do not name', () => {
    const parcel = new Parcel();
    parcel.writeFileDescriptor(5);
    const reader = Parcel.received(undefined, parcel.bytes.slice(), []);
    expect(reader.readFileDescriptor()).toBe(-1);
    expect(reader.status).toBe(STATUS.BAD_TYPE);
  });

  test('refuses a length that cannot fit before anything is made of it', () => {
    const parcel = Parcel.received(undefined, Uint8Array.of(255, 255, 255, 127), []);
    expect(parcel.readByteArray()).toBe(null);
    expect(parcel.status).toBe(STATUS.NOT_ENOUGH_DATA);
  });

  test('gives its buffer back once', () => {
    let freed = 0;
    const parcel = Parcel.received(undefined, new Uint8Array(4), [], () => freed++);
    parcel.free();
    parcel.free();
    expect(freed).toBe(1);
  });
});

describe('the head of a reply', () => {
  const passed = (exception: ServiceException | undefined) => {
    const parcel = new Parcel();
    writeException(parcel, exception);
    const reader = reread(parcel);
    const read = readException(reader);
    expect(reader.status).toBe(STATUS.OK);
    expect(reader.available).toBe(0);
    return read;
  };

  test('is one word of zero for success', () => {
    expect(written(p => writeException(p, undefined))).toBe('00000000');
    expect(passed(undefined)).toBe(undefined);
  });

  test.each([
    'SECURITY',
    'ILLEGAL_ARGUMENT',
    'NULL_POINTER',
    'ILLEGAL_STATE',
    'UNSUPPORTED_OPERATION',
    'PARCELABLE',
  ] as const)('carries EX_%s with its message', name => {
    const read = passed(new ServiceException(name, 'why'));
    expect([read?.code, read?.said]).toEqual([EX[name], 'why']);
  });

  test('carries the number of a service', () => {
    expect(passed(new ServiceException('SERVICE_SPECIFIC', 'full', 28))?.specific).toBe(28);
    // EX_SERVICE_SPECIFIC, "a" with terminator and padding, no stack trace, 7.
    expect(written(p => writeException(p, new ServiceException('SERVICE_SPECIFIC', 'a', 7)))).toBe(
      'f8ffffff 0100000061000000 00000000 07000000'.replaceAll(' ', ''),
    );
  });

  test('may begin with a fat header, which is skipped', () => {
    const parcel = new Parcel();
    parcel.writeInt32(EX.HAS_REPLY_HEADER);
    parcel.writeInt32(12);
    parcel.writeInt64(99n);
    parcel.writeInt32(5);
    const reader = reread(parcel);
    expect(readException(reader)).toBe(undefined);
    expect(reader.readInt32()).toBe(5);
  });
});

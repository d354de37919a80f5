/** Laws of the two spellings that everything is made of: 64-bit words and hex. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filled, fromHex, overlay, spread, toHex, writeHex } from '../../abi/hex.ts';
import { equal, firstDifference } from '../../abi/equal.ts';
import { U64Schema } from '../../abi/op.ts';
import { big, isSmall, readU64, u64, writeU64 } from '../../abi/u64.ts';
import { hexOf, word64 } from './arbitraries.ts';

const any64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });

describe('a 64-bit word', () => {
  test('keeps its value in either spelling', () => {
    fc.assert(fc.property(any64, value => big(u64(value)) === value));
  });

  test('has one spelling, so === compares', () => {
    fc.assert(fc.property(word64, word => u64(big(word)) === word && u64(word) === word));
  });

  test('is a number exactly while it is a safe integer', () => {
    fc.assert(fc.property(word64, word => isSmall(word) === big(word) <= BigInt(Number.MAX_SAFE_INTEGER)));
  });

  test('wraps at 64 bits', () => {
    expect(u64((1n << 64n) + 5n)).toBe(5);
    expect(u64(-1n)).toBe('0xffffffffffffffff');
  });

  test('comes back from memory as it was written, little-endian', () => {
    fc.assert(
      fc.property(word64, fc.integer({ min: 0, max: 7 }), (word, at) => {
        const view = new DataView(new ArrayBuffer(16));
        writeU64(view, at, word);
        return readU64(view, at) === word && view.getBigUint64(at, true) === big(word);
      }),
    );
  });

  test('in its spelling is what the op log accepts', () => {
    fc.assert(fc.property(word64, word => U64Schema.safeParse(word).success));
  });

  test.each(['0x1', '0xFFFFFFFFFFFFFFFF', '12', '0x10000000000000000', '0x1fffffffffffff', -1, 1.5, 2 ** 53])(
    'is not spelled %s',
    spelling => {
      expect(U64Schema.safeParse(spelling).success).toBe(false);
    },
  );
});

describe('hex', () => {
  test('keeps bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(toHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
      }),
    );
  });

  test('of a part is a part of the hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 90 }), fc.nat(90), fc.nat(90), (bytes, from, size) => {
        const at = Math.min(from, bytes.length);
        const length = Math.min(size, bytes.length - at);
        expect(toHex(bytes, at, length)).toBe(toHex(bytes).slice(at * 2, (at + length) * 2));
      }),
    );
  });

  test('of long data is the data, wherever its filling begins and whatever breaks it', () => {
    const some = { at: fc.nat(300), size: fc.integer({ min: 500, max: 9000 }), broken: fc.option(fc.nat(8999)) };
    fc.assert(
      fc.property(fc.record({ ...some, head: fc.uint8Array({ maxLength: 300 }), byte: fc.nat(255) }), drawn => {
        const bytes = Buffer.alloc(drawn.at + drawn.size, drawn.byte);
        bytes.set(drawn.head, drawn.at);
        if (drawn.broken !== null && drawn.broken < drawn.size) bytes.writeUInt8(0x5a, drawn.at + drawn.broken);
        expect(toHex(bytes, drawn.at)).toBe(bytes.toString('hex', drawn.at));
      }),
    );
  });

  test('of long data is what was spread from its first bytes', () => {
    const some = { size: fc.integer({ min: 300, max: 70_000 }), byte: fc.nat(255) };
    fc.assert(
      fc.property(fc.record({ ...some, head: fc.uint8Array({ maxLength: 300 }) }), ({ size, byte, head }) => {
        const bytes = Buffer.alloc(size, byte);
        bytes.set(head);
        expect(spread(toHex(head), byte, size)).toBe(bytes.toString('hex'));
      }),
    );
  });

  test('written into bytes changes nothing beside them', () => {
    fc.assert(
      fc.property(hexOf(80), fc.nat(20), (hex, at) => {
        const bytes = new Uint8Array(120).fill(0xee);
        writeHex(bytes, at, hex);
        expect(toHex(bytes)).toBe(overlay(filled(0xee, 120), at, hex));
      }),
    );
  });

  test('overlay keeps the length of what it covers', () => {
    fc.assert(
      fc.property(fc.nat(20), hexOf(8), (at, hex) => {
        const covered = overlay(filled(0, 40), at, hex);
        expect(covered).toHaveLength(80);
        expect(covered.slice(at * 2, at * 2 + hex.length)).toBe(hex);
      }),
    );
  });
});

describe('equality of plain data', () => {
  const json = fc.jsonValue({ maxDepth: 3 });

  test('holds for a copy', () => {
    fc.assert(
      fc.property(json, value => {
        const copy = structuredClone(value);
        expect(equal(value, copy)).toBe(true);
        expect(firstDifference(value, copy)).toBeUndefined();
      }),
    );
  });

  test('fails exactly where there is a first difference', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        expect(equal(a, b)).toBe(firstDifference(a, b) === undefined);
      }),
    );
  });

  test('takes an absent field and an undefined one for the same', () => {
    expect(equal({ a: 1 }, { a: 1, b: undefined })).toBe(true);
    expect(equal({ b: undefined, a: 1 }, { a: 1 })).toBe(true);
    expect(equal({ a: 1, b: undefined }, { a: 1, c: 2 })).toBe(false);
  });

  test('does not take an array for an object or null for an empty one', () => {
    expect(equal([], {})).toBe(false);
    expect(equal(null, {})).toBe(false);
    expect(equal({}, [])).toBe(false);
  });

  test('names the path of the first difference', () => {
    expect(firstDifference({ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] })).toEqual({ path: 'a.1.b', left: 2, right: 3 });
    expect(firstDifference({ a: [1] }, { a: [1, 2] })).toEqual({ path: 'a.1', left: undefined, right: 2 });
  });
});

/** Objects, commands and returns keep their meaning on the way through bytes, and no bytes are too strange. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  commandOf,
  decodeObject,
  encodeObject,
  objectHex,
  objectInHex,
  objectSize,
  payloadSize,
  returnOf,
} from '../../abi/codec.ts';
import { BC, BR, IOCTL, OBJECT_TYPE } from '../../abi/constants.ts';
import { decodeIoctl, decodeReturns, type Reader } from '../../abi/decode.ts';
import { toHex } from '../../abi/hex.ts';
import * as layout from '../../abi/layout.ts';
import type { Delivery } from '../../abi/observation.ts';
import { writeU64 } from '../../abi/u64.ts';
import { hexOf, word32, wireObject } from './arbitraries.ts';

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('an object of a payload', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(wireObject, fc.nat(20), (object, at) => {
        const bytes = new Uint8Array(80).fill(0xcc);
        encodeObject(viewOf(bytes), at, object);
        expect(decodeObject(viewOf(bytes), at, 80)).toEqual(object);
      }),
    );
  });

  test('writes its own bytes and none beside them', () => {
    fc.assert(
      fc.property(wireObject, fc.nat(20), (object, at) => {
        const bytes = new Uint8Array(80).fill(0xcc);
        encodeObject(viewOf(bytes), at, object);
        const size = objectSize(object.type);
        expect(toHex(bytes)).toBe('cc'.repeat(at) + objectHex(object) + 'cc'.repeat(80 - at - size));
        expect(objectHex(object)).toHaveLength(size * 2);
      }),
    );
  });

  test('reads the same from hex at any place', () => {
    fc.assert(
      fc.property(wireObject, hexOf(24), (object, before) => {
        expect(objectInHex(before + objectHex(object), before.length / 2)).toEqual(object);
      }),
    );
  });

  test('that is cut short says so', () => {
    fc.assert(
      fc.property(wireObject, fc.nat(39), (object, cut) => {
        fc.pre(cut < objectSize(object.type));
        expect(objectInHex(objectHex(object).slice(0, cut * 2), 0)).toMatchObject({ type: 'malformed', why: 'cut' });
      }),
    );
  });

  test('of an unknown type says so', () => {
    const known = new Set<number>(Object.values(OBJECT_TYPE));
    fc.assert(
      fc.property(word32, word => {
        fc.pre(!known.has(word));
        const bytes = new Uint8Array(40);
        viewOf(bytes).setUint32(0, word, true);
        expect(decodeObject(viewOf(bytes), 0, 40)).toEqual({ type: 'malformed', why: 'type', word });
      }),
    );
  });

  test('is never an exception, whatever the bytes and the place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: -8, max: 70 }), (bytes, at) => {
        expect(decodeObject(viewOf(bytes), at, bytes.length).type).toBeTypeOf('string');
      }),
    );
  });

  test('takes the bytes that its structure has', () => {
    expect((['BINDER', 'HANDLE', 'FD', 'FDA', 'PTR'] as const).map(objectSize)).toEqual([
      layout.FLAT_BINDER_OBJECT.size,
      layout.FLAT_BINDER_OBJECT.size,
      layout.FD_OBJECT.size,
      layout.FD_ARRAY_OBJECT.size,
      layout.BUFFER_OBJECT.size,
    ]);
  });
});

describe('the word of a command or return', () => {
  test('says how many bytes follow it', () => {
    expect(payloadSize(BC.BC_TRANSACTION)).toBe(layout.TRANSACTION_DATA.size);
    expect(payloadSize(BC.BC_TRANSACTION_SG)).toBe(layout.TRANSACTION_DATA_SG.size);
    expect(payloadSize(BC.BC_REQUEST_DEATH_NOTIFICATION)).toBe(layout.HANDLE_COOKIE.size);
    expect(payloadSize(BC.BC_ATTEMPT_ACQUIRE)).toBe(layout.PRI_DESC.size);
    expect(payloadSize(BC.BC_ENTER_LOOPER)).toBe(0);
    expect(payloadSize(BR.BR_TRANSACTION_SEC_CTX)).toBe(layout.TRANSACTION_DATA_SECCTX.size);
    expect(payloadSize(BR.BR_INCREFS)).toBe(layout.PTR_COOKIE.size);
    expect(payloadSize(IOCTL.BINDER_WRITE_READ)).toBe(layout.WRITE_READ.size);
  });

  test('names its command or return, and no other word does', () => {
    for (const [name, word] of Object.entries(BC)) expect(commandOf(word)?.bc).toBe(name);
    for (const [name, word] of Object.entries(BR)) expect(returnOf(word)?.br).toBe(name);
    const known = new Set<number>([...Object.values(BC), ...Object.values(BR)]);
    fc.assert(
      fc.property(word32, word => {
        fc.pre(!known.has(word));
        return commandOf(word) === undefined && returnOf(word) === undefined;
      }),
    );
  });

  test('BR_ERROR has no payload behind it although its word says four bytes (UAPI-09)', () => {
    expect(payloadSize(BR.BR_ERROR)).toBe(4);
    expect(returnOf(BR.BR_ERROR)?.size).toBe(0);
  });
});

/** A process whose mapping starts at `base` and holds `memory`. */
const readerOf = (base: number, memory: Uint8Array): Reader => ({
  base,
  peek: (offset, length) =>
    offset >= 0 && offset + length <= memory.length ? memory.subarray(offset, offset + length) : undefined,
  procOf: pid => (pid >= 1000 ? Math.trunc((pid - 1000) / 100) : null),
});

describe('a read buffer', () => {
  test('of any bytes is decoded without an exception and stays within them', () => {
    const words = [...Object.values(BR), 0, 0xffffffff];
    const piece = fc.oneof(
      fc.constantFrom(...words).map(word => {
        const bytes = new Uint8Array(4);
        viewOf(bytes).setUint32(0, word, true);
        return bytes;
      }),
      fc.uint8Array({ maxLength: 80 }),
    );
    const buffer = fc.array(piece, { maxLength: 6 }).map(parts => new Uint8Array(Buffer.concat(parts)));
    fc.assert(
      fc.property(buffer, fc.uint8Array({ maxLength: 300 }), fc.nat(400), fc.nat(8), (bytes, memory, base, from) => {
        const returns = decodeReturns(bytes, from, bytes.length, readerOf(base, memory));
        expect(JSON.stringify(returns)).toBeTypeOf('string');
      }),
      { numRuns: 500 },
    );
  });

  test('whose read_consumed lies behind its end is malformed, not an exception', () => {
    const bytes = new Uint8Array(8);
    viewOf(bytes).setUint32(0, BR.BR_NOOP, true);
    viewOf(bytes).setUint32(4, BR.BR_TRANSACTION, true);
    for (const to of [4, 6, 8, 9, 20, 100]) {
      expect(() => decodeReturns(bytes, 0, to, readerOf(0, bytes))).not.toThrow();
    }
  });

  test('with sizes and pointers that no driver should write is decoded without an exception', () => {
    const extreme = fc.constantFrom(0, 1, 8, 24, 4096, 2 ** 32, 2 ** 52, '0xffffffffffffffff', '0x8000000000000000');
    fc.assert(
      fc.property(extreme, extreme, extreme, extreme, (dataSize, offsetsSize, buffer, offsets) => {
        const bytes = new Uint8Array(68);
        const view = viewOf(bytes);
        view.setUint32(0, BR.BR_TRANSACTION, true);
        writeU64(view, 4 + layout.TRANSACTION_DATA.fields.data_size.at, dataSize);
        writeU64(view, 4 + layout.TRANSACTION_DATA.fields.offsets_size.at, offsetsSize);
        writeU64(view, 4 + layout.TRANSACTION_DATA.fields.buffer.at, buffer);
        writeU64(view, 4 + layout.TRANSACTION_DATA.fields.offsets.at, offsets);
        expect(decodeReturns(bytes, 0, 68, readerOf(0, new Uint8Array(64)))).toHaveLength(1);
      }),
    );
  });

  test('with objects, parents and offsets in any disorder is decoded without an exception', () => {
    const place = fc.constantFrom(0, 1, 8, 24, 40, 64, 2 ** 40, '0xfffffffffffffff8');
    fc.assert(
      fc.property(
        fc.array(wireObject, { minLength: 1, maxLength: 4 }),
        fc.array(place, { maxLength: 4 }),
        fc.nat(200),
        fc.nat(64),
        (objects, offsets, dataSize, base) => {
          const memory = new Uint8Array(256);
          let at = 0;
          for (const object of objects) {
            encodeObject(viewOf(memory), at, object);
            at += objectSize(object.type);
          }
          offsets.forEach((offset, slot) => writeU64(viewOf(memory), 208 + slot * 8, offset));
          const bytes = new Uint8Array(68);
          const view = viewOf(bytes);
          view.setUint32(0, BR.BR_TRANSACTION, true);
          writeU64(view, 4 + 32, dataSize);
          writeU64(view, 4 + 40, offsets.length * 8);
          writeU64(view, 4 + 48, base);
          writeU64(view, 4 + 56, base + 208);
          const [delivery] = decodeReturns(bytes, 0, 68, readerOf(base, memory)) as [Delivery];
          expect(delivery.offsets).toHaveLength(offsets.length);
          expect(delivery.data).toHaveLength(dataSize * 2);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('with a delivery shows the memory behind it in offsets of the mapping', () => {
    const base = 0x10000;
    const memory = new Uint8Array(256);
    const data = viewOf(memory);
    // A piece at 96 with a patched pointer to itself at its byte 8; its object lies at byte 0 of the data.
    encodeObject(data, 0, { type: 'PTR', flags: 0, buffer: base + 96, length: 16, parent: 0, parentOffset: 0 });
    encodeObject(data, 40, { type: 'PTR', flags: 1, buffer: base + 112, length: 8, parent: 0, parentOffset: 8 });
    writeU64(data, 104, base + 112);
    memory.fill(0x11, 112, 120);
    writeU64(data, 80, 0);
    writeU64(data, 88, 40);
    const bytes = new Uint8Array(68);
    const view = viewOf(bytes);
    view.setUint32(0, BR.BR_REPLY, true);
    view.setInt32(4 + 24, 1300, true);
    writeU64(view, 4 + 32, 80);
    writeU64(view, 4 + 40, 16);
    writeU64(view, 4 + 48, base);
    writeU64(view, 4 + 56, base + 80);
    const [reply] = decodeReturns(bytes, 0, 68, readerOf(base, memory)) as [Delivery];
    expect(reply).toMatchObject({ br: 'BR_REPLY', sender: 3, buffer: 0, offsetsAt: 80, offsets: [0, 40] });
    expect(reply.pieces).toEqual(['00'.repeat(8) + '7000000000000000', '11'.repeat(8)]);
    expect(objectInHex(reply.data, 0)).toMatchObject({ type: 'PTR', buffer: 96 });
    expect(objectInHex(reply.data, 40)).toMatchObject({ type: 'PTR', buffer: 112 });
  });
});

describe('the output of an ioctl', () => {
  test('is decoded from any bytes without an exception', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(IOCTL)),
        fc.uint8Array({ minLength: 24, maxLength: 48 }),
        (cmd, bytes) => {
          expect(() => decodeIoctl(cmd, bytes)).not.toThrow();
        },
      ),
    );
  });
});

/** A call as a memory image says what the call says, and its pointers point where they should. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call, Command, WriteRead } from '../../abi/call.ts';
import { commandOf, objectHex } from '../../abi/codec.ts';
import { BC, type IOCTL } from '../../abi/constants.ts';
import { commandSize, encodeIoctl, encodeWriteRead, wordOfCommand, writeSizeOf } from '../../abi/encode.ts';
import { toHex } from '../../abi/hex.ts';
import { BAD_POINTER, Image, SLACK, type PointsTo } from '../../abi/image.ts';
import * as layout from '../../abi/layout.ts';
import type { ObjectSpec, Op } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { readU64, type U64 } from '../../abi/u64.ts';
import { command, message, word32, word64 } from './arbitraries.ts';

/** The fields that a call needs besides its commands. */
const base = { op: 'write_read', id: 1, proc: 0, thread: 0, fd: 0, writeConsumed: 0 } as const;

/** Where the word at a place of the image points; `undefined` when it is no pointer. */
const pointerAt = (image: Image, at: number): PointsTo | undefined =>
  image.relocations.find(relocation => relocation.at === at)?.to;

const segmentHex = (image: Image, to: PointsTo | undefined): string | undefined => {
  if (to === undefined || !('segment' in to)) return undefined;
  const segment = image.segments[to.segment];
  return segment && toHex(image.bytes, segment.start, segment.length);
};

/** What a driver reads from the write buffer, pointers followed. */
const readBack = (image: Image, at: number): unknown => {
  const { view } = image;
  const word = view.getUint32(at, true);
  const body = at + 4;
  const pointer = (place: number): unknown => {
    const to = pointerAt(image, place);
    return to === undefined ? readU64(view, place) : 'mapping' in to ? to.mapping : segmentHex(image, to);
  };
  const found = commandOf(word);
  switch (found?.bc) {
    case 'BC_TRANSACTION':
    case 'BC_REPLY':
    case 'BC_TRANSACTION_SG':
    case 'BC_REPLY_SG': {
      const { fields } = layout.TRANSACTION_DATA;
      return {
        target: view.getUint32(body + fields.target.at, true),
        code: view.getUint32(body + fields.code.at, true),
        flags: view.getUint32(body + fields.flags.at, true),
        size: readU64(view, body + fields.data_size.at),
        offsetsSize: readU64(view, body + fields.offsets_size.at),
        buffersSize: found.bc.endsWith('_SG') ? readU64(view, body + 64) : undefined,
        data: pointer(body + fields.buffer.at),
        offsets: pointer(body + fields.offsets.at),
      };
    }
    case 'BC_FREE_BUFFER':
      return { buffer: pointer(body) };
    default:
      return { bytes: toHex(image.bytes, body, found?.size ?? 0) };
  }
};

const le = (value: U64, width: 4 | 8): string => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes.subarray(0, width).toString('hex');
};

/** The same, said from the command itself. */
const expected = (from: Command): unknown => {
  switch (from.bc) {
    case 'BC_TRANSACTION':
    case 'BC_REPLY': {
      const { data, dataAt, offsets, offsetsAt, offsetsSize, size, buffersSize } = from.message;
      const where = (place: 'own' | 'null' | 'bad', own: string): unknown =>
        place === 'own' ? own : place === 'bad' ? BAD_POINTER : 0;
      return {
        target: from.bc === 'BC_TRANSACTION' ? from.target : 0,
        code: from.code,
        flags: from.flags,
        size,
        offsetsSize,
        buffersSize,
        data: where(dataAt, data),
        offsets: where(offsetsAt, offsets.map(offset => le(offset, 8)).join('')),
      };
    }
    case 'BC_FREE_BUFFER':
      return { buffer: typeof from.buffer === 'number' ? from.buffer : from.buffer.address };
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      return { bytes: le(from.handle, 4) };
    case 'BC_INCREFS_DONE':
    case 'BC_ACQUIRE_DONE':
      return { bytes: le(from.ptr, 8) + le(from.cookie, 8) };
    case 'BC_REQUEST_DEATH_NOTIFICATION':
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      return { bytes: le(from.handle, 4) + le(from.cookie, 8) };
    case 'BC_DEAD_BINDER_DONE':
      return { bytes: le(from.cookie, 8) };
    case 'BC_ACQUIRE_RESULT':
      return { bytes: le(from.result, 4) };
    case 'BC_ATTEMPT_ACQUIRE':
      return { bytes: le(from.priority, 4) + le(from.handle, 4) };
    default:
      return { bytes: '' };
  }
};

describe('an encoded write_read', () => {
  const commands = fc.array(
    command.filter(each => each.bc !== 'RAW'),
    { maxLength: 4 },
  );

  test('reads back as the commands that it was made of', () => {
    fc.assert(
      fc.property(commands, write => {
        const image = new Image();
        const encoded = encodeWriteRead(image, { ...base, write });
        let at = encoded.write < 0 ? 0 : image.at(encoded.write);
        for (const each of write) {
          expect(image.view.getUint32(at, true)).toBe(wordOfCommand(each));
          expect(readBack(image, at)).toEqual(expected(each));
          at += commandSize(each);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('keeps raw bytes as they are', () => {
    const image = new Image();
    const encoded = encodeWriteRead(image, { ...base, write: [{ bc: 'RAW', word: 0xdeadbeef, bytes: '0102' }] });
    const { start, length } = image.segments[encoded.write] as (typeof image.segments)[number];
    expect(toHex(image.bytes, start, length)).toBe('efbeadde0102');
  });

  test('states in its argument what the call states', () => {
    const { fields } = layout.WRITE_READ;
    fc.assert(
      fc.property(
        fc.record(
          {
            write: commands,
            writeConsumed: fc.nat(100),
            writeSize: fc.nat(500),
            size: fc.nat(600),
            consumed: fc.nat(50),
          },
          { requiredKeys: ['write', 'writeConsumed', 'size', 'consumed'] },
        ),
        ({ size, consumed, ...rest }) => {
          const image = new Image();
          const call: WriteRead = { ...base, ...rest, read: { size, consumed } };
          const encoded = encodeWriteRead(image, call);
          const at = (field: keyof typeof fields): number => image.at(encoded.argument, fields[field].at);
          const word = (field: keyof typeof fields): U64 => readU64(image.view, at(field));
          expect(word('write_size')).toBe(writeSizeOf(call));
          expect(word('write_consumed')).toBe(rest.writeConsumed);
          expect(word('read_size')).toBe(size);
          expect(word('read_consumed')).toBe(consumed);
          expect(pointerAt(image, at('read_buffer'))).toEqual({ segment: encoded.read, addend: 0 });
          expect(image.segments[encoded.read]?.length).toBeGreaterThanOrEqual(size);
          if (encoded.write >= 0) expect(pointerAt(image, at('write_buffer'))).toBeDefined();
        },
      ),
    );
  });

  test('keeps segments apart and every pointer word within one of them', () => {
    fc.assert(
      fc.property(commands, fc.option(fc.nat(200), { nil: undefined }), (write, writeLimit) => {
        const image = new Image();
        encodeWriteRead(image, { ...base, write, ...(writeLimit === undefined ? {} : { writeLimit }) });
        image.segments.forEach(({ start, length, guarded }, index) => {
          expect(start % 8).toBe(0);
          const next = image.segments[index + 1]?.start ?? image.end;
          expect(next).toBeGreaterThanOrEqual(start + length + (guarded ? 0 : SLACK));
        });
        for (const { at } of image.relocations) {
          expect(image.segments.some(({ start, length }) => at >= start && at + 8 <= start + length)).toBe(true);
        }
      }),
    );
  });

  test('that is cut begins like the whole one and is guarded where it ends', () => {
    fc.assert(
      fc.property(commands, fc.nat(300), (write, writeLimit) => {
        const whole = new Image();
        const cut = new Image();
        const wholeWrite = encodeWriteRead(whole, { ...base, write }).write;
        const cutWrite = encodeWriteRead(cut, { ...base, write, writeLimit }).write;
        if (wholeWrite < 0) return;
        const all = segmentHex(whole, { segment: wholeWrite, addend: 0 }) as string;
        expect(segmentHex(cut, { segment: cutWrite, addend: 0 })).toBe(all.slice(0, writeLimit * 2));
        expect(cut.segments[cutWrite]).toMatchObject({ guarded: true });
        const pointers = (image: Image, segment: number): unknown[] =>
          image.relocations
            .map(({ at, to }) => ({ at: at - image.at(segment), to: segmentHex(image, to) ?? to }))
            .filter(({ at }) => at >= 0 && at + 8 <= Math.min(writeLimit, all.length / 2))
            .sort((a, b) => a.at - b.at);
        expect(pointers(cut, cutWrite)).toEqual(pointers(whole, wholeWrite));
      }),
    );
  });

  test('reuses its scratch memory without a trace of the last call', () => {
    fc.assert(
      fc.property(commands, commands, (first, second) => {
        const used = new Image();
        encodeWriteRead(used, { ...base, write: first, read: { size: 64, consumed: 0 } });
        encodeWriteRead(used, { ...base, write: second });
        const fresh = new Image();
        encodeWriteRead(fresh, { ...base, write: second });
        expect(toHex(used.bytes, 0, used.end)).toBe(toHex(fresh.bytes, 0, fresh.end));
        expect(used.relocations).toEqual(fresh.relocations);
      }),
    );
  });

  test('grows for a message of any size that can be accepted', () => {
    const image = new Image();
    const size = 4 << 20;
    const write: Command[] = [{ ...transaction, message: { ...plain, size, data: 'ab'.repeat(size) } }];
    const encoded = encodeWriteRead(image, { ...base, write });
    expect(readBack(image, image.at(encoded.write))).toMatchObject({ size, data: 'ab'.repeat(size) });
  });
});

const plain = {
  size: 0,
  data: '',
  offsets: [],
  offsetsSize: 0,
  objects: [],
  pieces: [],
  dataAt: 'own',
  offsetsAt: 'own',
} as const;
const transaction = { bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0 } as const;

describe('a resolved op with objects', () => {
  const encode = (op: Op): { readonly image: Image; readonly call: WriteRead; readonly at: number } => {
    const image = new Image();
    const call = resolve(new Environment(), op) as WriteRead;
    return { image, call, at: image.at(encodeWriteRead(image, call).write) };
  };
  const sending = (size: number, objects: readonly ObjectSpec[]): Op =>
    ({
      op: 'write_read',
      id: 1,
      proc: 0,
      thread: 0,
      fd: 0,
      write: [{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags: 0, message: { size, objects } }],
    }) as Op;

  test('has each object in its data and its place in the offsets', () => {
    const { image, at } = encode(
      sending(64, [
        { type: 'BINDER', at: 8, ptr: 16, cookie: 32 },
        { type: 'HANDLE', at: 32, handle: 3 },
      ]),
    );
    expect(readBack(image, at)).toMatchObject({
      data:
        '00'.repeat(8) +
        objectHex({ type: 'BINDER', flags: 0, ptr: 16, cookie: 32 }) +
        objectHex({ type: 'HANDLE', flags: 0, handle: 3, cookie: 0 }) +
        '00'.repeat(8),
      offsets: le(8, 8) + le(32, 8),
      offsetsSize: 16,
    });
  });

  test('points a PTR at its piece, or at nothing readable on purpose', () => {
    const { image, at } = encode(
      sending(80, [
        { type: 'PTR', at: 0, bytes: 'aabbcc' },
        { type: 'PTR', at: 40, bytes: 'dd', bad: true },
      ]),
    );
    const data = pointerAt(image, at + 4 + layout.TRANSACTION_DATA.fields.buffer.at) as { segment: number };
    expect(segmentHex(image, pointerAt(image, image.at(data.segment, 8)))).toBe('aabbcc');
    expect(readU64(image.view, image.at(data.segment, 48))).toBe(BAD_POINTER);
    expect(readU64(image.view, image.at(data.segment, 16))).toBe(3);
  });

  test('cut by the end of its data puts no pointer outside it', () => {
    for (const place of [0, 8, 16, 24, 56, 64, 4096, 1 << 30]) {
      const { image } = encode(sending(60, [{ type: 'PTR', at: place, bytes: 'aa' }]));
      for (const { at } of image.relocations) {
        expect(image.segments.some(({ start, length }) => at >= start && at + 8 <= start + length)).toBe(true);
      }
    }
  });
});

describe('an encoded ioctl', () => {
  test('has room for what its number says, and its fields in place', () => {
    const image = new Image();
    const call = { op: 'ioctl', id: 1, proc: 0, thread: 0, fd: 0 } as const;
    const ioctl = (cmd: keyof typeof IOCTL, arg: (Call & { op: 'ioctl' })['arg']): string => {
      expect(encodeIoctl(image, { ...call, cmd, arg }, target => ('pid' in target ? target.pid : 4242))).toBe(
        arg.bad !== true,
      );
      const { start, length } = image.segments[0] as (typeof image.segments)[number];
      return toHex(image.bytes, start, length);
    };
    expect(ioctl('BINDER_SET_MAX_THREADS', { value: 15 })).toBe(le(15, 8));
    expect(ioctl('BINDER_FREEZE', { target: { proc: 2 }, enable: 1, timeoutMs: 7 })).toBe(
      le(4242, 4) + le(1, 4) + le(7, 4),
    );
    expect(ioctl('BINDER_FREEZE', { target: { pid: 9 }, bad: true })).toBe(le(9, 4) + le(0, 8));
    expect(ioctl('BINDER_GET_NODE_DEBUG_INFO', { ptr: '0xfedcba9876543210' })).toBe(
      le('0xfedcba9876543210', 8) + '00'.repeat(16),
    );
    expect(ioctl('BINDER_GET_NODE_INFO_FOR_REF', { handle: 5 })).toBe(le(5, 4) + '00'.repeat(20));
    const manager = { type: 'BINDER', flags: 0x1000, ptr: 1, cookie: 2 } as const;
    expect(ioctl('BINDER_SET_CONTEXT_MGR_EXT', { flags: 0x1000, ptr: 1, cookie: 2 })).toBe(objectHex(manager));
  });

  test('with an unknown number of any size fits its argument', () => {
    fc.assert(
      fc.property(word32, cmd => {
        const image = new Image();
        encodeIoctl(image, { op: 'ioctl', id: 1, proc: 0, thread: 0, fd: 0, cmd, arg: {} }, () => 0);
        expect(image.segments[0]?.length).toBeGreaterThanOrEqual((cmd >>> 16) & 0x3fff);
      }),
    );
  });
});

test('the _SG words are chosen exactly by the presence of buffersSize', () => {
  fc.assert(
    fc.property(message, word64, (plainOrNot, buffersSize) => {
      const { buffersSize: _, ...without } = plainOrNot;
      expect(wordOfCommand({ ...transaction, message: without })).toBe(BC.BC_TRANSACTION);
      expect(wordOfCommand({ ...transaction, message: { ...without, buffersSize } })).toBe(BC.BC_TRANSACTION_SG);
      expect(wordOfCommand({ bc: 'BC_REPLY', code: 0, flags: 0, message: without })).toBe(BC.BC_REPLY);
    }),
  );
});

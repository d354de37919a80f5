/** Long data is laid out from what it is made of, just as it would be from its hex. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WriteRead } from '../../abi/call.ts';
import { encodeWriteRead } from '../../abi/encode.ts';
import { fillingOf } from '../../abi/filling.ts';
import { Image } from '../../abi/image.ts';
import type { MessageSpec, ObjectSpec } from '../../abi/op.ts';
import { Environment, resolve } from '../../abi/resolve.ts';
import { hexOf } from './arbitraries.ts';

const at = fc.integer({ min: 0, max: 1200 });
const object: fc.Arbitrary<ObjectSpec> = fc.oneof(
  fc.record({ type: fc.constant('RAW' as const), at, bytes: hexOf(40) }),
  fc.record({ type: fc.constant('HANDLE' as const), at, handle: fc.nat(9) }),
  fc.record({ type: fc.constant('PTR' as const), at, bytes: hexOf(16) }),
);
const spec = fc.record({
  size: fc.integer({ min: 0, max: 1500 }),
  fill: fc.integer({ min: 0, max: 255 }),
  bytes: hexOf(600),
  objects: fc.array(object, { maxLength: 4 }),
});

const callOf = (message: MessageSpec): WriteRead =>
  resolve(new Environment(), {
    ...{ op: 'write_read', id: 1, proc: 0, thread: 0, fd: 0 },
    write: [{ bc: 'BC_REPLY', code: 0, flags: 0, message }],
  }) as WriteRead;

const messageOf = ({ write: [command] }: WriteRead) => {
  if (command?.bc !== 'BC_REPLY') throw new Error('not a reply');
  return command.message;
};

/** The bytes of a call in an image that held something longer before. */
const imageOf = (call: WriteRead): string => {
  const image = new Image();
  image.segment(9000);
  image.bytes.fill(0x5a, 0, 9000);
  encodeWriteRead(image, call);
  return Buffer.from(image.bytes.subarray(0, image.end)).toString('hex');
};

test('a message that is known by its filling is the same in memory as one that is not', () => {
  let known = 0;
  fc.assert(
    fc.property(spec, message => {
      const call = callOf(message);
      const copy = structuredClone(call);
      expect(fillingOf(messageOf(copy))).toBeUndefined();
      if (fillingOf(messageOf(call)) !== undefined) known++;
      expect(imageOf(call)).toBe(imageOf(copy));
    }),
  );
  expect(known).toBeGreaterThan(20);
});

test('the data is the bytes, the objects over them, and the filling behind', () => {
  const { data } = messageOf(
    callOf({ size: 8, fill: 0xee, bytes: '0102', objects: [{ type: 'RAW', at: 3, bytes: 'aabb' }] }),
  );
  expect(data).toBe('0102eeaabbeeeeee');
  const cut = callOf({ size: 4, fill: 1, bytes: '00', objects: [{ type: 'RAW', at: 3, bytes: 'aabb' }] });
  expect(messageOf(cut).data).toBe('000101aa');
});

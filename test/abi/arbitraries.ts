/** Arbitraries of the vocabulary: words, bytes, wire objects and commands. */
import fc from 'fast-check';
import type { Command, Message } from '../../abi/call.ts';
import type { WireObject } from '../../abi/objects.ts';
import { u64, type U64 } from '../../abi/u64.ts';

/** Any 64-bit word, small ones and those at the edges of a safe integer most often. */
export const word64: fc.Arbitrary<U64> = fc
  .oneof(
    fc.bigInt({ min: 0n, max: 64n }),
    fc.bigInt({ min: (1n << 53n) - 4n, max: (1n << 53n) + 4n }),
    fc.bigInt({ min: (1n << 64n) - 4n, max: (1n << 64n) - 1n }),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  )
  .map(value => u64(value));

/** Any unsigned 32-bit word. */
export const word32 = fc.oneof(
  fc.integer({ min: 0, max: 64 }),
  fc.integer({ min: 0xfffffff0, max: 0xffffffff }),
  fc.integer({ min: 0, max: 0xffffffff }),
);

/** Hex of up to `max` bytes. */
export const hexOf = (max: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength: max }).map(bytes => Buffer.from(bytes).toString('hex'));

/** Any object of a payload. */
export const wireObject: fc.Arbitrary<WireObject> = fc.oneof(
  fc.record({
    type: fc.constantFrom('BINDER' as const, 'WEAK_BINDER' as const),
    flags: word32,
    ptr: word64,
    cookie: word64,
  }),
  fc
    .record({
      type: fc.constantFrom('HANDLE' as const, 'WEAK_HANDLE' as const),
      flags: word32,
      handle: word32,
      cookie: word64,
      high: word32,
    })
    .map(({ high, ...object }) => (high === 0 ? object : { ...object, high })),
  fc.record({ type: fc.constant('FD' as const), flags: word32, fd: word32, cookie: word64 }),
  fc.record({ type: fc.constant('FDA' as const), numFds: word64, parent: word64, parentOffset: word64 }),
  fc.record({
    type: fc.constant('PTR' as const),
    flags: word32,
    buffer: word64,
    length: word64,
    parent: word64,
    parentOffset: word64,
  }),
);

/** A message without objects. */
export const message: fc.Arbitrary<Message> = fc.record(
  {
    size: word64,
    data: hexOf(48),
    offsets: fc.array(word64, { maxLength: 3 }),
    offsetsSize: word64,
    objects: fc.constant([]),
    pieces: fc.constant([]),
    buffersSize: word64,
    dataAt: fc.constantFrom('own' as const, 'null' as const, 'bad' as const),
    offsetsAt: fc.constantFrom('own' as const, 'null' as const, 'bad' as const),
  },
  {
    requiredKeys: ['size', 'data', 'offsets', 'offsetsSize', 'objects', 'pieces', 'dataAt', 'offsetsAt'],
  },
);

const handleCommand = fc.record({
  bc: fc.constantFrom('BC_INCREFS' as const, 'BC_ACQUIRE' as const, 'BC_RELEASE' as const, 'BC_DECREFS' as const),
  handle: word32,
});

/** Any command of a write buffer. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ bc: fc.constant('BC_TRANSACTION' as const), target: word32, code: word32, flags: word32, message }),
  fc.record({ bc: fc.constant('BC_REPLY' as const), code: word32, flags: word32, message }),
  fc.record({
    bc: fc.constant('BC_FREE_BUFFER' as const),
    buffer: fc.oneof(
      fc.integer({ min: 0, max: 1 << 22 }),
      word64.map(address => ({ address })),
    ),
  }),
  handleCommand,
  fc.record({
    bc: fc.constantFrom('BC_INCREFS_DONE' as const, 'BC_ACQUIRE_DONE' as const),
    ptr: word64,
    cookie: word64,
  }),
  fc.record({
    bc: fc.constantFrom('BC_REQUEST_DEATH_NOTIFICATION' as const, 'BC_CLEAR_DEATH_NOTIFICATION' as const),
    handle: word32,
    cookie: word64,
  }),
  fc.record({ bc: fc.constant('BC_DEAD_BINDER_DONE' as const), cookie: word64 }),
  fc.record({
    bc: fc.constantFrom('BC_REGISTER_LOOPER' as const, 'BC_ENTER_LOOPER' as const, 'BC_EXIT_LOOPER' as const),
  }),
  fc.record({ bc: fc.constant('BC_ACQUIRE_RESULT' as const), result: fc.integer({ min: -5, max: 5 }) }),
  fc.record({
    bc: fc.constant('BC_ATTEMPT_ACQUIRE' as const),
    priority: fc.integer({ min: -20, max: 19 }),
    handle: word32,
  }),
  fc.record({ bc: fc.constant('RAW' as const), word: word32, bytes: hexOf(12) }),
);

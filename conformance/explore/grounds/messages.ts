/** Hunting grounds of messages: how much room they take, what they carry, what becomes of the bytes. */
import { TF_ACCEPT_FDS, TF_CLEAR_BUF } from '../../../abi/constants.ts';
import type { MessageSpec } from '../../../abi/op.ts';
import type { Ground } from '../../../properties/explore/ground/ground.ts';
import {
  call,
  carrying,
  descriptors,
  client,
  manager,
  node,
  oneway,
  op,
  place,
  reply,
  weakNode,
  writesOf,
} from './write.ts';

const PIECE = 'a1b2c3d4e5f60718';
const LONG = PIECE.repeat(4);
const PAIR = [manager(), client('a')] as const;

/** Messages of one object each, right and wrong. */
const OBJECTS: readonly MessageSpec[] = [
  carrying([node(32)]),
  carrying([node(32, 0, { flags: 1 })]),
  carrying([node(0x1_0000_0010)]),
  carrying([weakNode(64)]),
  carrying([node(32), weakNode(32, 24, 7)]),
  carrying([weakNode(64), node(64, 24)]),
  carrying([node(32), node(64, 24)]),
  carrying([node(32)], { size: 25, fill: 1 }),
  carrying([node(32, 1)]),
  carrying([node(32)], { offsets: [0, 0] }),
  carrying([{ type: 'RAW', at: 0, bytes: '852a627300000000' }], { size: 4 }),
  carrying([{ type: 'FD', at: 0, fd: { file: 0 } }]),
  carrying([node(32), { type: 'FD', at: 24, fd: { file: 0 } }]),
  carrying([node(32), { type: 'FDA', at: 24, numFds: 0, parent: 0, parentOffset: 0 }]),
  carrying([weakNode(64), { type: 'FDA', at: 24, numFds: 0, parent: 0, parentOffset: 0 }]),
  carrying([{ type: 'HANDLE', at: 0, handle: 0 }]),
  carrying([{ type: 'WEAK_HANDLE', at: 0, handle: 0 }]),
];

/** Messages with pieces, right and wrong. */
const PIECES: readonly MessageSpec[] = [
  carrying([{ type: 'PTR', at: 0 }]),
  carrying([{ type: 'PTR', at: 0, bytes: 'a1b2c3d4' }]),
  carrying([{ type: 'PTR', at: 0, bytes: PIECE }], { buffersSize: 8 }),
  carrying([{ type: 'PTR', at: 0, flags: 1 }]),
  carrying([{ type: 'PTR', at: 0, flags: 2 }]),
  carrying(
    [
      { type: 'PTR', at: 0, bytes: `${PIECE}a1b2c3d4` },
      { type: 'PTR', at: 40, bytes: 'a1b2c3d4' },
    ],
    { buffersSize: 40 },
  ),
  carrying([
    { type: 'PTR', at: 0 },
    { type: 'PTR', at: 40, flags: 1 },
  ]),
  ...[0, 8, 24, 25, 32].map(parentOffset =>
    carrying(
      [
        { type: 'PTR', at: 0, bytes: LONG },
        { type: 'PTR', at: 40, flags: 1, parent: 0, parentOffset: 8 },
        { type: 'PTR', at: 80, flags: 1, parent: 0, parentOffset },
      ],
      { buffersSize: 48 },
    ),
  ),
  descriptors([0]),
  descriptors([0, 1]),
  descriptors([]),
  descriptors([0], 4),
  carrying(
    [
      { type: 'PTR', at: 4, bytes: PIECE },
      { type: 'FDA', at: 48, numFds: 0, parent: 0, parentOffset: 0 },
    ],
    { buffersSize: 8 },
  ),
  carrying([
    { type: 'PTR', at: 4 },
    { type: 'PTR', at: 44, flags: 1 },
  ]),
  carrying(
    [
      { type: 'PTR', at: 4, bytes: LONG },
      { type: 'FDA', at: 48, numFds: 0, parent: 0, parentOffset: 1 },
      { type: 'PTR', at: 80, flags: 1 },
    ],
    { buffersSize: 40 },
  ),
  { size: 1, buffersSize: '0xfffffffffffffff8' },
  { size: '0x8000000000000000' },
];

const filled = (size: number): MessageSpec => ({ size, fill: 1 });

/** Grounds of messages. */
export const messageGrounds: readonly Ground[] = [
  {
    name: 'room',
    configuration: place('Oneways that fill the room', PAIR, ['oneway', 'read', 'kill'], [0, 33, 1633, 1945, 2009]),
    extras: [],
    batch: 5,
  },
  {
    name: 'flood',
    configuration: place('Oneways of one sender until it counts as spam', PAIR, ['oneway'], [0, 505, 649]),
    extras: [],
    batch: 8,
  },
  {
    name: 'places',
    configuration: place('Buffers that come and go', PAIR, ['call', 'oneway', 'read', 'free'], [0, 9, 24, 48]),
    extras: writesOf(1, call({ size: 4097 })),
    batch: 2,
  },
  {
    name: 'objects',
    configuration: place('Messages with an object', PAIR, ['read', 'free']),
    extras: writesOf(1, ...OBJECTS.map(message => oneway(message)), call(carrying([node(32)]))),
    batch: 2,
  },
  {
    name: 'pieces',
    configuration: place('Messages with pieces and descriptors', PAIR, ['read', 'free']),
    extras: writesOf(1, ...PIECES.map(message => oneway(message)), oneway({ size: 0 })),
    batch: 2,
  },
  {
    name: 'answers',
    configuration: place('Answers with objects', PAIR, ['call', 'read', 'free', 'extended_error']),
    extras: [
      ...writesOf(1, call({ size: 0 }, 0, TF_ACCEPT_FDS), oneway({ size: 0 }, 100)),
      ...writesOf(
        0,
        ...[
          { size: 0 },
          { size: '0x8000000000000000' },
          carrying([node(32)]),
          carrying([{ type: 'FD', at: 0, fd: { file: 0 } }]),
          descriptors([0]),
          descriptors([0, 1]),
        ].map(message => reply(message)),
        reply({ size: 0 }, 1),
        reply({ size: 0 }, 0xffff_fff1),
      ),
    ],
    batch: 2,
  },
  {
    name: 'accepting',
    configuration: place('Descriptors for a node that takes them', [manager(), client('a')], ['read', 'free']),
    extras: [
      ...writesOf(1, oneway(carrying([node(80, 0, { flags: 0x100 })]))),
      ...writesOf(
        0,
        oneway(descriptors([0]), 1),
        oneway(descriptors([1, 0]), 1),
        oneway(carrying([{ type: 'FD', at: 0, fd: { file: 0 } }]), 1),
      ),
    ],
    batch: 2,
  },
  {
    name: 'bytes',
    configuration: place('What stays in memory', PAIR, ['read', 'free']),
    extras: [
      ...writesOf(
        1,
        oneway(filled(16)),
        oneway(filled(9)),
        oneway({ size: 9 }),
        oneway({ size: 16 }, 0, TF_CLEAR_BUF),
        call(filled(9)),
        call(filled(9), 0, TF_CLEAR_BUF),
      ),
      ...writesOf(0, reply(filled(16)), reply(filled(16), TF_CLEAR_BUF)),
      op({ op: 'peek', offset: 0, length: 8 }),
      op({ op: 'peek', offset: 8, length: 8 }),
      op({ op: 'reclaim' }),
    ],
    batch: 2,
  },
];

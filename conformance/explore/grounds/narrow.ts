/** Narrow hunting grounds: few ops, so that logs can be long. */
import { TF_ACCEPT_FDS, TF_CLEAR_BUF } from '../../../abi/constants.ts';
import type { MessageSpec } from '../../../abi/op.ts';
import type { Ground, Template } from '../../../properties/explore/ground/ground.ts';
import {
  by,
  call,
  carrying,
  client,
  descriptors,
  manager,
  node,
  oneway,
  place,
  reply,
  unmapped,
  weakNode,
  writesOf,
} from './write.ts';

const PAIR = [manager(), client('a')] as const;
const EMPTY: MessageSpec = { size: 0 };

/** A handle that is there, and one that is not. */
const goodAndBad = (type: 'HANDLE' | 'WEAK_HANDLE'): MessageSpec =>
  carrying([
    { type, at: 0, handle: 0 },
    { type: 'HANDLE', at: 24, handle: 9999 },
  ]);

/** A read with room for everything. */
const READ: Template = { op: 'write_read', read: { size: 256 } };
const mmap = (size: number): Template => ({ op: 'mmap', size });
const peek = (length: number): Template => ({ op: 'peek', offset: 0, length });

/** Grounds of few ops. */
export const narrowGrounds: readonly Ground[] = [
  {
    name: 'rests',
    configuration: unmapped(place('Buffers of three sizes, freed in any order', PAIR, ['free'])),
    extras: [
      by([0], mmap(4096)),
      by([0], READ),
      ...writesOf(1, oneway({ size: 9 }), oneway(EMPTY), call({ size: 24 })),
    ],
    batch: 2,
  },
  {
    name: 'merges',
    configuration: unmapped(place('Two callers, and gaps that meet', [manager(2), client('a', 2)], ['free'])),
    extras: [by([0], mmap(4096)), by([0], READ), ...writesOf(1, call({ size: 24 }), oneway(EMPTY), call({ size: 48 }))],
    batch: 2,
  },
  {
    name: 'sleepers',
    configuration: place('Two readers of one queue of oneways', [manager(2), client('a')], ['oneway', 'read', 'free']),
    extras: [],
    batch: 2,
  },
  {
    name: 'odd-mappings',
    configuration: unmapped(place('Mappings of odd sizes', PAIR, [])),
    extras: [
      by([0], mmap(4097)),
      by([0], mmap(12_289)),
      ...writesOf(1, oneway(EMPTY), call({ size: 24 }), call({ size: 4097 }), call({ size: 16_377 })),
      ...writesOf(1, call(carrying([{ type: 'HANDLE', at: 0, handle: 9999 }], { size: 4097 }))),
    ],
    batch: 2,
  },
  {
    name: 'stale-bytes',
    configuration: unmapped(place('What a buffer shows of the one before it', PAIR, ['read', 'free'])),
    extras: [
      by([0], mmap(4096)),
      ...writesOf(1, oneway({ size: 24, fill: 1 }), oneway(carrying([weakNode(64)])), oneway({ size: 1 })),
      ...writesOf(1, oneway(carrying([node(32)], { size: 25, fill: 1 }))),
      by([0], peek(64)),
      by([0], { op: 'reclaim' }),
    ],
    batch: 1,
  },
  {
    name: 'reclaimed-pages',
    configuration: unmapped(place('What a page shows after memory pressure', PAIR, ['free'])),
    extras: [
      by([0], mmap(4096)),
      by([0], READ),
      ...writesOf(1, oneway({ size: 2, fill: 1 }), call({ size: 1 })),
      by([0], peek(8)),
      by([0], { op: 'reclaim' }),
    ],
    batch: 1,
  },
  {
    name: 'thawed',
    configuration: unmapped(place('What a frozen process remembers', PAIR, [])),
    extras: [
      by([0], mmap(4096)),
      ...writesOf(1, oneway(EMPTY), call(EMPTY)),
      by([1], { op: 'ioctl', cmd: 'BINDER_FREEZE', arg: { target: { proc: 0 }, enable: 1 } }),
      by([1], { op: 'ioctl', cmd: 'BINDER_FREEZE', arg: { target: { proc: 0 } } }),
      by([1], { op: 'ioctl', cmd: 'BINDER_GET_FROZEN_INFO', arg: { target: { proc: 0 } } }),
    ],
    batch: 1,
  },
  {
    name: 'cleared',
    configuration: place('Buffers that are to be cleared', PAIR, ['read', 'free']),
    extras: [
      ...writesOf(
        1,
        call(EMPTY),
        call(goodAndBad('HANDLE'), 0, TF_CLEAR_BUF),
        oneway({ size: 16, fill: 1 }, 0, TF_CLEAR_BUF),
      ),
      ...writesOf(0, reply(carrying([node(16), { type: 'HANDLE', at: 24, handle: 9999 }]), TF_CLEAR_BUF)),
      by([0, 1], peek(256)),
    ],
    batch: 1,
  },
  {
    name: 'handles-of-the-manager',
    configuration: place('Handle 0 in messages', PAIR, ['read', 'free']),
    extras: writesOf(
      1,
      { bc: 'BC_INCREFS', handle: 0 },
      oneway(carrying([{ type: 'HANDLE', at: 0, handle: 0 }])),
      oneway(carrying([{ type: 'WEAK_HANDLE', at: 0, handle: 0 }])),
      oneway(goodAndBad('HANDLE')),
      oneway(goodAndBad('WEAK_HANDLE')),
    ),
    batch: 2,
  },
  {
    name: 'acknowledged',
    configuration: place(
      'A node whose owner acknowledges what it is told',
      [manager(), client('a', 2, 1)],
      ['oneway', 'send_node', 'send_weak', 'read', 'ack', 'kill', 'free'],
    ),
    extras: [],
    batch: 1,
  },
  {
    name: 'failed-objects',
    configuration: place('Messages that fail over messages that did not', PAIR, ['read', 'free']),
    extras: writesOf(
      1,
      oneway(carrying([node(32)])),
      call(carrying([node(64)])),
      oneway(carrying([{ type: 'FD', at: 0, fd: { file: 0 } }])),
      oneway(carrying([node(32), weakNode(32, 24, 7)])),
    ),
    batch: 3,
  },
  {
    name: 'third-hand',
    configuration: unmapped(
      place('A handle of somebody else in an answer', [manager(), client('a'), client('b')], ['read']),
    ),
    extras: [
      by([0, 1], mmap(4096)),
      ...writesOf(1, call(EMPTY)),
      ...writesOf(2, oneway(carrying([node(96)]))),
      ...writesOf(0, reply(carrying([{ type: 'HANDLE', at: 0, handle: 1 }]))),
    ],
    batch: 1,
  },
  {
    name: 'wrong-replies',
    configuration: place('Answers of those who were not asked', PAIR, ['call', 'read']),
    extras: [0, 1].flatMap(proc => writesOf(proc, reply(EMPTY))),
    batch: 2,
  },
  {
    name: 'called-back',
    configuration: place('A call inside a call', PAIR, ['read', 'reply', 'thread_exit']),
    extras: [...writesOf(1, call(carrying([node(32)]))), ...writesOf(0, call(EMPTY, 1))],
    batch: 1,
  },
  {
    name: 'lost-twice',
    configuration: place('Calls that fail one after the other', PAIR, ['read', 'thread_exit', 'call']),
    extras: writesOf(0, reply({ size: '0x8000000000000000' })),
    batch: 1,
  },
  {
    name: 'updates-of-two',
    configuration: unmapped(
      place('Oneways of two senders to a frozen process', [manager(), client('a'), client('b')], []),
    ),
    extras: [
      by([0], mmap(4096)),
      by([1], { op: 'ioctl', cmd: 'BINDER_FREEZE', arg: { target: { proc: 0 }, enable: 1 } }),
      ...[1, 2].flatMap(proc => writesOf(proc, oneway(EMPTY), oneway(EMPTY, 0, 64))),
    ],
    batch: 2,
  },
  {
    name: 'death-orders',
    configuration: unmapped({
      ...place('A watcher that reads, clears and acknowledges', PAIR, ['kill', 'read']),
      limits: { transactions: 0, buffers: 0, counts: 1, deaths: 2, unread: 4 },
    }),
    extras: [
      by([0], { op: 'close' }),
      ...writesOf(
        1,
        { bc: 'BC_ENTER_LOOPER' },
        { bc: 'BC_ACQUIRE', handle: 0 },
        { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0, cookie: 51 },
        { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: 0, cookie: 51 },
        { bc: 'BC_DEAD_BINDER_DONE', cookie: 51 },
        { bc: 'BC_DEAD_BINDER_DONE', cookie: 59 },
      ),
    ],
    batch: 3,
  },
  {
    name: 'death-counts',
    configuration: unmapped({
      ...place('A watcher that lets go', PAIR, ['kill', 'read']),
      limits: { transactions: 0, buffers: 0, counts: 1, deaths: 2, unread: 4 },
    }),
    extras: writesOf(
      1,
      { bc: 'BC_ACQUIRE', handle: 0 },
      { bc: 'BC_RELEASE', handle: 0 },
      { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0, cookie: 51 },
    ),
    batch: 4,
  },
  {
    name: 'users',
    configuration: place('A sender that becomes another user', PAIR, ['read', 'free']),
    extras: [...writesOf(1, oneway(EMPTY), call(EMPTY)), by([1], { op: 'set_euid', euid: 1 })],
    batch: 1,
  },
  {
    name: 'faulting-reads',
    configuration: place('Reads that fault', PAIR, ['oneway', 'call', 'read', 'read_faulting']),
    extras: [by([0], { op: 'write_read', read: { size: 256, limit: 40 } })],
    batch: 2,
  },
  {
    name: 'answered-arrays',
    configuration: place('Answers with descriptors', PAIR, ['read', 'free']),
    extras: [...writesOf(1, call(EMPTY, 0, TF_ACCEPT_FDS)), ...writesOf(0, reply(descriptors([0])))],
    batch: 1,
  },
  {
    name: 'lent-niceness',
    configuration: place('A nice value that is given back', PAIR, ['call', 'oneway', 'reply', 'read']),
    extras: [by([0], { op: 'set_nice', nice: 1 }), by([1], { op: 'set_nice', nice: -7 }), by([0], { op: 'get_nice' })],
    batch: 1,
  },
];

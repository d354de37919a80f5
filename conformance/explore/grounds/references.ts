/** Hunting grounds of references: counts, handshakes, handles, deaths. */
import type { CommandSpec } from '../../../abi/op.ts';
import type { Ground } from '../../../properties/explore/ground/ground.ts';
import { call, carrying, client, manager, node, oneway, place, weakNode, writes, writesOf } from './write.ts';

const COUNTS = ['BC_INCREFS', 'BC_ACQUIRE', 'BC_RELEASE', 'BC_DECREFS'] as const;

/** Counts on a handle whether it is there or not. */
const counts = (handle: number): readonly CommandSpec[] => COUNTS.map(bc => ({ bc, handle }));

const DONE: readonly CommandSpec[] = [
  { bc: 'BC_INCREFS_DONE', ptr: 1, cookie: 1 },
  { bc: 'BC_ACQUIRE_DONE', ptr: 1, cookie: 1 },
  { bc: 'BC_INCREFS_DONE', ptr: 1, cookie: 2 },
  { bc: 'BC_ACQUIRE_DONE', ptr: 1, cookie: 2 },
];

const watch = (handle: number, cookie: number): readonly CommandSpec[] => [
  { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle, cookie },
  { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle, cookie },
];

/** Grounds of references. */
export const referenceGrounds: readonly Ground[] = [
  {
    name: 'counts',
    configuration: place('Counts on the manager', [manager(), client('a')], ['kill', 'read']),
    extras: writes(...counts(0)),
    batch: 3,
  },
  {
    name: 'handshakes',
    configuration: place(
      'A node, its owner and one who holds it',
      [manager(), client('a', 1, 1)],
      ['oneway', 'call', 'reply', 'send_node', 'send_weak', 'read', 'free', 'kill'],
    ),
    extras: [...writesOf(1, ...DONE), ...writesOf(0, ...counts(1))],
    batch: 2,
  },
  {
    name: 'handles',
    configuration: place(
      'Handles of several nodes',
      [manager(), client('a', 1, 2)],
      ['oneway', 'send_node', 'read', 'free'],
    ),
    extras: writesOf(
      1,
      oneway(carrying([node(32), node(64, 24)])),
      oneway(carrying([weakNode(16), node(64, 24)])),
      call(carrying([node(64)])),
    ),
    batch: 3,
  },
  {
    name: 'forwarding',
    configuration: place(
      'Handles that go home and on',
      [manager(), client('a', 1, 1)],
      ['oneway', 'call', 'reply', 'send_node', 'send_handle', 'send_weak', 'read', 'free', 'acquire', 'increfs'],
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'weakly-held',
    configuration: place(
      'What may be done with a handle that is held weakly',
      [manager(), client('a', 1, 1)],
      ['oneway', 'send_node', 'send_weak', 'read', 'free', 'reply'],
    ),
    extras: [
      ...writesOf(
        0,
        ...counts(1),
        call({ size: 0 }, 1),
        oneway({ size: 0 }, 1),
        oneway(carrying([{ type: 'HANDLE', at: 0, handle: 2 }]), 1),
      ),
      ...writesOf(1, call(carrying([weakNode(16)])), oneway(carrying([node(32), weakNode(16, 24)]))),
    ],
    batch: 2,
  },
  {
    name: 'manager-deaths',
    configuration: place(
      'The death of the manager, and who watches it',
      [manager(), client('a')],
      ['kill', 'read', 'enter_looper', 'oneway', 'acquire', 'increfs', 'release', 'decrefs'],
    ),
    extras: writesOf(
      1,
      ...watch(0, 51),
      ...watch(0, 52),
      { bc: 'BC_DEAD_BINDER_DONE', cookie: 51 },
      { bc: 'BC_DEAD_BINDER_DONE', cookie: 59 },
    ),
    batch: 3,
  },
  {
    name: 'watchers',
    configuration: {
      ...place('Two who watch the manager', [manager(), client('a'), client('b')], ['kill', 'read', 'acquire']),
      limits: { transactions: 0, buffers: 0, counts: 1, deaths: 2, unread: 4 },
    },
    extras: [1, 2].flatMap(proc => writesOf(proc, ...watch(0, 51))),
    batch: 3,
  },
  {
    name: 'dying-owners',
    configuration: place(
      'The death of the owner of a node',
      [manager(), client('a', 1, 1)],
      ['oneway', 'send_node', 'send_weak', 'read', 'free', 'kill', 'dead_done', 'release', 'decrefs'],
    ),
    extras: writesOf(0, ...watch(1, 51), { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 1, cookie: 52 }),
    batch: 2,
  },
];

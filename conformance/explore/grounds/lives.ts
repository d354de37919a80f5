/** Hunting grounds of calls and lives: stacks, threads, loopers, the freezer, reads and writes, mappings, users. */
import { TF_CLEAR_BUF, TF_ONE_WAY, TF_UPDATE_TXN } from '../../../abi/constants.ts';
import type { CommandSpec } from '../../../abi/op.ts';
import type { Extra, Ground } from '../../../properties/explore/ground/ground.ts';
import {
  by,
  call,
  carrying,
  client,
  manager,
  node,
  oneway,
  op,
  place,
  reply,
  write,
  writes,
  writesOf,
} from './write.ts';

const PAIR = [manager(), client('a')] as const;

const update = (code: number, flags: number, size = 0): CommandSpec => ({
  bc: 'BC_TRANSACTION',
  target: 0,
  code,
  flags: flags | TF_ONE_WAY,
  message: { size },
});

const freezer = (proc: number): readonly Extra[] => [
  op({ op: 'ioctl', cmd: 'BINDER_FREEZE', arg: { target: { proc }, enable: 1 } }),
  op({ op: 'ioctl', cmd: 'BINDER_FREEZE', arg: { target: { proc } } }),
  op({ op: 'ioctl', cmd: 'BINDER_GET_FROZEN_INFO', arg: { target: { proc } } }),
];

/** Grounds of calls and lives. */
export const lifeGrounds: readonly Ground[] = [
  {
    name: 'calls',
    configuration: place('Calls and oneways to the manager', PAIR, [
      ...(['call', 'oneway', 'reply', 'read', 'free', 'thread_exit', 'kill'] as const),
    ]),
    extras: [],
    batch: 2,
  },
  {
    name: 'refused',
    configuration: place('Calls and answers that are refused', PAIR, ['read', 'extended_error', 'free', 'thread_exit']),
    extras: [
      op({ op: 'ioctl', cmd: 'BINDER_GET_EXTENDED_ERROR' }),
      ...writes(
        call({ size: 0 }),
        oneway({ size: 0 }),
        reply({ size: 0 }),
        reply({ size: 0 }, TF_CLEAR_BUF),
        call({ size: 0 }, 7),
        call({ size: 0 }, 0, 0x8000_0000),
        { bc: 'BC_FREE_BUFFER', buffer: { address: 0 } },
      ),
    ],
    batch: 2,
  },
  {
    name: 'nested',
    configuration: place(
      'Calls back to the caller',
      [manager(), client('a', 1, 1)],
      [...(['call', 'oneway', 'send_node', 'reply', 'read', 'thread_exit', 'kill'] as const)],
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'two-threads-call',
    configuration: place(
      'Calls between two processes with two threads each',
      [manager(2), client('a', 2, 1)],
      [...(['call', 'send_node', 'reply', 'read'] as const)],
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'pool',
    configuration: place(
      'A manager with two threads',
      [manager(2), client('a')],
      [...(['call', 'oneway', 'reply', 'read', 'free', 'enter_looper', 'flush', 'signal', 'poll'] as const)],
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'waiters',
    configuration: place(
      'A manager with three threads that wait',
      [manager(3), client('a')],
      [...(['oneway', 'call', 'read', 'enter_looper', 'thread_exit'] as const)],
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'loopers',
    configuration: place(
      'One process and its pool of threads',
      [manager(2), client('a')],
      [
        ...([
          'enter_looper',
          'register_looper',
          'exit_looper',
          'max_threads',
          'read',
          'signal',
          'poll',
          'flush',
        ] as const),
        ...(['thread_exit', 'call'] as const),
      ],
    ),
    extras: [
      op({ op: 'close' }),
      op({ op: 'write_read', read: { size: 256, consumed: 8 } }),
      by([0], write(oneway({ size: 0 }))),
    ],
    batch: 2,
  },
  {
    name: 'freezer',
    configuration: place('A manager that is frozen and thawed', PAIR, [
      ...(['call', 'oneway', 'reply', 'read', 'thread_exit'] as const),
    ]),
    extras: [...freezer(0), ...freezer(1).slice(0, 1), ...freezer(1).slice(2)],
    batch: 2,
  },
  {
    name: 'updates',
    configuration: place('Oneways that replace others', [manager(), client('a'), client('b')], ['read', 'free']),
    extras: [
      ...freezer(0).slice(0, 1),
      ...[1, 2].flatMap(proc => writesOf(proc, update(0, 0), update(0, TF_UPDATE_TXN), update(1, TF_UPDATE_TXN, 32))),
    ],
    batch: 3,
  },
  {
    name: 'reads-and-writes',
    configuration: place('Strange sizes of reads and writes', PAIR, [
      'oneway',
      'call',
      'read',
      'read_tiny',
      'read_faulting',
    ]),
    extras: [
      ...[1, 3, 79, 80].map(size => op({ op: 'write_read', read: { size } })),
      op({ op: 'write_read', read: { size: 256, consumed: 8 } }),
      op({ op: 'write_read', read: { size: 256, limit: 4 } }),
      op({ op: 'write_read', read: { size: 256, limit: 40 } }),
      op({ op: 'write_read', write: [{ bc: 'BC_ENTER_LOOPER' }], writeSize: 1 }),
      op({ op: 'write_read', write: [{ bc: 'BC_EXIT_LOOPER' }], writeLimit: 0, read: { size: 256, consumed: 8 } }),
      op({ ...write({ bc: 'BC_FREE_BUFFER', buffer: { address: 0 } }), writeConsumed: 12 } as Extra['op']),
      op(write({ bc: 'BC_FREE_BUFFER', buffer: { address: 0 } })),
      op(write({ bc: 'BC_INCREFS', handle: 0 })),
      op(write(reply({ size: 0 }))),
      op({
        op: 'write_read',
        write: [oneway({ size: 0 }), call({ size: 0 })],
        read: { size: 256, limit: 4 },
      }),
      op({ op: 'write_read', write: [oneway({ size: 0 })], read: { size: 1 } }),
      op({ op: 'write_read', write: [oneway({ size: 0 })], read: { size: 256, limit: 4 } }),
    ],
    batch: 2,
  },
  {
    name: 'mappings',
    configuration: place('Mappings that come and go', PAIR, ['call', 'oneway', 'reply', 'read', 'unmap', 'reclaim']),
    extras: [
      op({ op: 'mmap', size: 4097 }),
      op({ op: 'mmap', size: 4096 }),
      op({ op: 'munmap', length: 8 }),
      op({ op: 'close' }),
      ...writesOf(1, call({ size: 4097 }), call({ size: 24 })),
    ],
    batch: 2,
  },
  {
    name: 'managers',
    configuration: place('Managers and their successors', PAIR, ['kill', 'oneway', 'call', 'read']),
    extras: [
      op({ op: 'ioctl', cmd: 'BINDER_SET_CONTEXT_MGR' }),
      op({ op: 'ioctl', cmd: 'BINDER_GET_NODE_INFO_FOR_REF' }),
      by([0, 1], { op: 'set_euid', euid: 1 }),
      ...writes({ bc: 'BC_INCREFS', handle: 0 }, { bc: 'BC_ACQUIRE', handle: 0 }),
    ],
    batch: 2,
  },
  {
    name: 'second-files',
    configuration: place('A process with two open files', PAIR, ['read', 'oneway', 'call']),
    extras: [
      { op: { op: 'open' }, procs: [0], fd: 1 },
      { op: { op: 'mmap', size: 4096 }, procs: [0], fd: 1 },
      { op: write(call({ size: 0 })), procs: [0], fd: 1 },
      { op: write(oneway({ size: 0 })), procs: [0], fd: 1 },
      ...freezer(0).slice(0, 2),
    ],
    batch: 2,
  },
  {
    name: 'nice-values',
    configuration: place('Nice values that are lent', PAIR, ['call', 'oneway', 'reply', 'read']),
    extras: [op({ op: 'set_nice', nice: 1 }), op({ op: 'get_nice' })],
    batch: 2,
  },
  {
    name: 'returning-nodes',
    configuration: place(
      'Items that yield no bytes',
      [manager(), client('a', 1, 1)],
      [...(['call', 'oneway', 'send_node', 'reply', 'read', 'free', 'ack'] as const)],
    ),
    extras: writesOf(1, oneway(carrying([node(32, 0, { flags: 1 })]))),
    batch: 3,
  },
];

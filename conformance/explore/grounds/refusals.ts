/** Hunting grounds of what is refused, and of threads that the driver asks for. */
import { TF_ACCEPT_FDS } from '../../../abi/constants.ts';
import type { Ground } from '../../../properties/explore/ground/ground.ts';
import { by, call, carrying, client, manager, oneway, op, place, reply, unmapped, writesOf } from './write.ts';

const PAIR = [manager(), client('a')] as const;

const file = (number: number) => ({ type: 'FD', at: 0, fd: { file: number } }) as const;

const IOCTLS = [
  'BINDER_VERSION',
  'BINDER_SET_IDLE_TIMEOUT',
  'BINDER_SET_IDLE_PRIORITY',
  'BINDER_SET_MAX_THREADS',
  'BINDER_SET_CONTEXT_MGR_EXT',
  'BINDER_GET_NODE_DEBUG_INFO',
  'BINDER_GET_NODE_INFO_FOR_REF',
  'BINDER_FREEZE',
  'BINDER_GET_FROZEN_INFO',
  'BINDER_ENABLE_ONEWAY_SPAM_DETECTION',
  'BINDER_GET_EXTENDED_ERROR',
] as const;

/** Grounds of refusals. */
export const refusalGrounds: readonly Ground[] = [
  {
    name: 'spawned',
    configuration: unmapped(
      place(
        'A thread that the driver asked for',
        [manager(2)],
        ['enter_looper', 'register_looper', 'max_threads', 'read'],
      ),
    ),
    extras: [],
    batch: 2,
  },
  {
    name: 'refusals',
    configuration: place('Ioctls and commands that are refused', PAIR, ['oneway', 'read']),
    extras: [
      ...IOCTLS.flatMap(cmd => [op({ op: 'ioctl', cmd }), op({ op: 'ioctl', cmd, arg: { bad: true } })]),
      op({ op: 'ioctl', cmd: 0x1234 }),
      op({ op: 'ioctl', cmd: 'BINDER_GET_NODE_INFO_FOR_REF', arg: { handle: 0, dirty: 1 } }),
      op({ op: 'ioctl', cmd: 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION', arg: { value: 1 } }),
      op({ op: 'ioctl', cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags: 0x1000 } }),
      op({ op: 'set_nonblock', nonblock: true }),
      op({ op: 'exit_task' }),
      op({ op: 'mmap', size: 4096, prot: 'write' }),
      op({ op: 'munmap' }),
      op({ op: 'write_read', bad: true }),
      op({ op: 'write_read' }),
      op({ op: 'write_read', write: [{ bc: 'BC_ENTER_LOOPER' }], writeLimit: 2 }),
      ...[0, 1].flatMap(proc =>
        writesOf(
          proc,
          { bc: 'BC_ACQUIRE_RESULT', result: 1 },
          { bc: 'BC_ATTEMPT_ACQUIRE', priority: 0, handle: 0 },
          { bc: 'RAW', word: 1 },
          { bc: 'BC_DEAD_BINDER_DONE', cookie: 5 },
          { bc: 'BC_FREE_BUFFER', buffer: { address: 8 } },
        ),
      ),
    ],
    batch: 2,
  },
  {
    name: 'watches',
    configuration: place(
      'Files that an epoll instance watches',
      [manager(), client('a')],
      ['read', 'flush', 'thread_exit'],
    ),
    extras: [
      by([0], { op: 'epoll_ctl', ctl: 'add' }),
      by([0], { op: 'epoll_wait' }),
      ...[0, 1].flatMap(proc => writesOf(proc, call({ size: 0 }), oneway({ size: 0 }))),
    ],
    batch: 1,
  },
  {
    name: 'given-up',
    configuration: unmapped(place('Memory that is given up', PAIR, [])),
    extras: [
      by([0], { op: 'mmap', size: 4096 }),
      by([0], { op: 'madvise' }),
      by([0], { op: 'mprotect', prot: 'write' }),
      by([0], { op: 'peek', offset: 0, length: 8 }),
      by([0], { op: 'reclaim' }),
      ...writesOf(1, oneway({ size: 8, fill: 1 }), oneway({ size: 8, dataAt: 'bad' })),
    ],
    batch: 1,
  },
  {
    name: 'full-tables',
    configuration: unmapped(place('Descriptors for which there is no room', [client('owner'), client('a')], ['read'])),
    extras: [
      by([0], { op: 'ioctl', cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags: 0x100 } }),
      by([0, 1], { op: 'mmap', size: 4096 }),
      by([0], { op: 'limit_fds', free: 0 }),
      by([0], { op: 'limit_fds', free: 1 }),
      by([1], { op: 'limit_fds', free: 0 }),
      ...writesOf(
        1,
        call({ size: 0 }, 0, TF_ACCEPT_FDS),
        oneway(carrying([file(0)])),
        oneway(carrying([file(0), { ...file(1), at: 24 }])),
      ),
      ...writesOf(0, reply(carrying([file(0)]))),
    ],
    batch: 2,
  },
];

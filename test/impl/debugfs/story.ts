/**
 * A story in chapters that fills every kind of line of every file; the same calls are made on the optimised driver and
 * on Linux. Chapters follow one another on one machine, so that numbers and counters agree.
 */
import type { Call } from '../../../abi/call.ts';
import { binder, call, remote, reply, Script, withRoom } from './script.ts';

/** Calls; every file is read after them. */
export interface Chapter {
  readonly name: string;
  readonly calls: readonly Call[];
}

/** Devices of the story's world. */
export const DEVICES = 3;
/** Processes of the story. */
export const PROCESSES = 6;

const ONE_WAY = 0x01;
const CLEAR_BUF = 0x20;
const DEAD = 0xdead;
const freed = (buffer: number) => ({ bc: 'BC_FREE_BUFFER', buffer }) as const;

export const STORY: readonly Chapter[] = [
  {
    name: 'a call waits for its answer',
    calls: new Script()
      .open([0, 0], 1 << 20, false)
      .ioctl([0, 0], 'BINDER_SET_CONTEXT_MGR')
      .prime([0, 1])
      .read([0, 1], 256, { bc: 'BC_ENTER_LOOPER' })
      .open([1, 0], 1 << 16, false)
      .prime([1, 0])
      .ioctl([1, 0], 'BINDER_SET_MAX_THREADS', { value: 0xffff_ffff })
      .nice(1, 0, 4)
      .read([1, 0], 256, call(0, 0xab, 0x10, 29, [0, binder(0x5000, 0x6000)])).calls,
  },
  {
    name: 'a call is answered with a call',
    calls: new Script()
      .write(
        [0, 1],
        { bc: 'BC_INCREFS', handle: 1 },
        { bc: 'BC_ACQUIRE', handle: 1 },
        { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 1, cookie: DEAD },
      )
      .write([0, 1], freed(0), call(1, 0xcd, 0, 5)).calls,
  },
  {
    name: 'oneways wait for their turn',
    calls: new Script()
      .open([2, 0])
      .prime([2, 0])
      .write([2, 0], call(0, 1, ONE_WAY, 3), call(0, 2, ONE_WAY, 4), call(0, 3, ONE_WAY, 24, [0, remote(7)]))
      .write([2, 0], call(0, 4, ONE_WAY))
      .read([2, 0], 256)
      .write([2, 0], withRoom(call(0, 5, ONE_WAY, 13), 16)).calls,
  },
  {
    name: 'an answer waits for its reader',
    calls: new Script().write([1, 0], reply(7, CLEAR_BUF | 0x10, 9)).calls,
  },
  {
    name: 'messages were read and are not freed',
    calls: new Script()
      .read([0, 1], 256)
      .ioctl([0, 1], 'BINDER_SET_MAX_THREADS', { value: 15 })
      .write([0, 1], reply(8, 0, 24, [0, remote(1)]))
      .read([0, 1], 256)
      .read([0, 1], 256)
      .read([1, 0], 256).calls,
  },
  {
    name: 'errors wait for their readers',
    calls: new Script().write([2, 0], call(9999, 1, 0)).write([1, 0], reply(1)).calls,
  },
  {
    name: 'oneways look like spam, and a process has two open files',
    calls: new Script()
      .open([3, 0], 1 << 16, true, 1)
      .ioctl([3, 0], 'BINDER_SET_CONTEXT_MGR_EXT', { ptr: 0x7000, cookie: 0x8000, flags: 0x1ff })
      .open([2, 1, 1], 0, true, 1)
      .prime([2, 1, 1])
      .write([2, 1, 1], ...Array.from({ length: 7 }, (_, code) => call(0, code, ONE_WAY, 4000))).calls,
  },
  {
    name: 'a thread leaves between its caller and its callee',
    calls: new Script()
      .open([4, 0])
      .prime([4, 0], [0, 2])
      .write([4, 0], call(0, 0xee, 0, 2))
      .read([0, 2], 256)
      .write([0, 2], call(1, 0xff, 0, 1))
      .ioctl([0, 2], 'BINDER_THREAD_EXIT').calls,
  },
  { name: 'an owner is killed', calls: new Script().kill(1).calls },
  {
    name: 'a pending death is cleared',
    calls: new Script().write([0, 1], { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: 1, cookie: DEAD }).calls,
  },
  { name: 'a death was told', calls: new Script().read([0, 1], 256).calls },
  {
    name: 'a death is done with, and a thread polls',
    calls: new Script()
      .prime([0, 3])
      .write([0, 3], { bc: 'BC_DEAD_BINDER_DONE', cookie: DEAD })
      .on([0, 4], 'poll')
      .write([0, 3], call(1, 1, 0), freed(0)).calls,
  },
  {
    name: 'sends fail in many ways',
    calls: new Script()
      .open([5, 0], 4096, true, 2)
      .prime([5, 0])
      .ioctl([5, 0], 'BINDER_SET_CONTEXT_MGR')
      .write([5, 0], call(0, 1, 0))
      .read([5, 0], 256)
      .open([2, 2, 2], 1 << 16, true, 2)
      .prime([2, 2, 2])
      .write([2, 2, 2], call(0, 2, 0, 5000))
      .read([2, 2, 2], 256)
      .write([2, 2, 2], call(0, 3, 0, 24, [0, binder(0x9000, 0xa000, 'WEAK_BINDER')]))
      .read([5, 0], 256)
      .write([5, 0], call(1, 4, 0), call(1, 5, 0))
      .read([5, 0], 256)
      .write([5, 0], reply(6, 0, 70000))
      .read([2, 2, 2], 256)
      .read([5, 0], 256)
      .write([2, 2, 2], call(0, 7, 0, 8))
      .read([5, 0], 256)
      .ioctl([2, 2, 2], 'BINDER_THREAD_EXIT')
      .write([5, 0], reply(8, 0, 8))
      .ioctl([5, 0], 'BINDER_FREEZE', { target: { proc: 5 }, enable: 1 })
      .prime([2, 3, 2])
      .write([2, 3, 2], call(0, 9, 0, 8)).calls,
  },
  {
    name: 'a manager is gone, and a mapping',
    calls: new Script()
      .kill(5)
      .read([2, 3, 2], 256)
      .write([2, 3, 2], call(0, 10, 0))
      .on([0, 0], 'munmap')
      .write([4, 0], call(0, 11, ONE_WAY, 8))
      .read([2, 0], 256)
      .write([2, 0], call(0, 12, 0)).calls,
  },
  {
    name: 'the log is full',
    calls: new Script()
      .read([4, 0], 256)
      .write([4, 0], { bc: 'RAW', word: 0x1234_5602, bytes: '' })
      .write([2, 1, 1], ...Array.from({ length: 40 }, (_, code) => call(0, code, ONE_WAY))).calls,
  },
  {
    name: 'the first open file of a process is closed',
    calls: new Script().on([2, 0], 'munmap').on([2, 0], 'close').calls,
  },
  {
    name: 'everybody is gone but one',
    calls: new Script().open([2, 0, 3], 0).kill(0).kill(2).kill(3).calls,
  },
];

/** The hunting ground of open files in the hands of several processes. */
import type { Extra, Ground } from '../../../properties/explore/ground/ground.ts';
import { by, call, client, manager, place, write } from './write.ts';

/** Its own open file is a holder's descriptor 0. */
const HELD = 1;
const HOLDER = 2;

const share = (from: number): Extra => by([from], { op: 'share', to: HOLDER, as: HELD });
const held = (op: Extra['op']): Extra => ({ op, procs: [HOLDER], fd: HELD });

export const handGrounds: readonly Ground[] = [
  {
    name: 'hands',
    configuration: place(
      'Files that two processes have',
      [manager(), client('a'), client('holder')],
      ['call', 'read', 'kill'],
    ),
    extras: [
      share(0),
      share(1),
      held({ op: 'mmap', size: 4096 }),
      held({ op: 'close' }),
      held({ op: 'ioctl', cmd: 'BINDER_VERSION' }),
      held(write(call({ size: 0 }))),
      held({ op: 'write_read', read: { size: 256 } }),
    ],
    batch: 1,
  },
];

/** System calls about an open file that take more than numbers. */
import type { Call } from '../../../abi/call.ts';
import type { Descriptor } from './open-file.ts';
import type { Ground } from './ground.ts';
import type { SystemCall } from './program.ts';
import * as sys from './sys.ts';

type Of<Kind extends Call['op']> = Call & { readonly op: Kind };

/** Mappings up to this size are placed at low addresses, of which there is a gigabyte. */
const LOW_MAPPING = 16 << 20;

/** Opens a device. */
export const open = (call: Of<'open'>, { calls }: Ground, device: string): SystemCall => {
  const flags = (call.readonly ? sys.O_RDONLY : sys.O_RDWR) | sys.O_CLOEXEC | (call.nonblock ? sys.O_NONBLOCK : 0);
  return {
    number: calls.openat,
    args: [sys.AT_FDCWD, { segment: 0 }, flags],
    segments: [{ bytes: Buffer.from(`${device}\0`) }],
    mustComplete: true,
  };
};

/** Maps the file; of its opener, keeps the address. */
export const mmap = (call: Of<'mmap'>, { calls, lowAddress }: Ground, descriptor: Descriptor): SystemCall => {
  const prot = { read: sys.PROT_READ, none: sys.PROT_NONE, write: sys.PROT_READ | sys.PROT_WRITE }[call.prot];
  // Low addresses have few bytes that are not zero: where half of a stale pointer shows, it shows as an offset does.
  const low = call.size <= LOW_MAPPING ? lowAddress : 0;
  const flags = (call.private ? sys.MAP_PRIVATE : sys.MAP_SHARED) | sys.MAP_NORESERVE | low;
  return {
    number: calls.mmap,
    args: [0, call.size, prot, flags, descriptor.number, 0],
    ...(descriptor.isOpeners ? { save: descriptor.file.baseRegister } : {}),
    mustComplete: true,
  };
};

/** Uses the descriptor as that of a file (PROC-29). */
export const fileIo = (call: Of<'file_io'>, { calls }: Ground, { number }: Descriptor): SystemCall => ({
  number: calls[call.call],
  args: [number, ...(call.call === 'lseek' ? [0, sys.SEEK_CUR] : [{ segment: 0 }, 1])],
  segments: [{ length: 8 }],
  mustComplete: true,
});

/** Puts the file into an epoll set, looks at it again, or takes it out. */
export const epollControl = (
  call: Of<'epoll_ctl'>,
  { calls }: Ground,
  set: number,
  { number }: Descriptor,
): SystemCall => {
  const event = sys.epollEvent(calls);
  const bytes = new Uint8Array(event.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, sys.EPOLLIN, true);
  view.setUint32(event.data, call.fd, true);
  return {
    number: calls.epoll_ctl,
    args: [set, sys.EPOLL_CTL[call.ctl], number, { segment: 0 }],
    segments: [{ bytes }],
    mustComplete: true,
  };
};

/** Asks an epoll set what is readable. */
export const epollWait = (call: Of<'epoll_wait'>, { calls }: Ground, set: number): SystemCall => {
  const length = sys.epollEvent(calls).size * MOST_EVENTS;
  return {
    number: calls.epoll_pwait,
    args: [set, { segment: 0 }, MOST_EVENTS, call.sleep === true ? -1 : 0, 0, 8],
    segments: [{ length }],
    outs: [{ segment: 0, length }],
    mustComplete: call.sleep !== true,
  };
};

/** More than a process has files. */
const MOST_EVENTS = 32;

/** Asks for every event without waiting. */
export const poll = ({ calls }: Ground, { number }: Descriptor): SystemCall => {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, number, true);
  view.setUint16(4, sys.EVERY_EVENT, true);
  return {
    number: calls.ppoll,
    // The time to wait is the zeros behind the structure.
    args: [{ segment: 0 }, 1, { segment: 0, add: 8 }, 0],
    segments: [{ bytes, length: 24 }],
    outs: [{ segment: 0, length: 8 }],
    mustComplete: true,
  };
};

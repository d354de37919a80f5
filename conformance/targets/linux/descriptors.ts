/** Instructions about descriptors and mappings that take more than one system call. */
import type { Call } from '../../../abi/call.ts';
import { PAGE } from '../../../abi/ids.ts';
import type { Actor, OpenFile } from './cast.ts';
import type { Ground } from './ground.ts';
import type { Lowered } from './lower.ts';
import type { Program, SystemCall, Value } from './program.ts';
import * as requests from './requests.ts';
import * as raise from './raise.ts';
import * as sys from './sys.ts';

/** A thread of the agent, and the program under construction. */
export interface Place {
  readonly program: Program;
  readonly ground: Ground;
  readonly actor: Actor;
  readonly seat: number;
}

/** The instruction that answers for a call, and how its answer is read. */
export interface Main {
  readonly main: number;
  readonly done: Lowered['done'];
}

/** Numbers of descriptors that nothing received gets: of open files from here on, and of epoll sets by thread. */
const FIRST_OWN = 64;
const FIRST_EPOLL = 200;

/** A system call that never rests for long and needs no memory. */
const call = ({ program, actor, seat }: Place, number: number, args: readonly Value[], save?: number): number =>
  program.call(actor.seat, seat, { number, args, mustComplete: true, ...(save === undefined ? {} : { save }) });

/** A process that may run out of numbers gets one from where the driver would, and then gives it back for another. */
export const openLimited = (place: Place, request: SystemCall, file: OpenFile): Main => {
  const { program, actor, seat } = place;
  const { calls } = place.ground;
  program.setRegister(actor.seat, raise.SCRATCH, -1);
  program.setRegister(actor.seat, file.fdRegister, -1);
  const main = program.call(actor.seat, seat, { ...request, save: raise.SCRATCH });
  program.limit(actor.seat, 'hold');
  call(place, calls.fcntl, [{ register: raise.SCRATCH }, sys.F_DUPFD_CLOEXEC, FIRST_OWN], file.fdRegister);
  call(place, calls.close, [{ register: raise.SCRATCH }]);
  program.waitKernel();
  program.limit(actor.seat, 'again');
  return {
    main,
    done: answer => {
      const done = raise.status(answer);
      if (done.status !== 'OK') file.closed = true;
      return done;
    },
  };
};

/** A copy of the descriptor is made and closed. */
export const flush = (place: Place, file: OpenFile): Main => {
  const { program, actor, ground } = place;
  // Perhaps no number is given; then nothing is closed.
  if (actor.limited) program.setRegister(actor.seat, raise.SCRATCH, -1);
  const main = call(place, ground.calls.dup, [file.descriptor], raise.SCRATCH);
  call(place, ground.calls.close, [{ register: raise.SCRATCH }]);
  program.waitKernel();
  return { main, done: raise.status };
};

/** The descriptor of a thread's epoll set, which is made when it is first named. */
const epollSet = (place: Place): number => {
  const { program, actor, seat } = place;
  const { calls } = place.ground;
  const set = FIRST_EPOLL + seat;
  if (actor.epolls.has(seat)) return set;
  actor.epolls.add(seat);
  if (actor.limited) program.limit(actor.seat, 'hold');
  call(place, calls.epoll_create1, [sys.O_CLOEXEC], raise.SCRATCH);
  call(place, calls.dup3, [{ register: raise.SCRATCH }, set, sys.O_CLOEXEC]);
  call(place, calls.close, [{ register: raise.SCRATCH }]);
  if (actor.limited) program.limit(actor.seat, 'again');
  return set;
};

/** Just so many more descriptors, or any number. */
export const limit = (program: Program, actor: Actor, { free }: Call & { readonly op: 'limit_fds' }): Main => {
  actor.limited = free !== undefined;
  return { main: program.limit(actor.seat, free ?? 'none'), done: raise.status };
};

/** What is done to a descriptor or a mapping behind the driver's back, and epoll. `file`: of the calls that name one. */
export const lower = (
  place: Place,
  op: Extract<Call, { readonly op: 'file_io' | 'mprotect' | 'madvise' | 'epoll_ctl' }> | Waiting,
  file: OpenFile | undefined,
): Main => {
  const { program, actor, seat, ground } = place;
  const { calls } = ground;
  if (op.op === 'epoll_wait') {
    const main = program.call(actor.seat, seat, requests.epollWait(op, ground, epollSet(place)));
    return { main, done: answer => raise.waited(answer, calls) };
  }
  if (file === undefined) throw new Error(`${op.op} without an open file`);
  switch (op.op) {
    case 'file_io':
      return { main: program.call(actor.seat, seat, requests.fileIo(op, ground, file)), done: raise.status };
    case 'mprotect': {
      const prot = { read: sys.PROT_READ, none: sys.PROT_NONE, write: sys.PROT_READ | sys.PROT_WRITE }[op.prot];
      return { main: onParts(place, file, calls.mprotect, file.remaining(0, Infinity), prot), done: raise.status };
    }
    case 'madvise': {
      const { offset: from = 0, length } = op;
      const to = length === undefined ? Infinity : from + Math.ceil(length / PAGE) * PAGE;
      // An impossible range is the kernel's to refuse.
      const parts = from % PAGE === 0 ? file.remaining(from, to) : [[from, from + PAGE] as const];
      return { main: onParts(place, file, calls.madvise, parts, sys.MADV_DONTNEED), done: raise.status };
    }
    case 'epoll_ctl': {
      const request = requests.epollControl(op, ground, epollSet(place), file);
      return { main: program.call(actor.seat, seat, request), done: raise.status };
    }
  }
};

type Waiting = Call & { readonly op: 'epoll_wait' };

/** The same call about each part of a mapping; the answer is that about the last. */
const onParts = (
  place: Place,
  file: OpenFile,
  number: number,
  parts: readonly (readonly [number, number])[],
  what: number,
): number => {
  let main = place.program.tag;
  if (parts.length === 0) main = place.program.settle();
  for (const [low, high] of parts) main = call(place, number, [file.address(low), high - low, what]);
  return main;
};

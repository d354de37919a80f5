/** Instructions about descriptors and threads that take more than one system call, or one of a kind. */
import type { Call } from '../../../abi/call.ts';
import type { Done } from '../../../abi/observation.ts';
import type { Actor } from './cast.ts';
import type { Descriptor } from './open-file.ts';
import { systemCall, type Main, type Place } from './place.ts';
import type { Program, SystemCall } from './program.ts';
import * as requests from './requests.ts';
import * as raise from './raise.ts';
import * as sys from './sys.ts';
import type { Completion } from './wire.ts';

/** Numbers of epoll sets, by thread; nothing received gets one of these. */
const FIRST_EPOLL = 200;

/** A process that has other numbers left gets one from where the driver would, and then gives it back for its own. */
export const openElsewhere = (place: Place, request: SystemCall, descriptor: Descriptor): Main => {
  const { program, actor, seat } = place;
  const { calls } = place.ground;
  program.setRegister(actor.seat, raise.SCRATCH, -1);
  const main = program.call(actor.seat, seat, { ...request, save: raise.SCRATCH });
  program.limit(actor.seat, 'hold');
  systemCall(place, calls.fcntl, [{ register: raise.SCRATCH }, sys.F_DUPFD_CLOEXEC, descriptor.number]);
  systemCall(place, calls.close, [{ register: raise.SCRATCH }]);
  program.waitKernel();
  program.limit(actor.seat, 'again');
  return { main, done: answer => given(answer, descriptor) };
};

/** Whether a process got a descriptor. */
const given = (answer: Completion, descriptor: Descriptor): Done => {
  const done = raise.status(answer);
  if (done.status !== 'OK') descriptor.close();
  return done;
};

/** Another process gets a descriptor of its own. */
export const share = (program: Program, from: Descriptor, to: Descriptor): Main => ({
  main: program.share(to.actor.seat, from.actor.seat, from.number, to.number),
  done: answer => given(answer, to),
});

/** A copy of the descriptor is made and closed. */
export const flush = (place: Place, { number }: Descriptor): Main => {
  const { program, actor, ground } = place;
  // Perhaps no number is given; then nothing is closed.
  if (actor.limited) program.setRegister(actor.seat, raise.SCRATCH, -1);
  const main = systemCall(place, ground.calls.dup, [number], raise.SCRATCH);
  systemCall(place, ground.calls.close, [{ register: raise.SCRATCH }]);
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
  systemCall(place, calls.epoll_create1, [sys.O_CLOEXEC], raise.SCRATCH);
  systemCall(place, calls.dup3, [{ register: raise.SCRATCH }, set, sys.O_CLOEXEC]);
  systemCall(place, calls.close, [{ register: raise.SCRATCH }]);
  if (actor.limited) program.limit(actor.seat, 'again');
  return set;
};

/** Just so many more descriptors, or any number. */
export const limit = (program: Program, actor: Actor, { free }: Call & { readonly op: 'limit_fds' }): Main => {
  actor.limited = free !== undefined;
  actor.wasLimited ||= actor.limited;
  return { main: program.limit(actor.seat, free ?? 'none'), done: raise.status };
};

/** The nice value of a thread is set, or asked for. */
export const nice = (place: Place, op: Extract<Call, { readonly op: 'set_nice' | 'get_nice' }>): Main => {
  const { getpriority, setpriority } = place.ground.calls;
  if (op.op === 'get_nice') return { main: systemCall(place, getpriority, [sys.PRIO_PROCESS, 0]), done: raise.nice };
  return { main: systemCall(place, setpriority, [sys.PRIO_PROCESS, 0, op.nice]), done: raise.status };
};

/** What is done to a descriptor behind the driver's back, and epoll. `descriptor`: of the calls that name one. */
export const lower = (
  place: Place,
  op: Extract<Call, { readonly op: 'file_io' | 'epoll_ctl' }> | Waiting,
  descriptor: Descriptor | undefined,
): Main => {
  const { program, actor, seat, ground } = place;
  const { calls } = ground;
  if (op.op === 'epoll_wait') {
    const main = program.call(actor.seat, seat, requests.epollWait(op, ground, epollSet(place)));
    return { main, done: answer => raise.waited(answer, calls) };
  }
  if (descriptor === undefined) throw new Error(`${op.op} without an open file`);
  switch (op.op) {
    case 'file_io':
      return { main: program.call(actor.seat, seat, requests.fileIo(op, ground, descriptor)), done: raise.status };
    case 'epoll_ctl': {
      const request = requests.epollControl(op, ground, epollSet(place), descriptor);
      return { main: program.call(actor.seat, seat, request), done: raise.status };
    }
  }
};

type Waiting = Call & { readonly op: 'epoll_wait' };

/**
 * The write half of BINDER_WRITE_READ (binder_thread_write): commands one after the other.
 *
 * Only a few things fail the ioctl (WR-31); a refused transaction stops the parsing until its error is read (WR-04);
 * every other mistake is logged and passed over.
 */
import type { Command, Status, WriteRead } from '../abi/call.ts';
import { commandSize, writeSizeOf } from '../abi/encode.ts';
import { clearDeath, deadBinderDone, requestDeath } from './death.ts';
import { noteCommand } from './journal/note.ts';
import { acknowledge } from './node.ts';
import { count } from './ref.ts';
import { freeBuffer } from './release.ts';
import { itemAt } from './stream.ts';
import { reply } from './reply.ts';
import { fileOf, type ThreadKey } from './state.ts';
import { enterLooper, exitLooper, registerLooper } from './thread.ts';
import { call } from './transaction.ts';
import type { Turn } from './turn.ts';

/** How the write ended, and write_consumed. */
export interface WriteEnd {
  readonly status: Status;
  readonly wrote: number;
}

/** WR-01 .. WR-08: parses from write_consumed while there is room and no error waits to be read. */
export const write = (t: Turn, thread: ThreadKey, request: WriteRead): WriteEnd => {
  const size = writeSizeOf(request);
  let at = request.writeConsumed;
  if (at >= size) {
    if (size > 0) t.fire('WR-02');
    return { status: 'OK', wrote: at };
  }
  if (at > 0) t.fire('WR-02');
  while (at < size) {
    if (t.thread(thread).returnError !== 0) {
      t.fire('WR-04', 'WR-05');
      break;
    }
    const { command, next, index } = itemAt(request, at);
    t.command = index;
    const refused = refuse(t, thread, request, command, at, next) ?? execute(t, thread, command as Command);
    if (refused !== null) {
      t.fire('WR-03', 'WR-06');
      return { status: refused, wrote: at };
    }
    at = next;
    t.fire('WR-03');
    if (at > size) t.fire('WR-08');
  }
  return { status: 'OK', wrote: at };
};

/** WR-07, WR-09, WR-11: bytes that cannot be read, words that are no command, commands that nobody implements. */
const refuse = (
  t: Turn,
  thread: ThreadKey,
  request: WriteRead,
  command: Command | undefined,
  at: number,
  next: number,
): 'EFAULT' | 'EINVAL' | null => {
  const { writeLimit } = request;
  if (writeLimit !== undefined && at + 4 > Math.min(writeLimit, totalOf(request))) {
    t.fire('WR-07');
    return 'EFAULT';
  }
  noteCommand(t, thread, request, at, command);
  if (command === undefined) {
    t.fire('WR-09');
    return 'EINVAL';
  }
  const { bc } = command;
  if (bc === 'BC_ACQUIRE_RESULT' || bc === 'BC_ATTEMPT_ACQUIRE') {
    t.fire('WR-11');
    return 'EINVAL';
  }
  if (writeLimit !== undefined && next > Math.min(writeLimit, totalOf(request))) {
    t.fire('WR-07');
    return 'EFAULT';
  }
  return null;
};

const totalOf = (request: WriteRead): number => request.write.reduce((sum, command) => sum + commandSize(command), 0);

const execute = (t: Turn, thread: ThreadKey, command: Command): 'EINVAL' | null => {
  const file = fileOf(thread);
  t.fire('WR-31', 'UAPI-08');
  switch (command.bc) {
    case 'BC_TRANSACTION':
      call(t, thread, command);
      return null;
    case 'BC_REPLY':
      reply(t, thread, command);
      return null;
    case 'BC_FREE_BUFFER':
      freeBuffer(t, thread, command.buffer);
      return null;
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      return count(t, file, command.bc, command.handle) ? null : 'EINVAL';
    case 'BC_INCREFS_DONE':
    case 'BC_ACQUIRE_DONE':
      acknowledge(t, file, command.ptr, command.cookie, command.bc === 'BC_ACQUIRE_DONE');
      return null;
    case 'BC_REGISTER_LOOPER':
      registerLooper(t, thread);
      return null;
    case 'BC_ENTER_LOOPER':
      enterLooper(t, thread);
      return null;
    case 'BC_EXIT_LOOPER':
      exitLooper(t, thread);
      return null;
    case 'BC_REQUEST_DEATH_NOTIFICATION':
      requestDeath(t, file, command.handle, command.cookie);
      return null;
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      clearDeath(t, thread, command.handle, command.cookie);
      return null;
    case 'BC_DEAD_BINDER_DONE':
      deadBinderDone(t, thread, command.cookie);
      return null;
    case 'BC_ACQUIRE_RESULT':
    case 'BC_ATTEMPT_ACQUIRE':
    case 'RAW':
      throw new Error('the model is wrong: refused before');
  }
};

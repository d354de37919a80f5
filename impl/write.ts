/** The write half of BINDER_WRITE_READ: commands one after the other (section 3 of the rules). */
import { BC, BR } from '../abi/constants.ts';
import { payloadSize } from '../abi/codec.ts';
import type { Core } from './core.ts';
import { clearDeath, deadBinderDone, requestDeath } from './death-commands.ts';
import { freeAtAddress } from './free-buffer.ts';
import { readNumber, type Memory } from './memory.ts';
import { decrementStrong, decrementWeak, getNode, putNode } from './node.ts';
import { countRef, decrementRef, getRef, incrementRef } from './ref.ts';
import { EFAULT, EINVAL, OK } from './result.ts';
import { send } from './send.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import { LOOPER_ENTERED, LOOPER_EXITED, LOOPER_INVALID, LOOPER_REGISTERED, type Thread } from './thread.ts';

const { BR_OK } = BR;
/** Bytes behind the word of each command, by number; -1 for those that are refused before they are read (WR-11). */
const ARGUMENT_SIZE = new Int32Array(32);
/** The word of each command by number. */
const WORD = new Int32Array(32);
for (const word of Object.values(BC)) {
  const refused = word === BC.BC_ACQUIRE_RESULT || word === BC.BC_ATTEMPT_ACQUIRE;
  ARGUMENT_SIZE[word & 0xff] = refused ? -1 : payloadSize(word);
  WORD[word & 0xff] = word;
}
/** How many commands there are. */
const COMMANDS = Object.keys(BC).length;

/**
 * Performs the commands that begin at addresses of [start, end); the argument counts the bytes of each complete one
 * (WR-03). Answers 0, EFAULT or EINVAL; failed transactions only stop the loop (WR-04).
 */
export const write = (core: Core, sending: Sending, task: Task, thread: Thread, start: number, end: number): number => {
  const { memory } = task;
  const { process, argument } = thread;
  let at = start;
  while (at < end && thread.returnError.word === BR_OK) {
    const place = memory.locate(at, 4);
    if (place < 0) return EFAULT;
    const word = memory.view.getInt32(place, true);
    const number = word & 0xff;
    if (number >= COMMANDS) return EINVAL;
    core.commands[number] = (core.commands[number] as number) + 1;
    process.commands[number] = (process.commands[number] as number) + 1;
    const length = ARGUMENT_SIZE[number] as number;
    if (word !== WORD[number] || length < 0) return EINVAL;
    const payload = length === 0 ? 0 : memory.locate(at + 4, length);
    if (payload < 0) return EFAULT;
    const error = perform(core, sending, task, thread, memory, word, payload);
    if (error !== OK) return error;
    at += 4 + length;
    argument.wrote(4 + length);
  }
  return OK;
};

const perform = (
  core: Core,
  sending: Sending,
  task: Task,
  thread: Thread,
  memory: Memory,
  word: number,
  at: number,
): number => {
  const { view } = memory;
  switch (word) {
    case BC.BC_TRANSACTION:
      send(core, sending, task, thread, at, false, false);
      return OK;
    case BC.BC_REPLY:
      send(core, sending, task, thread, at, true, false);
      return OK;
    case BC.BC_FREE_BUFFER:
      freeAtAddress(core, thread, readNumber(view, at));
      return OK;
    case BC.BC_TRANSACTION_SG:
      send(core, sending, task, thread, at, false, true);
      return OK;
    case BC.BC_REPLY_SG:
      send(core, sending, task, thread, at, true, true);
      return OK;
    case BC.BC_INCREFS:
      return increment(core, thread, view.getUint32(at, true), false);
    case BC.BC_ACQUIRE:
      return increment(core, thread, view.getUint32(at, true), true);
    case BC.BC_RELEASE:
      return decrement(core, thread, view.getUint32(at, true), true);
    case BC.BC_DECREFS:
      return decrement(core, thread, view.getUint32(at, true), false);
    case BC.BC_INCREFS_DONE:
    case BC.BC_ACQUIRE_DONE:
      return acknowledge(core, thread, view, at, word === BC.BC_ACQUIRE_DONE);
    case BC.BC_REGISTER_LOOPER:
      registerLooper(thread);
      return OK;
    case BC.BC_ENTER_LOOPER:
      if ((thread.looper & LOOPER_REGISTERED) !== 0) thread.looper |= LOOPER_INVALID;
      thread.looper |= LOOPER_ENTERED;
      return OK;
    case BC.BC_EXIT_LOOPER:
      thread.looper |= LOOPER_EXITED;
      return OK;
    case BC.BC_REQUEST_DEATH_NOTIFICATION:
      requestDeath(core, thread, view.getUint32(at, true), view.getInt32(at + 4, true), view.getInt32(at + 8, true));
      return OK;
    case BC.BC_CLEAR_DEATH_NOTIFICATION:
      clearDeath(core, thread, view.getUint32(at, true), view.getInt32(at + 4, true), view.getInt32(at + 8, true));
      return OK;
    case BC.BC_DEAD_BINDER_DONE:
      deadBinderDone(core, thread, view.getInt32(at, true), view.getInt32(at + 4, true));
      return OK;
    default:
      return EINVAL;
  }
};

/** BC_INCREFS and BC_ACQUIRE (WR-14 to WR-19). Only the manager touching handle 0 fails: EINVAL. */
const increment = (core: Core, thread: Thread, handle: number, strong: boolean): number => {
  const { process } = thread;
  const { manager } = process.context;
  if (handle === 0 && manager !== null) {
    if (manager.process === process) return EINVAL;
    countRef(core, process, manager, strong, null);
    return OK;
  }
  const ref = getRef(process, handle, strong);
  if (ref !== null) incrementRef(ref, strong, null);
  return OK;
};

/** BC_RELEASE and BC_DECREFS (WR-20, WR-21). */
const decrement = (core: Core, thread: Thread, handle: number, strong: boolean): number => {
  const ref = getRef(thread.process, handle, strong);
  if (ref !== null) decrementRef(core, ref, strong);
  return OK;
};

/** BC_INCREFS_DONE and BC_ACQUIRE_DONE: the owner took note (WR-22 to WR-24). */
const acknowledge = (core: Core, thread: Thread, view: DataView, at: number, strong: boolean): number => {
  const node = getNode(thread.process, view.getInt32(at, true), view.getInt32(at + 4, true));
  if (node === null) return OK;
  if (node.cookieLow === view.getInt32(at + 8, true) && node.cookieHigh === view.getInt32(at + 12, true)) {
    if (strong && node.pendingStrong) {
      node.pendingStrong = false;
      decrementStrong(core, node, false);
    } else if (!strong && node.pendingWeak) {
      node.pendingWeak = false;
      decrementWeak(core, node);
    }
  }
  putNode(core, node);
  return OK;
};

/** THR-08 to THR-10. */
const registerLooper = (thread: Thread): void => {
  const { process } = thread;
  if ((thread.looper & LOOPER_ENTERED) !== 0 || process.requestedThreads === 0) {
    thread.looper |= LOOPER_INVALID;
  } else {
    process.requestedThreads--;
    process.startedThreads++;
  }
  thread.looper |= LOOPER_REGISTERED;
};

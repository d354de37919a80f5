/** Every ioctl by its number (UAPI-01, UAPI-02). */
import { BR, IOCTL, PROTOCOL_VERSION } from '../abi/constants.ts';
import type { Core } from './core.ts';
import { freeze, frozenInfo } from './freeze.ts';
import { getNode, makeNode, putNode, type Node, type NodeWords } from './node.ts';
import type { Process } from './process.ts';
import { beginRead, chainWake } from './read.ts';
import { getRef } from './ref.ts';
import { EBUSY, EFAULT, EINVAL, EPERM, OK, PARKED } from './result.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import { releaseThread, threadOf, type Thread } from './thread.ts';
import { write } from './write.ts';

/** Performs an ioctl with a pointer argument. Answers 0, a negative errno, or PARKED. */
export const ioctl = (
  core: Core,
  sending: Sending,
  process: Process,
  task: Task,
  command: number,
  argument: number,
): number => {
  const thread = threadOf(core, process, task);
  if (command === IOCTL.BINDER_WRITE_READ) {
    const result = writeRead(core, sending, task, thread, argument);
    if (result !== PARKED) thread.needReturn = false;
    return result;
  }
  const result = other(core, task, thread, command, argument);
  thread.needReturn = false;
  return result;
};

/** WR-01: write, then read, then the structure goes back. */
const writeRead = (core: Core, sending: Sending, task: Task, thread: Thread, address: number): number => {
  const { memory } = task;
  const place = memory.locate(address, 48);
  if (place < 0) return EFAULT;
  const { argument } = thread;
  argument.load(memory.view, place);
  thread.argumentPlace = place;
  if (argument.writes) {
    const error = write(core, sending, task, thread, argument.writeStart, argument.writeEnd);
    if (error !== OK) {
      argument.forgetRead();
      argument.store(memory.view, place);
      return error;
    }
  }
  let result = OK;
  if (argument.reads) {
    thread.nonblock = thread.process.nonblock;
    result = beginRead(core, task, thread);
    if (result === PARKED) return PARKED;
    chainWake(core, thread);
  }
  argument.store(memory.view, place);
  return result;
};

const NO_ATTRIBUTES: NodeWords = { cookieLow: 0, cookieHigh: 0, flags: 0 };

const other = (core: Core, task: Task, thread: Thread, command: number, argument: number): number => {
  const { process } = thread;
  const { memory } = task;
  const { view } = memory;
  switch (command) {
    case IOCTL.BINDER_SET_MAX_THREADS: {
      const at = memory.locate(argument, 4);
      if (at < 0) return EINVAL;
      process.maxThreads = view.getUint32(at, true);
      return OK;
    }
    case IOCTL.BINDER_SET_CONTEXT_MGR:
      return becomeManager(core, task, process, 0, 0, NO_ATTRIBUTES);
    case IOCTL.BINDER_SET_CONTEXT_MGR_EXT: {
      const at = memory.locate(argument, 24);
      if (at < 0) return EINVAL;
      return becomeManager(core, task, process, view.getInt32(at + 8, true), view.getInt32(at + 12, true), {
        cookieLow: view.getInt32(at + 16, true),
        cookieHigh: view.getInt32(at + 20, true),
        flags: view.getUint32(at + 4, true),
      });
    }
    case IOCTL.BINDER_THREAD_EXIT:
      releaseThread(core, thread);
      return OK;
    case IOCTL.BINDER_VERSION: {
      const at = memory.locate(argument, 4);
      if (at < 0) return EINVAL;
      view.setInt32(at, PROTOCOL_VERSION, true);
      return OK;
    }
    case IOCTL.BINDER_GET_NODE_DEBUG_INFO: {
      const at = memory.locate(argument, 24);
      if (at < 0) return EFAULT;
      nodeDebugInfo(process, view, at);
      return OK;
    }
    case IOCTL.BINDER_GET_NODE_INFO_FOR_REF: {
      const at = memory.locate(argument, 24);
      if (at < 0) return EFAULT;
      return nodeInfoForRef(process, view, at);
    }
    case IOCTL.BINDER_FREEZE: {
      const at = memory.locate(argument, 12);
      if (at < 0) return EFAULT;
      return freeze(core, view.getUint32(at, true), view.getUint32(at + 4, true) !== 0);
    }
    case IOCTL.BINDER_GET_FROZEN_INFO: {
      const at = memory.locate(argument, 12);
      if (at < 0) return EFAULT;
      const info = frozenInfo(core, view.getUint32(at, true));
      if (info === null) return EINVAL;
      view.setUint32(at + 4, info.sync, true);
      view.setUint32(at + 8, info.async, true);
      return OK;
    }
    case IOCTL.BINDER_ENABLE_ONEWAY_SPAM_DETECTION: {
      const at = memory.locate(argument, 4);
      if (at < 0) return EFAULT;
      process.reportsSpam = view.getUint32(at, true) !== 0;
      return OK;
    }
    case IOCTL.BINDER_GET_EXTENDED_ERROR: {
      const { errorId, errorCommand, errorParam } = thread;
      thread.setError(0, BR.BR_OK, 0);
      const at = memory.locate(argument, 12);
      if (at < 0) return EFAULT;
      view.setUint32(at, errorId, true);
      view.setUint32(at + 4, errorCommand, true);
      view.setInt32(at + 8, errorParam, true);
      return OK;
    }
    default:
      return EINVAL;
  }
};

/** CTX-01 to CTX-05. */
const becomeManager = (
  core: Core,
  task: Task,
  process: Process,
  ptrLow: number,
  ptrHigh: number,
  words: NodeWords,
): number => {
  const { context } = process;
  const { euid } = task.group;
  if (context.manager !== null) return EBUSY;
  if (context.managerEuid >= 0 && context.managerEuid !== euid) return EPERM;
  context.managerEuid = euid;
  const node = getNode(process, ptrLow, ptrHigh) ?? makeNode(core, process, ptrLow, ptrHigh, words);
  node.localWeak++;
  node.localStrong++;
  node.hasStrong = true;
  node.hasWeak = true;
  context.manager = node;
  putNode(core, node);
  return OK;
};

/** NODE-17: the own node with the smallest pointer above the given one, or zeros. */
const nodeDebugInfo = (process: Process, view: DataView, at: number): void => {
  const low = view.getUint32(at, true);
  const high = view.getUint32(at + 4, true);
  const above = (node: Node): boolean =>
    node.ptrHigh >>> 0 > high || (node.ptrHigh >>> 0 === high && node.ptrLow >>> 0 > low);
  const node = process.sortedNodes().find(above);
  view.setInt32(at, node?.ptrLow ?? 0, true);
  view.setInt32(at + 4, node?.ptrHigh ?? 0, true);
  view.setInt32(at + 8, node?.cookieLow ?? 0, true);
  view.setInt32(at + 12, node?.cookieHigh ?? 0, true);
  view.setUint32(at + 16, node?.hasStrong === true ? 1 : 0, true);
  view.setUint32(at + 20, node?.hasWeak === true ? 1 : 0, true);
};

/** NODE-18: for the manager only. */
const nodeInfoForRef = (process: Process, view: DataView, at: number): number => {
  for (let word = 4; word < 24; word += 4) if (view.getUint32(at + word, true) !== 0) return EINVAL;
  if (process.context.manager?.process !== process) return EPERM;
  const ref = getRef(process, view.getUint32(at, true), true);
  if (ref === null) return EINVAL;
  view.setUint32(at + 4, ref.node.localStrong + ref.node.internalStrong, true);
  view.setUint32(at + 8, ref.node.localWeak, true);
  return OK;
};

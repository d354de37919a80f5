/** The read half of BINDER_WRITE_READ: waiting, and one return after the other (section 4 of the rules). */
import { BR } from '../abi/constants.ts';
import type { Core } from './core.ts';
import { deliver, DROPPED, ENDS, MORE } from './delivery.ts';
import type { Memory } from './memory.ts';
import { deleteNode, type Node } from './node.ts';
import { countReturn, putNodeCommand, putWord } from './put.ts';
import { EAGAIN, EFAULT, EINTR, ENOMEM, OK, PARKED } from './result.ts';
import { setNice, type Task } from './task.ts';
import { LOOPER_WAITING, type Thread } from './thread.ts';
import { startWaiting, stopWaiting, wakeProcess } from './wake.ts';
import {
  unqueue,
  WORK_CLEAR_DEATH,
  WORK_COMPLETE,
  WORK_DEAD_BINDER,
  WORK_DEAD_BINDER_AND_CLEAR,
  WORK_ERROR,
  WORK_NODE,
  WORK_SPAM_SUSPECT,
  WORK_TRANSACTION,
  type Work,
} from './work.ts';

/** Bytes that must remain before any item: a word and the longest structure (READ-03). */
const ROOM = 4 + 72;

/** Begins the read that the thread's argument asks for. Answers 0, PARKED or an errno. */
export const beginRead = (core: Core, task: Task, thread: Thread): number => {
  const { argument } = thread;
  thread.readStart = argument.readStart;
  thread.room = argument.room;
  thread.cursor = 0;
  thread.stale = OK;
  if (argument.isFresh && !putWord(task.memory, thread, BR.BR_NOOP)) return EFAULT;
  return wait(core, task, thread);
};

/** Goes on with the read of a woken thread; PARKED when there still is nothing for it. */
export const resumeRead = (core: Core, task: Task, thread: Thread): number => {
  stopWaiting(thread);
  if (!thread.hasWork(thread.forProcess)) {
    if (thread.forProcess) startWaiting(thread);
    return PARKED;
  }
  return afterWait(core, task, thread);
};

/** A signal ends the wait (READ-09). */
export const interruptRead = (thread: Thread): number => {
  stopWaiting(thread);
  thread.looper &= ~LOOPER_WAITING;
  return EINTR;
};

/** READ-05 to READ-08. */
const wait = (core: Core, task: Task, thread: Thread): number => {
  thread.forProcess = thread.idle;
  if (thread.forProcess) setNice(task, thread.process.defaultNice);
  const found = thread.hasWork(thread.forProcess);
  if (thread.nonblock) {
    if (!found) return EAGAIN;
    // Only a wait makes the driver forget an error; where it would not wait, it takes the error for that of the wait.
    if (thread.stale !== OK) return thread.stale;
    return afterWait(core, task, thread);
  }
  thread.stale = OK;
  if (found) return afterWait(core, task, thread);
  thread.looper |= LOOPER_WAITING;
  if (thread.forProcess) startWaiting(thread);
  return PARKED;
};

const afterWait = (core: Core, task: Task, thread: Thread): number => {
  thread.looper &= ~LOOPER_WAITING;
  const result = gather(core, task, thread);
  if (result < 0) return result;
  // Nothing but the BR_NOOP: silent items do not end a blocking read (READ-12).
  if (result === MORE && !thread.needReturn && thread.argument.holdsOneWord(thread.cursor))
    return wait(core, task, thread);
  thread.argument.read(thread.cursor);
  return requestLooper(core, task.memory, thread);
};

/** Takes items until one ends the read, room runs out or nothing is left: MORE in the last case. */
const gather = (core: Core, task: Task, thread: Thread): number => {
  const { process, todo } = thread;
  for (;;) {
    const own = todo.head;
    const work = own ?? (thread.forProcess ? process.todo.head : null);
    if (work === null) return MORE;
    // Kept as the driver has it: a buffer that is overrun already counts as endless (READ-02).
    const room = thread.room - thread.cursor;
    if (room >= 0 && room < ROOM) return ENDS;
    unqueue(work);
    if (todo.head === null) thread.processTodo = false;
    const result = takeItem(core, task, thread, work);
    if (result === DROPPED) thread.stale = ENOMEM;
    else if (result !== MORE) return result;
  }
};

/** Performs one dequeued item. */
const takeItem = (core: Core, task: Task, thread: Thread, work: Work): number => {
  const { process } = thread;
  const { memory } = task;
  switch (work.kind) {
    case WORK_TRANSACTION:
      return work.transaction === null ? MORE : deliver(core, task, thread, work.transaction);
    case WORK_COMPLETE:
    case WORK_SPAM_SUSPECT: {
      const suspect = work.kind === WORK_SPAM_SUSPECT && process.reportsSpam;
      core.forgetCompletion(work);
      return report(core, memory, thread, suspect ? BR.BR_ONEWAY_SPAM_SUSPECT : BR.BR_TRANSACTION_COMPLETE);
    }
    case WORK_ERROR: {
      const { word } = work;
      const result = report(core, memory, thread, word);
      // A fault leaves the slot occupied (READ-42).
      if (result === MORE) work.word = BR.BR_OK;
      return result;
    }
    case WORK_NODE:
      return work.node === null ? MORE : tellOwner(core, memory, thread, work.node);
    case WORK_CLEAR_DEATH:
      core.deaths.live--;
      return tellDeath(core, memory, thread, work, BR.BR_CLEAR_DEATH_NOTIFICATION_DONE);
    case WORK_DEAD_BINDER:
    case WORK_DEAD_BINDER_AND_CLEAR:
      process.deliveredDeath.push(work);
      return tellDeath(core, memory, thread, work, BR.BR_DEAD_BINDER) === MORE ? ENDS : EFAULT;
    default:
      return MORE;
  }
};

/**
 * READ-17 to READ-20: what changed for a node since its owner was told. Where that does not begin with BR_INCREFS, the
 * error of a call that was dropped before it in the same read comes instead, and the owner is told nothing (READ-35).
 */
const tellOwner = (core: Core, memory: Memory, thread: Thread, node: Node): number => {
  const { strong, weak, hasStrong, hasWeak } = node;
  if (weak && !hasWeak) {
    node.hasWeak = true;
    node.pendingWeak = true;
    node.localWeak++;
  }
  if (strong && !hasStrong) {
    node.hasStrong = true;
    node.pendingStrong = true;
    node.localStrong++;
  }
  if (!strong) node.hasStrong = false;
  if (!weak) node.hasWeak = false;
  if (!weak && !strong) deleteNode(core, node);
  if (weak && !hasWeak) {
    if (!putNodeCommand(core, memory, thread, BR.BR_INCREFS, node)) return EFAULT;
    thread.stale = OK;
  } else if (thread.stale !== OK) {
    return thread.stale;
  }
  if (strong && !hasStrong && !putNodeCommand(core, memory, thread, BR.BR_ACQUIRE, node)) return EFAULT;
  if (!strong && hasStrong && !putNodeCommand(core, memory, thread, BR.BR_RELEASE, node)) return EFAULT;
  if (!weak && hasWeak && !putNodeCommand(core, memory, thread, BR.BR_DECREFS, node)) return EFAULT;
  return MORE;
};

/** A return without payload. */
const report = (core: Core, memory: Memory, thread: Thread, word: number): number => {
  if (!putWord(memory, thread, word)) return EFAULT;
  countReturn(core, thread, word);
  return MORE;
};

/** A return with the cookie of a death record. */
const tellDeath = (core: Core, memory: Memory, thread: Thread, work: Work, word: number): number => {
  const { death } = work;
  if (death === null) return MORE;
  const at = memory.locate(thread.readStart + thread.cursor, 12);
  if (at < 0) return EFAULT;
  memory.view.setUint32(at, word, true);
  memory.view.setInt32(at + 4, death.cookieLow, true);
  memory.view.setInt32(at + 8, death.cookieHigh, true);
  thread.cursor += 12;
  countReturn(core, thread, word);
  return MORE;
};

/** Asks user space for one more looper, over the first word of the buffer, under exactly four conditions (THR-19). */
const requestLooper = (core: Core, memory: Memory, thread: Thread): number => {
  const { process } = thread;
  if (process.requestedThreads !== 0 || process.waiting !== null) return OK;
  if (process.startedThreads >= process.maxThreads || !thread.loops) return OK;
  process.requestedThreads++;
  const at = memory.locate(thread.argument.readBuffer, 4);
  if (at < 0) return EFAULT;
  memory.view.setUint32(at, BR.BR_SPAWN_LOOPER, true);
  countReturn(core, thread, BR.BR_SPAWN_LOOPER);
  return OK;
};

/** What follows every read, whatever its result: more work wakes one more waiting thread (THR-31). */
export const chainWake = (core: Core, thread: Thread): void => {
  if (thread.process.todo.head !== null) wakeProcess(core, thread.process);
};

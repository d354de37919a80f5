/** What the driver keeps for each native thread that used an open file (THR-01). */
import { BR } from '../abi/constants.ts';
import { Argument } from './argument.ts';
import type { Core } from './core.ts';
import { detachWatches, type Watch } from './epoll.ts';
import type { Process } from './process.ts';
import type { Task } from './task.ts';
import { sendFailedReply, type Transaction } from './transaction.ts';
import { releaseWork } from './release-work.ts';
import { Work, WorkList, WORK_ERROR } from './work.ts';

/** Looper bits (THR-07 to THR-14). */
export const LOOPER_REGISTERED = 0x01;
export const LOOPER_ENTERED = 0x02;
export const LOOPER_EXITED = 0x04;
export const LOOPER_INVALID = 0x08;
export const LOOPER_WAITING = 0x10;
export const LOOPER_POLL = 0x20;

export class Thread {
  readonly process: Process;
  readonly task: Task;
  looper = 0;
  needReturn = true;
  /** The newest transaction in which it takes part. */
  stack: Transaction | null = null;
  readonly todo = new WorkList();
  /** Its own work ends a wait (THR-34); false while everything queued is deferred. */
  processTodo = false;
  readonly returnError = new Work(WORK_ERROR, null, null, null);
  readonly replyError = new Work(WORK_ERROR, null, null, null);
  /** The extended error (IOC-06). */
  errorId = 0;
  errorCommand: number = BR.BR_OK;
  errorParam = 0;

  /** It sleeps in a read. */
  parked = false;
  /** It sleeps, but will look again soon. */
  woken = false;
  /** It is on the waiting list of its open file, between these. */
  waits = false;
  waitsBefore: Thread | null = null;
  waitsAfter: Thread | null = null;
  /** Watches that hang in its wait queue; `null` until there is one. */
  watches: Watch[] | null = null;

  /** The BINDER_WRITE_READ in progress, and the place of its structure in the memory of the task. */
  readonly argument = new Argument();
  argumentPlace = 0;
  /** Where this read began, and the bytes from there to the end of the buffer. */
  readStart = 0;
  room = 0;
  /** Bytes stored by this read. */
  cursor = 0;
  nonblock = false;
  /** The error of a call that was dropped, until the read forgets it (READ-35). */
  stale = 0;
  /** This wait may be ended by work of the open file (READ-05). */
  forProcess = false;
  /** The answer of the system call, once it was parked and is no more. */
  result = 0;

  constructor(process: Process, task: Task) {
    this.process = process;
    this.task = task;
    this.returnError.word = BR.BR_OK;
    this.replyError.word = BR.BR_OK;
  }

  /** Queues work that ends a wait. */
  enqueue(work: Work): void {
    this.todo.push(work);
    this.processTodo = true;
  }

  /** Neither in a transaction nor with work of its own (READ-05). */
  get idle(): boolean {
    return this.stack === null && this.todo.head === null;
  }

  /** Whether a wait is over (THR-34). */
  hasWork(forProcess: boolean): boolean {
    return this.processTodo || this.needReturn || (forProcess && this.process.todo.head !== null);
  }

  /** It took part in the protocol as a looper. */
  get loops(): boolean {
    return (this.looper & (LOOPER_REGISTERED | LOOPER_ENTERED)) !== 0;
  }

  /** Sets the extended error. */
  setError(id: number, command: number, param: number): void {
    this.errorId = id;
    this.errorCommand = command;
    this.errorParam = param;
  }
}

/** The record of a task on an open file, made on first use (THR-01, THR-02). */
export const threadOf = (core: Core, process: Process, task: Task): Thread => {
  const { lastThread } = process;
  if (lastThread !== null && lastThread.task.tid === task.tid) return lastThread;
  let thread = process.threads.get(task.tid);
  if (thread === undefined) {
    thread = new Thread(process, task);
    process.threads.set(task.tid, thread);
    core.threads.live++;
    core.threads.total++;
  }
  process.lastThread = thread;
  return thread;
};

/** Removes the record: its stack is taken apart, its work is dropped (THR-39 to THR-46). */
export const releaseThread = (core: Core, thread: Thread): void => {
  const { process } = thread;
  process.threads.delete(thread.task.tid);
  process.lastThread = null;
  const top = thread.stack;
  const unanswered = top !== null && top.toThread === thread ? top : null;
  let transaction = top;
  while (transaction !== null) {
    if (transaction.toThread === thread) {
      if (transaction.toProcess !== null) transaction.toProcess.outstanding--;
      transaction.toProcess = null;
      transaction.toThread = null;
      if (transaction.buffer !== null) transaction.buffer.transaction = null;
      transaction.buffer = null;
      transaction = transaction.toParent;
    } else {
      transaction.from = null;
      transaction = transaction.fromParent;
    }
  }
  thread.stack = null;
  detachWatches(core, thread);
  if (unanswered !== null) sendFailedReply(core, unanswered, BR.BR_DEAD_REPLY);
  releaseWork(core, thread.todo);
  core.threads.live--;
};

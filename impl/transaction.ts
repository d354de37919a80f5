/** Calls and replies on their way: the record from sending until the reply (a call) or the delivery (the rest). */
import { BR, TF_ONE_WAY } from '../abi/constants.ts';
import type { Buffer } from './buffer.ts';
import type { Core } from './core.ts';
import type { Process } from './process.ts';
import type { Thread } from './thread.ts';
import { wakeThread } from './wake.ts';
import { Work, WORK_TRANSACTION } from './work.ts';

/** A file held for the receiver: its number is written at `offset` of the arena on delivery (OBJ-22). */
export interface FileFixup {
  readonly offset: number;
  readonly file: number;
}

export class Transaction {
  id = 0;
  /** The calling thread; `null` for oneways and replies, and once it is gone or answered. */
  from: Thread | null = null;
  /** What is below on the sender's stack. */
  fromParent: Transaction | null = null;
  toProcess: Process | null = null;
  toThread: Thread | null = null;
  /** What is below on the receiver's stack. */
  toParent: Transaction | null = null;
  code = 0;
  flags = 0;
  needsReply = false;
  nice = 0;
  /** The receiver's nice value before delivery (DLV-07). */
  savedNice = 0;
  euid = 0;
  buffer: Buffer | null = null;
  fixups: FileFixup[] | null = null;
  readonly work: Work;
  /** Links of the list of all records. */
  older: Transaction | null = null;
  newer: Transaction | null = null;

  constructor() {
    this.work = new Work(WORK_TRANSACTION, this, null, null);
  }

  get oneway(): boolean {
    return (this.flags & TF_ONE_WAY) !== 0;
  }
}

/** Ends a record: its receiver has one message fewer outstanding, its buffer stays (FRZ-05). */
export const freeTransaction = (core: Core, transaction: Transaction): void => {
  if (transaction.toProcess !== null) transaction.toProcess.outstanding--;
  if (transaction.buffer !== null) transaction.buffer.transaction = null;
  dropFixups(transaction);
  core.forgetTransaction(transaction);
};

/** Lets go of the files that were held for the receiver. */
export const dropFixups = (transaction: Transaction): void => {
  const { fixups, toProcess } = transaction;
  transaction.fixups = null;
  if (fixups === null || toProcess === null) return;
  for (const { file } of fixups) toProcess.group.files.drop(file);
};

/** Takes the top off a thread's stack of outgoing calls. */
export const popTransaction = (thread: Thread, transaction: Transaction): void => {
  thread.stack = transaction.fromParent;
  transaction.from = null;
};

/**
 * A call has failed after it was queued: tells the first live caller up the chain (TXN-41, THR-43). A second error for
 * one thread is lost (THR-50). The records on the way end.
 */
export const sendFailedReply = (core: Core, failed: Transaction, word: number): void => {
  let transaction: Transaction | null = failed;
  while (transaction !== null) {
    const caller: Thread | null = transaction.from;
    const next: Transaction | null = transaction.fromParent;
    if (caller !== null) {
      popTransaction(caller, transaction);
      if (caller.replyError.word === BR.BR_OK) {
        caller.replyError.word = word;
        caller.enqueue(caller.replyError);
        wakeThread(core, caller);
      }
    }
    freeTransaction(core, transaction);
    if (caller !== null) return;
    transaction = next;
  }
};

/** A message will never be delivered: a call fails with `word`, the rest is dropped (PROC-21, THR-45). */
export const cleanupTransaction = (core: Core, transaction: Transaction, word: number): void => {
  if (transaction.buffer !== null && transaction.buffer.targetNode !== null && !transaction.oneway) {
    sendFailedReply(core, transaction, word);
  } else {
    freeTransaction(core, transaction);
  }
};

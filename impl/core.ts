/** What all open files share: the counter of ids, the census, the contexts, the queues of what must still run. */
import type { BytePool } from './byte-pool.ts';
import { Context } from './context.ts';
import { counters } from './counters.ts';
import type { EpollWait } from './epoll.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import type { Task } from './task.ts';
import type { Thread } from './thread.ts';
import { TransactionLog } from './transaction-log.ts';
import { Transaction } from './transaction.ts';
import { Work, WORK_COMPLETE } from './work.ts';

/** Objects of one class: how many exist, and how many were ever made (DBG-10). */
export interface Tally {
  live: number;
  total: number;
}
const tally = (): Tally => ({ live: 0, total: 0 });

export class Core {
  readonly bytes: BytePool;
  /** The last id given to a transaction, node or ref (NODE-03). */
  counter = 0;
  readonly contexts: Context[] = [];
  /** Open files, oldest first. */
  readonly processes: Process[] = [];
  /** Nodes that outlived their owner, in order of death. */
  readonly deadNodes = new Set<Node>();
  /** Woken threads that have not run yet, in the order of their wake-ups. */
  readonly runnable: Thread[] = [];
  /** Sleeps in epoll_wait whose threads will look again. */
  readonly roused: EpollWait[] = [];
  /** Open files with a flush or release to be done; the last one queued is first (PROC-14). */
  readonly deferred: Process[] = [];
  /** Parked threads that got their answer. */
  readonly completed: Thread[] = [];
  /** Those that got their answer. */
  readonly waited: EpollWait[] = [];
  /** The task that executes. */
  current: Task | null = null;
  /** Payload bytes copied from user memory into arenas. */
  copied = 0;
  /** Counters of commands and returns by number (DBG-10). */
  readonly commands = counters();
  readonly returns = counters();

  /** The last sends, and the last that failed (DBG-12, DBG-13). */
  readonly log: TransactionLog;
  readonly failedLog: TransactionLog;

  readonly procs = tally();
  readonly threads = tally();
  readonly nodes = tally();
  readonly refs = tally();
  readonly deaths = tally();
  readonly transactions = tally();
  readonly completions = tally();

  newest: Transaction | null = null;
  #spareTransactions: Transaction | null = null;
  #spareWork: Work | null = null;

  /**
   * Begins with nothing open, in the logs of a former core. Records are not taken over: old ones that point to young
   * ones would make the garbage collector keep all that a core had.
   */
  constructor(devices: number, bytes: BytePool, former: Core | null) {
    this.bytes = bytes;
    this.log = former?.log ?? new TransactionLog();
    this.failedLog = former?.failedLog ?? new TransactionLog();
    this.log.clear();
    this.failedLog.clear();
    for (let index = 0; index < devices; index++) this.contexts.push(new Context(index));
  }

  /** A fresh record. Counts it. */
  makeTransaction(id: number): Transaction {
    const transaction = this.#spareTransactions ?? new Transaction();
    this.#spareTransactions = transaction.older;
    transaction.id = id;
    transaction.older = this.newest;
    transaction.newer = null;
    if (this.newest !== null) this.newest.newer = transaction;
    this.newest = transaction;
    this.transactions.live++;
    this.transactions.total++;
    return transaction;
  }

  /** The record is no longer used by anybody. */
  forgetTransaction(transaction: Transaction): void {
    const { older, newer } = transaction;
    if (newer === null) this.newest = older;
    else newer.older = older;
    if (older !== null) older.newer = newer;
    transaction.from = null;
    transaction.fromParent = null;
    transaction.toProcess = null;
    transaction.toThread = null;
    transaction.toParent = null;
    transaction.buffer = null;
    transaction.needsReply = false;
    transaction.newer = null;
    transaction.older = this.#spareTransactions;
    this.#spareTransactions = transaction;
    this.transactions.live--;
  }

  /** A completion for a sender. Counts it. */
  makeCompletion(): Work {
    const work = this.#spareWork ?? new Work(WORK_COMPLETE, null, null, null);
    this.#spareWork = work.next;
    work.next = null;
    this.completions.live++;
    this.completions.total++;
    return work;
  }

  /** An unqueued completion is no longer used. */
  forgetCompletion(work: Work): void {
    work.next = this.#spareWork;
    this.#spareWork = work;
    this.completions.live--;
  }
}

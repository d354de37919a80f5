/** The state as the debugfs files would show it, in numbers of the log. */
import type {
  BufferSnapshot,
  NodeSnapshot,
  ProcSnapshot,
  RefSnapshot,
  Snapshot,
  ThreadSnapshot,
  TransactionSnapshot,
  WorkSnapshot,
} from '../abi/snapshot.ts';
import type { U64 } from '../abi/u64.ts';
import { u64 } from '../abi/u64.ts';
import type { Buffer } from './buffer.ts';
import type { Core } from './core.ts';
import type { Node } from './node.ts';
import type { Process } from './process.ts';
import type { Ref } from './ref.ts';
import type { Task, TaskGroup } from './task.ts';
import type { Thread } from './thread.ts';
import type { Transaction } from './transaction.ts';
import {
  WORK_CLEAR_DEATH,
  WORK_COMPLETE,
  WORK_DEAD_BINDER,
  WORK_DEAD_BINDER_AND_CLEAR,
  WORK_ERROR,
  WORK_NODE,
  WORK_SPAM_SUSPECT,
  WORK_TRANSACTION,
  type Work,
  type WorkList,
} from './work.ts';

/** How the environment numbers what it made. */
export interface Names {
  procOf(group: TaskGroup): number;
  threadOf(task: Task): number;
}

/** The state of all open files. */
export const snapshotOf = (core: Core, names: Names): Snapshot => ({
  procs: core.processes.map(process => showProcess(process, names)).sort((a, b) => a.proc - b.proc || a.fd - b.fd),
  deadNodes: [...core.deadNodes].map(showNode).sort((a, b) => a.id - b.id),
  transactions: transactionsOf(core)
    .map(transaction => showTransaction(transaction, names))
    .sort((a, b) => a.id - b.id),
  census: {
    proc: core.procs.live,
    thread: core.threads.live,
    node: core.nodes.live,
    ref: core.refs.live,
    death: core.deaths.live,
    transaction: core.transactions.live,
    transaction_complete: core.completions.live,
  },
});

const word = (low: number, high: number): U64 => u64((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));

const transactionsOf = (core: Core): Transaction[] => {
  const found: Transaction[] = [];
  for (let transaction = core.newest; transaction !== null; transaction = transaction.older) found.push(transaction);
  return found;
};

const showTransaction = (transaction: Transaction, names: Names): TransactionSnapshot => {
  const { from, toProcess, toThread } = transaction;
  return {
    id: transaction.id,
    from:
      from === null
        ? null
        : {
            proc: names.procOf(from.process.group),
            fd: from.process.fd,
            thread: names.threadOf(from.task),
            holder: holderOf(from, names),
          },
    to:
      toProcess === null
        ? null
        : {
            proc: names.procOf(toProcess.group),
            fd: toProcess.fd,
            thread: toThread === null ? null : names.threadOf(toThread.task),
            holder: toThread === null ? undefined : holderOf(toThread, names),
          },
    code: transaction.code,
    flags: transaction.flags,
    needsReply: transaction.needsReply,
  };
};

/** The process of a record's thread where that is not the opener of the file (TXN-46). */
const holderOf = ({ process, task }: Thread, names: Names): number | undefined =>
  task.group === process.group ? undefined : names.procOf(task.group);

const showProcess = (process: Process, names: Names): ProcSnapshot => {
  const { arena } = process;
  const { pages } = arena;
  return {
    proc: names.procOf(process.group),
    fd: process.fd,
    device: process.context.index,
    arena: arena.size,
    freeAsync: arena.freeAsync,
    threads: process
      .sortedThreads()
      .map(thread => showThread(thread, names))
      .sort(openerFirst),
    nodes: process.sortedNodes().map(showNode),
    refs: process.handles.all().map(showRef),
    buffers: buffersOf(process).map(showBuffer),
    todo: showTodo(process.todo),
    deliveredDeath: process.deliveredDeath.head !== null,
    requestedThreads: process.requestedThreads,
    startedThreads: process.startedThreads,
    maxThreads: process.maxThreads,
    readyThreads: countWaiting(process),
    pages: {
      active: arena.alive ? pages.active : 0,
      lru: arena.alive ? pages.reclaimable : 0,
      free: arena.alive ? pages.absent : 0,
      highWatermark: pages.highWatermark,
    },
  };
};

const openerFirst = (a: ThreadSnapshot, b: ThreadSnapshot): number =>
  (a.holder ?? -1) - (b.holder ?? -1) || a.thread - b.thread;

const countWaiting = (process: Process): number => {
  let count = 0;
  for (let thread = process.waiting; thread !== null; thread = thread.waitsBefore) count++;
  return count;
};

const showThread = (thread: Thread, names: Names): ThreadSnapshot => ({
  thread: names.threadOf(thread.task),
  holder: holderOf(thread, names),
  looper: thread.looper,
  needReturn: thread.needReturn,
  stack: stackOf(thread),
  todo: showTodo(thread.todo),
});

const stackOf = (thread: Thread): ThreadSnapshot['stack'] => {
  const stack: { id: number; direction: 'incoming' | 'outgoing' }[] = [];
  let transaction = thread.stack;
  while (transaction !== null) {
    const outgoing: boolean = transaction.from === thread;
    stack.push({ id: transaction.id, direction: outgoing ? 'outgoing' : 'incoming' });
    transaction = outgoing ? transaction.fromParent : transaction.toParent;
  }
  return stack;
};

const showTodo = (list: WorkList): WorkSnapshot[] => {
  const todo: WorkSnapshot[] = [];
  for (let work = list.head; work !== null; work = work.next) todo.push(showWork(work));
  return todo;
};

const showWork = (work: Work): WorkSnapshot => {
  switch (work.kind) {
    case WORK_TRANSACTION:
      return { work: 'transaction', id: work.transaction?.id ?? 0 };
    case WORK_COMPLETE:
      return { work: 'complete' };
    case WORK_SPAM_SUSPECT:
      return { work: 'spam_suspect' };
    case WORK_ERROR:
      return { work: 'error', br: work.word };
    case WORK_NODE:
      return { work: 'node', id: work.node?.id ?? 0 };
    case WORK_DEAD_BINDER:
      return { work: 'dead_binder' };
    case WORK_DEAD_BINDER_AND_CLEAR:
      return { work: 'dead_binder_and_clear' };
    case WORK_CLEAR_DEATH:
      return { work: 'clear_death' };
    default:
      throw new Error(`no such work: ${work.kind}`);
  }
};

const showNode = (node: Node): NodeSnapshot => {
  const asyncTodo: number[] = [];
  for (let work = node.asyncTodo.head; work !== null; work = work.next) asyncTodo.push(work.transaction?.id ?? 0);
  return {
    id: node.id,
    ptr: word(node.ptrLow, node.ptrHigh),
    cookie: word(node.cookieLow, node.cookieHigh),
    hasStrong: node.hasStrong,
    hasWeak: node.hasWeak,
    localStrong: node.localStrong,
    localWeak: node.localWeak,
    internalStrong: node.internalStrong,
    refs: node.refCount,
    hasAsync: node.hasAsync,
    asyncTodo,
  };
};

const showRef = (ref: Ref): RefSnapshot => ({
  id: ref.id,
  handle: ref.handle,
  node: ref.node.id,
  dead: ref.node.process === null,
  strong: ref.strong,
  weak: ref.weak,
  death: ref.death !== null,
});

const buffersOf = (process: Process): Buffer[] => {
  const found: Buffer[] = [];
  for (let buffer = process.arena.first; buffer !== null; buffer = buffer.next) if (!buffer.free) found.push(buffer);
  return found;
};

const showBuffer = (buffer: Buffer): BufferSnapshot => ({
  id: buffer.id,
  offset: buffer.offset,
  dataSize: buffer.dataSize,
  offsetsSize: buffer.offsetsSize,
  extraSize: buffer.extraSize,
  active: buffer.transaction !== null,
  async: buffer.async,
  userMayFree: buffer.userMayFree,
});

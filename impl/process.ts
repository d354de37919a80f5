/** Everything behind one open file (PROC-01): it lives from `open` until the last reference to the file goes. */
import { Arena } from './arena.ts';
import type { Context } from './context.ts';
import type { Core } from './core.ts';
import { counters } from './counters.ts';
import type { Watch } from './epoll.ts';
import { Handles } from './handles.ts';
import { releaseNode, type Node } from './node.ts';
import { removeRef, type Ref } from './ref.ts';
import { releaseWork } from './release-work.ts';
import { Table } from './table.ts';
import type { TaskGroup } from './task.ts';
import { LOOPER_WAITING, releaseThread, type Thread } from './thread.ts';
import { wakeThread } from './wake.ts';
import { WorkList } from './work.ts';

export class Process {
  /** Who opened it. */
  readonly group: TaskGroup;
  readonly context: Context;
  /** The descriptor by which its environment knows it. */
  readonly fd: number;
  /** Nice value of the opening thread (DLV-06). */
  readonly defaultNice: number;
  readonly threads = new Map<number, Thread>();
  /** The thread that was looked up last. */
  lastThread: Thread | null = null;
  readonly nodes = new Table<Node>();
  readonly handles = new Handles();
  readonly refsByNode = new Table<Ref>();
  readonly arena = new Arena();
  readonly todo = new WorkList();
  readonly deliveredDeath = new WorkList();
  /** The most recently blocked thread; the others follow through `waitsBefore`. */
  waiting: Thread | null = null;
  /** Who watches the file with epoll. */
  readonly watches = new Set<Watch>();
  maxThreads = 0;
  requestedThreads = 0;
  startedThreads = 0;
  /** Messages sent to it whose records still exist (FRZ-05). */
  outstanding = 0;
  frozen = false;
  syncReceived = false;
  asyncReceived = false;
  reportsSpam = false;
  /** O_NONBLOCK of the file. */
  nonblock = false;
  /** Descriptor, mapping, and parked threads keep the file (PROC-13). */
  references = 1;
  /** The debugfs file of its pid belongs to it (PROC-05). */
  hasDebugFile = false;
  flushDue = false;
  releaseDue = false;
  /** Counters of its own commands and returns by number (DBG-11). */
  readonly commands = counters();
  readonly returns = counters();

  constructor(group: TaskGroup, context: Context, fd: number, defaultNice: number) {
    this.group = group;
    this.context = context;
    this.fd = fd;
    this.defaultNice = defaultNice;
  }

  /** Threads in ascending order of tid. */
  sortedThreads(): Thread[] {
    return [...this.threads.values()].sort((a, b) => a.task.tid - b.task.tid);
  }

  /** Nodes in ascending order of pointer. */
  sortedNodes(): Node[] {
    return this.nodes
      .all()
      .sort((a, b) => (a.ptrHigh >>> 0) - (b.ptrHigh >>> 0) || (a.ptrLow >>> 0) - (b.ptrLow >>> 0));
  }
}

/** Queues an open file for what its flags will say is due (PROC-14). */
export const defer = (core: Core, process: Process): Process => {
  if (!process.flushDue && !process.releaseDue) core.deferred.push(process);
  return process;
};

/** Does the deferred work of the open file that was queued last; whom it woke runs before that of the next. */
export const runDeferred = (core: Core): void => {
  const process = core.deferred.pop();
  if (process === undefined) return;
  const { flushDue, releaseDue } = process;
  process.flushDue = false;
  process.releaseDue = false;
  if (flushDue) flushProcess(core, process);
  if (releaseDue) releaseProcess(core, process);
};

/** The asynchronous half of a close of any descriptor of the file: every thread returns from its wait (PROC-11). */
const flushProcess = (core: Core, process: Process): void => {
  for (const thread of process.sortedThreads()) {
    thread.needReturn = true;
    if ((thread.looper & LOOPER_WAITING) !== 0) wakeThread(core, thread);
  }
};

/** The end of an open file; order PROC-15. */
const releaseProcess = (core: Core, process: Process): void => {
  const { context, arena } = process;
  core.processes.splice(core.processes.indexOf(process), 1);
  if (context.manager !== null && context.manager.process === process) context.manager = null;
  process.frozen = false;
  process.syncReceived = false;
  process.asyncReceived = false;
  for (const thread of process.sortedThreads()) releaseThread(core, thread);
  for (const node of process.sortedNodes()) {
    process.nodes.remove(node.ptrLow, node.ptrHigh);
    releaseNode(core, node);
  }
  for (const ref of process.handles.all()) removeRef(core, ref);
  releaseWork(core, process.todo);
  releaseWork(core, process.deliveredDeath);
  core.bytes.give(arena.bytes);
  arena.alive = false;
  arena.mapping = null;
  core.procs.live--;
};

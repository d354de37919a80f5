/** Objects that a process shares: counts, announcements to the owner, deletion (NODE-01 to NODE-16). */
import { FLAT_BINDER_FLAG_ACCEPTS_FDS, FLAT_BINDER_FLAG_TXN_SECURITY_CTX } from '../abi/constants.ts';
import type { Core } from './core.ts';
import type { Process } from './process.ts';
import type { Ref } from './ref.ts';
import { releaseWork } from './release-work.ts';
import type { Thread } from './thread.ts';
import { wakeProcess } from './wake.ts';
import { unqueue, Work, WorkList, WORK_DEAD_BINDER, WORK_NODE } from './work.ts';

export class Node {
  readonly id: number;
  /** The owner; `null` once it is gone. */
  process: Process | null;
  readonly ptrLow: number;
  readonly ptrHigh: number;
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly minNice: number;
  readonly acceptsFiles: boolean;
  readonly wantsContext: boolean;
  /** Refs with a strong count. */
  internalStrong = 0;
  localStrong = 0;
  localWeak = 0;
  /** Held by the operation that runs now (NODE-15). */
  temporary = 0;
  /** What the owner was told, and what it has not acknowledged. */
  hasStrong = false;
  hasWeak = false;
  pendingStrong = false;
  pendingWeak = false;
  /** Refs, newest first. */
  refs: Ref | null = null;
  refCount = 0;
  readonly work = new Work(WORK_NODE, null, this, null);
  /** A oneway is in flight (NODE-16). */
  hasAsync = false;
  readonly asyncTodo = new WorkList();

  constructor(id: number, process: Process, ptrLow: number, ptrHigh: number, words: NodeWords) {
    this.id = id;
    this.process = process;
    this.ptrLow = ptrLow;
    this.ptrHigh = ptrHigh;
    this.cookieLow = words.cookieLow;
    this.cookieHigh = words.cookieHigh;
    this.minNice = words.flags & 0xff;
    this.acceptsFiles = (words.flags & FLAT_BINDER_FLAG_ACCEPTS_FDS) !== 0;
    this.wantsContext = (words.flags & FLAT_BINDER_FLAG_TXN_SECURITY_CTX) !== 0;
  }

  /** Something keeps it strongly alive. */
  get strong(): boolean {
    return this.internalStrong !== 0 || this.localStrong !== 0;
  }

  /** Something keeps it alive at all. */
  get weak(): boolean {
    return this.refs !== null || this.localWeak !== 0 || this.temporary !== 0 || this.strong;
  }
}

/** What a node remembers of the object that made it. */
export interface NodeWords {
  readonly cookieLow: number;
  readonly cookieHigh: number;
  readonly flags: number;
}

/** The node of a process with that pointer, held for this operation; `null` when there is none. */
export const getNode = (process: Process, ptrLow: number, ptrHigh: number): Node | null => {
  const node = process.nodes.get(ptrLow, ptrHigh);
  if (node !== null) node.temporary++;
  return node;
};

/** A new node, held for this operation (NODE-01). */
export const makeNode = (core: Core, process: Process, ptrLow: number, ptrHigh: number, words: NodeWords): Node => {
  const node = new Node(++core.counter, process, ptrLow, ptrHigh, words);
  node.temporary = 1;
  process.nodes.add(ptrLow, ptrHigh, node);
  core.nodes.live++;
  core.nodes.total++;
  return node;
};

/** Ends the hold of an operation (NODE-09, NODE-15). */
export const putNode = (core: Core, node: Node): void => {
  node.temporary--;
  settleWeak(core, node);
};

/**
 * One more strong count. `sender` is the thread that just sent the object: its owner is told there, deferred (NODE-06);
 * increments by others tell nobody (NODE-07). `internal`: the first strong count of a ref.
 */
export const incrementStrong = (node: Node, internal: boolean, sender: Thread | null): void => {
  if (internal) node.internalStrong++;
  else node.localStrong++;
  if (node.hasStrong || sender === null) return;
  unqueue(node.work);
  sender.todo.push(node.work);
};

/** One more weak count; refs count by existing. */
export const incrementWeak = (node: Node, internal: boolean, sender: Thread | null): void => {
  if (!internal) node.localWeak++;
  if (node.hasWeak || sender === null || node.work.list !== null) return;
  sender.todo.push(node.work);
};

/** One strong count fewer (NODE-09). */
export const decrementStrong = (core: Core, node: Node, internal: boolean): void => {
  if (internal) node.internalStrong--;
  else node.localStrong--;
  if (!node.strong) settle(core, node);
};

/** One local weak count fewer (NODE-09). */
export const decrementWeak = (core: Core, node: Node): void => {
  node.localWeak--;
  settleWeak(core, node);
};

/** A weak count, a ref or a hold went away. */
export const settleWeak = (core: Core, node: Node): void => {
  if (node.localWeak !== 0 || node.temporary !== 0 || node.refs !== null) return;
  settle(core, node);
};

/** Tells the owner what changed, or deletes a node that nobody knows of (NODE-09, NODE-11). */
const settle = (core: Core, node: Node): void => {
  const { process } = node;
  if (process !== null && (node.hasStrong || node.hasWeak)) {
    if (node.work.list === null) {
      process.todo.push(node.work);
      wakeProcess(core, process);
    }
    return;
  }
  if (node.weak) return;
  if (process === null) core.deadNodes.delete(node);
  else process.nodes.remove(node.ptrLow, node.ptrHigh);
  unqueue(node.work);
  core.nodes.live--;
};

/** Deletes a node whose owner just learned that nothing is left of it (READ-19). */
export const deleteNode = (core: Core, node: Node): void => {
  if (node.process !== null) node.process.nodes.remove(node.ptrLow, node.ptrHigh);
  core.nodes.live--;
};

/** The owner goes: unread oneways are dropped, who asked for it hears of the death (PROC-18, PROC-19). */
export const releaseNode = (core: Core, node: Node): void => {
  releaseWork(core, node.asyncTodo);
  unqueue(node.work);
  if (node.refs === null) {
    core.nodes.live--;
    return;
  }
  node.process = null;
  node.localStrong = 0;
  node.localWeak = 0;
  core.deadNodes.add(node);
  for (let ref: Ref | null = node.refs; ref !== null; ref = ref.nextOfNode) {
    const { death, process } = ref;
    if (death === null) continue;
    death.work.kind = WORK_DEAD_BINDER;
    process.todo.push(death.work);
    wakeProcess(core, process);
  }
};

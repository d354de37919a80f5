/** Work items and the FIFO lists that they wait in. A list is intrusive: an item is in at most one of them. */
import type { Death } from './death.ts';
import type { Node } from './node.ts';
import type { Transaction } from './transaction.ts';

export const WORK_TRANSACTION = 1;
export const WORK_COMPLETE = 2;
/** A completion that reports oneway spam (ALLOC-43). */
export const WORK_SPAM_SUSPECT = 3;
export const WORK_ERROR = 4;
export const WORK_NODE = 5;
export const WORK_DEAD_BINDER = 6;
export const WORK_DEAD_BINDER_AND_CLEAR = 7;
export const WORK_CLEAR_DEATH = 8;

/** One item. Exactly one of the owners is set, for the kinds that have one. */
export class Work {
  kind: number;
  /** The list that it waits in; `null` when unqueued. */
  list: WorkList | null = null;
  previous: Work | null = null;
  next: Work | null = null;
  readonly transaction: Transaction | null;
  readonly node: Node | null;
  readonly death: Death | null;
  /** WORK_ERROR: the BR_* word in the slot. */
  word = 0;

  constructor(kind: number, transaction: Transaction | null, node: Node | null, death: Death | null) {
    this.kind = kind;
    this.transaction = transaction;
    this.node = node;
    this.death = death;
  }
}

/** A queue of work. */
export class WorkList {
  head: Work | null = null;
  tail: Work | null = null;

  /** Appends an item that waits nowhere. */
  push(work: Work): void {
    work.list = this;
    work.previous = this.tail;
    work.next = null;
    if (this.tail === null) this.head = work;
    else this.tail.next = work;
    this.tail = work;
  }

  /** Takes the first item. */
  shift(): Work | null {
    const work = this.head;
    if (work !== null) unqueue(work);
    return work;
  }
}

/** Takes an item out of the list that it waits in, if any. */
export const unqueue = (work: Work): void => {
  const { list, previous, next } = work;
  if (list === null) return;
  if (previous === null) list.head = next;
  else previous.next = next;
  if (next === null) list.tail = previous;
  else next.previous = previous;
  work.list = null;
  work.previous = null;
  work.next = null;
};

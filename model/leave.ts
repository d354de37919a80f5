/**
 * How a dying file lets go of what it holds, ref by ref, beside everybody who reads (PROC-14, PROC-20).
 *
 * A reader that was woken may run before any ref goes, and before each of its items the release may get on, as far as
 * that item can tell. The first answer is always that the release is ahead.
 */
import { removeRef } from './ref.ts';
import { fileOf, type Id, type NodeId, type ThreadKey } from './state.ts';
import type { Turn } from './turn.ts';

/** The next ref goes. */
export const leaveNext = (t: Turn): void => {
  const next = t.leaving[0];
  if (next === undefined) return;
  t.leaving = t.leaving.slice(1);
  t.fire('PROC-20', 'DEATH-14');
  removeRef(t, next);
};

const leaveThrough = (t: Turn, last: Id): void => {
  while (t.leaving.includes(last)) leaveNext(t);
};

/** The ref to a node that is about to go. */
const leavingRef = (t: Turn, node: NodeId): Id | undefined => t.leaving.find(id => t.ref(id).node === node);

/** The first ref that is about to go and whose node's owner is the reader's file: it may bring more work. */
const bringsWork = (t: Turn, thread: ThreadKey): Id | undefined => {
  const file = fileOf(thread);
  return t.leaving.find(id => t.node(t.ref(id).node).owner === file);
};

/** Whether what is about to go can make a difference to that reader. */
export const isConcerned = (t: Turn, thread: ThreadKey): boolean =>
  t.leaving.some(id => t.node(t.ref(id).node).queued === thread) ||
  (t.parkedOn(thread)?.forProc === true && bringsWork(t, thread) !== undefined);

/** Before the next item of a read, or its end, the release may get on. */
export const letReleaseRun = (t: Turn, thread: ThreadKey, forProc: boolean): void => {
  while (t.leaving.length > 0) {
    const next = t.thread(thread).todo[0] ?? (forProc ? t.file(fileOf(thread)).todo[0] : undefined);
    if (next !== undefined && next.work !== 'node') return;
    const ref = next === undefined ? (forProc ? bringsWork(t, thread) : undefined) : leavingRef(t, next.id);
    if (ref === undefined || t.choose(2) === 1) return;
    t.fire('PROC-14');
    leaveThrough(t, ref);
  }
};

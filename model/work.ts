/**
 * Todo lists. Work for a thread makes it return to user space, except what is queued *deferred* (THR-34): the
 * completion of a sync call, and node work that a thread caused by sending its own object.
 */
import { alert, alertPollers, letSleepersLook } from './epoll.ts';
import { LOOPER, NO_THREAD, indexOf, type FileKey, type ThreadKey, type Work } from './state.ts';
import { procOf } from './task.ts';
import { appended, taskKey, type Turn } from './turn.ts';

/** Queues work for a thread that makes it return (binder_enqueue_thread_work). */
export const queueForThread = (t: Turn, thread: ThreadKey, work: Work): void => {
  if (t.epolls.length > 0) alertSelf(t, thread);
  t.changeThread(thread, { todo: appended(t.thread(thread).todo, work), processTodo: true });
};

/** THR-38: a poller that queues its first such work for itself is told so. */
const alertSelf = (t: Turn, thread: ThreadKey): void => {
  const { looper, processTodo } = t.thread(thread);
  if (processTodo || (looper & LOOPER.POLL) === 0) return;
  if (t.current !== taskKey(procOf(t, thread), indexOf(thread))) return;
  if (alert(t, thread)) t.fire('THR-38');
};

/** Queues work that waits for other work to be delivered with it (binder_enqueue_deferred_thread_work). */
export const queueDeferred = (t: Turn, thread: ThreadKey, work: Work): void => {
  t.fire('THR-34', 'READ-31');
  t.changeThread(thread, { todo: appended(t.thread(thread).todo, work) });
};

/** Queues work for whichever thread of the file reads first. */
export const queueForFile = (t: Turn, file: FileKey, work: Work): void => {
  t.beside?.(t, file, NO_THREAD);
  t.changeFile(file, { todo: appended(t.file(file).todo, work) });
};

/** THR-27: the most recently blocked reader, taken off the waiting list (binder_select_thread). */
export const selectThread = (t: Turn, file: FileKey): ThreadKey => {
  const { waiting } = t.file(file);
  const [first] = waiting;
  if (first === undefined) return NO_THREAD;
  if (waiting.length > 1) t.fire('THR-27');
  t.changeFile(file, { waiting: waiting.slice(1) });
  return first;
};

/** Lets a thread run again if it sleeps in the driver, and tells its epoll set. */
export const wake = (t: Turn, thread: ThreadKey): void => {
  if (t.epolls.length > 0) alert(t, thread);
  if (t.parkedOn(thread) !== undefined && !t.woken.includes(thread)) t.woken = appended(t.woken, thread);
};

/** THR-37: for work of a file: the reader that was taken for it, or all who poll. */
export const wakeFor = (t: Turn, file: FileKey, reader: ThreadKey): void => {
  if (reader !== NO_THREAD) wake(t, reader);
  else if (t.epolls.length > 0) alertPollers(t, file);
};

/** THR-29: one waiting reader is woken for work of the file; it is not promised that work (binder_wakeup_proc). */
export const wakeFile = (t: Turn, file: FileKey): void => {
  t.fire('THR-29');
  wakeFor(t, file, selectThread(t, file));
};

/** Takes the node's work item off whatever list it is on. */
export const unqueueNode = (t: Turn, id: number): void => {
  const node = t.node(id);
  if (node.queued === null) return;
  const keep = (work: Work): boolean => work.work !== 'node' || work.id !== id;
  if (node.queued === NO_THREAD && t.wokenSets.length > 0) letSleepersLook(t, node.owner);
  if (node.queued === NO_THREAD) t.changeFile(node.owner, { todo: t.file(node.owner).todo.filter(keep) });
  else t.changeThread(node.queued, { todo: t.thread(node.queued).todo.filter(keep) });
  t.changeNode(id, { queued: null });
};

/** Whether a thread has something to read: the questions that a read, poll and epoll ask before they wait. */
import { LOOPER, fileOf, type ThreadKey } from './state.ts';
import type { Turn } from './turn.ts';

/** READ-05: nothing of its own to do, so it may take work of the file (binder_available_for_proc_work). */
export const isFreeForFileWork = (t: Turn, thread: ThreadKey): boolean => {
  const record = t.thread(thread);
  return record.stack === 0 && record.todo.length === 0;
};

/** THR-34: whether a reader would return now (binder_has_work). */
export const hasWork = (t: Turn, thread: ThreadKey, forProc: boolean): boolean => {
  const record = t.thread(thread);
  return record.processTodo || record.needReturn || (forProc && t.file(fileOf(thread)).todo.length > 0);
};

/** REGISTERED or ENTERED. */
export const isLooper = (looper: number): boolean => (looper & (LOOPER.REGISTERED | LOOPER.ENTERED)) !== 0;

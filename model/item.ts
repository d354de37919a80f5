/** READ-11: a reader takes its own work first, then that of the file, both first in first out. */
import { letSleepersLook } from './epoll.ts';
import { fileOf, type ThreadKey, type Work } from './state.ts';
import type { Turn } from './turn.ts';

/** Takes the next item off its list; there must be one. */
export const nextItem = (t: Turn, thread: ThreadKey): Work => {
  const own = t.thread(thread);
  const [first, ...rest] = own.todo;
  if (first !== undefined) {
    if (rest.length === 0) t.fire('THR-34');
    t.changeThread(thread, rest.length === 0 ? { todo: rest, processTodo: false } : { todo: rest });
    unlink(t, first);
    return first;
  }
  if (t.wokenSets.length > 0) letSleepersLook(t, fileOf(thread));
  const file = t.file(fileOf(thread));
  const [next, ...others] = file.todo;
  if (next === undefined) throw new Error('the model is wrong: no item to read');
  t.changeFile(file.key, { todo: others });
  unlink(t, next);
  return next;
};

const unlink = (t: Turn, work: Work): void => {
  if (work.work === 'node') t.changeNode(work.id, { queued: null });
};

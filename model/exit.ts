/** The end of a thread record: BINDER_THREAD_EXIT, or the release of its file (binder_thread_release). */
import { cleanUp, failReply } from './reply.ts';
import { detachEntry } from './epoll.ts';
import { changeBuffer } from './buffer.ts';
import { NO_FILE, NO_THREAD, fileOf, type ThreadKey, type Work } from './state.ts';
import { without, type Turn } from './turn.ts';

/** THR-41 .. THR-46 */
export const endThread = (t: Turn, key: ThreadKey): void => {
  const { stack, todo } = t.thread(key);
  const top = stack === 0 ? undefined : t.transaction(stack);
  const answers = top !== undefined && top.toThread === key;
  unwind(t, key, stack);
  detachEntry(t, key);
  t.threads = without(t.threads, thread => thread.key === key);
  t.fire('THR-40');
  if (t.file(fileOf(key)).started > 0) t.fire('THR-22');
  if (answers) {
    t.fire('THR-42');
    failReply(t, stack, 'BR_DEAD_REPLY');
  } else if (top !== undefined) {
    t.fire('THR-43');
  }
  dropWork(t, todo);
};

/** Calls that it was handling are detached, calls of its own lose their sender. */
const unwind = (t: Turn, key: ThreadKey, stack: number): void => {
  for (let id = stack; id !== 0;) {
    const transaction = t.transaction(id);
    if (transaction.toThread === key) {
      t.fire('THR-41');
      const file = t.file(fileOf(key));
      t.changeFile(file.key, { outstanding: file.outstanding - 1 });
      if (transaction.buffer >= 0) changeBuffer(t, file.key, transaction.buffer, { transaction: 0 });
      t.changeTransaction(id, { to: NO_FILE, toThread: NO_THREAD, buffer: -1 });
      id = transaction.toParent;
    } else {
      t.fire('THR-44');
      t.changeTransaction(id, { from: NO_THREAD });
      id = transaction.fromParent;
    }
  }
};

/** THR-45, THR-46, REL-18: undelivered work is dropped; the buffers of messages are orphans from here on (ALLOC-47). */
export const dropWork = (t: Turn, todo: readonly Work[]): void => {
  for (const work of todo) {
    if (work.work === 'transaction') {
      t.fire('THR-45', 'REL-18', 'ALLOC-47');
      cleanUp(t, work.id, 'BR_DEAD_REPLY');
    } else {
      t.fire('THR-46');
      if (work.work === 'node' && t.nodeIfAny(work.id) !== undefined) t.changeNode(work.id, { queued: null });
    }
  }
};

/** Whom a call goes to, and whether its thread may call at all. */
import { CONTEXT_MANAGER } from '../abi/ids.ts';
import { dead, failed, type Failure } from './failure.ts';
import { strongRef } from './ref.ts';
import { NO_FILE, NO_THREAD, fileOf, type FileKey, type Node, type ThreadKey } from './state.ts';
import type { Turn } from './turn.ts';

/** TXN-04 .. TXN-07: the node that a handle means. */
export const findTarget = (t: Turn, from: FileKey, handle: number): Node | Failure => {
  if (handle !== CONTEXT_MANAGER) {
    const ref = strongRef(t, from, handle);
    if (ref === undefined) {
      t.fire('TXN-04');
      return failed('EINVAL');
    }
    const node = t.node(ref.node);
    if (node.owner === NO_FILE) {
      t.fire('TXN-05');
      return dead('EINVAL');
    }
    return node;
  }
  const file = t.file(from);
  const manager = (t.devices[file.device] as { manager: number }).manager;
  t.fire('TXN-06');
  if (manager === 0) {
    t.fire('CTX-06');
    return dead('EINVAL');
  }
  const node = t.node(manager);
  if (t.file(node.owner).proc === file.proc) {
    t.fire('TXN-07');
    return failed('EINVAL');
  }
  t.fire('CTX-07');
  return node;
};

/** TXN-09, TXN-10: a thread with an undelivered message at its head, or with a call of its own, cannot call. */
export const busy = (t: Turn, thread: ThreadKey): Failure | null => {
  const record = t.thread(thread);
  if (record.todo[0]?.work === 'transaction') {
    t.fire('TXN-09');
    return failed('EPROTO');
  }
  if (record.stack !== 0 && t.transaction(record.stack).toThread !== thread) {
    t.fire('TXN-10');
    return failed('EPROTO');
  }
  return null;
};

/** TXN-11: a call down the chain goes to the thread of the target that waits further up. */
export const nestedThread = (t: Turn, thread: ThreadKey, target: FileKey): ThreadKey => {
  let id = t.thread(thread).stack;
  while (id !== 0) {
    const { from, fromParent } = t.transaction(id);
    if (from !== NO_THREAD && fileOf(from) === target) {
      t.fire('TXN-11');
      return from;
    }
    id = fromParent;
  }
  return NO_THREAD;
};

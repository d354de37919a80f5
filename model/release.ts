/**
 * What happens when a buffer goes: by BC_FREE_BUFFER, because its message failed, or because it was superseded.
 *
 * The order is visible (REL-01): the next oneway of the node moves up, the node that was called loses its pin, the
 * objects are dropped slot by slot, and only then is the region free.
 */
import type { BufferAddress } from '../abi/call.ts';
import { bufferAt, changeBuffer, giveBack } from './buffer.ts';
import { nodeByPtr, settle, unpin, unpinStrong } from './node.ts';
import { decrement, refByHandle, strongRef } from './ref.ts';
import { NO_FILE, fileOf, type Buffer, type FileKey, type Held, type ThreadKey } from './state.ts';
import { withTask } from './record.ts';
import { procOf } from './task.ts';
import type { Turn } from './turn.ts';
import { queueForFile, wakeFile } from './work.ts';

/** BC_FREE_BUFFER: WR-25 when the address is that of a delivered, unfreed buffer; otherwise only logged (WR-26). */
export const freeBuffer = (t: Turn, thread: ThreadKey, address: BufferAddress): void => {
  const key = fileOf(thread);
  const buffer = typeof address === 'number' ? bufferAt(t, key, address) : undefined;
  if (buffer === undefined) {
    t.fire('ALLOC-45', 'WR-26', 'REL-02');
    return;
  }
  if (!buffer.userMayFree) {
    t.fire('ALLOC-44', 'WR-26', 'REL-02');
    return;
  }
  t.fire('WR-25', 'REL-01', 'REL-04');
  if (!t.file(key).arena.live) t.fire('REL-20');
  freeDelivered(t, key, address as number, thread, false);
};

/** Frees a buffer that a reader had, or was about to have (binder_free_buf). `failed`: arrays of descriptors stay open. */
export const freeDelivered = (t: Turn, key: FileKey, offset: number, thread: ThreadKey, failed: boolean): void => {
  const buffer = bufferAt(t, key, offset) as Buffer;
  detach(t, buffer);
  if (buffer.async && buffer.targetNode !== 0) advance(t, key, buffer.targetNode);
  if (!buffer.async) t.fire('REL-06');
  dropContents(t, key, buffer, thread, failed);
  giveBack(t, key, offset);
};

/** The transaction record, if any, no longer has a buffer (REL-03). */
const detach = (t: Turn, buffer: Buffer): void => {
  if (buffer.transaction === 0) return;
  t.fire('REL-03');
  t.changeTransaction(buffer.transaction, { buffer: -1 });
};

/** REL-05, WR-27, NODE-16: the oldest waiting oneway of the node goes to the file's todo, or the node is idle. */
const advance = (t: Turn, key: FileKey, nodeId: number): void => {
  const node = t.node(nodeId);
  t.fire('REL-05', 'WR-27');
  const [next] = node.asyncTodo;
  if (next === undefined) {
    t.fire('NODE-16');
    t.changeNode(nodeId, { hasAsync: false });
    return;
  }
  t.changeNode(nodeId, { asyncTodo: node.asyncTodo.slice(1) });
  queueForFile(t, key, { work: 'transaction', id: next });
  wakeFile(t, key);
};

/** WR-28: drops the pin on the node that was called, then the objects in slot order. */
export const dropContents = (t: Turn, key: FileKey, buffer: Buffer, thread: ThreadKey, failed: boolean): void => {
  t.fire('WR-28');
  if (buffer.targetNode !== 0) {
    t.fire('REL-07');
    unpinStrong(t, buffer.targetNode);
  }
  for (const held of buffer.held) dropHeld(t, key, held, thread, failed);
};

const dropHeld = (t: Turn, key: FileKey, held: Held, thread: ThreadKey, failed: boolean): void => {
  switch (held.held) {
    case 'handle': {
      t.fire('REL-08');
      const ref = held.strong ? strongRef(t, key, held.handle) : refByHandle(t, key, held.handle);
      if (ref === undefined) return;
      decrement(t, ref.id, held.strong);
      if (refByHandle(t, key, held.handle) === undefined) t.fire('REF-07');
      return;
    }
    case 'node': {
      t.fire('REL-09');
      const node = nodeByPtr(t, key, held.ptr);
      if (node === undefined) return;
      unpin(t, node.id, held.strong);
      settle(t, node.id);
      return;
    }
    case 'fds':
      if (failed || held.fds.length === 0) return;
      t.fire('REL-12', 'THR-06');
      closeFds(t, procOf(t, thread), held.fds);
      t.changeThread(thread, { needReturn: true });
  }
};

const closeFds = (t: Turn, proc: number, fds: readonly number[]): void => {
  t.tasks = t.tasks.map(task =>
    task.proc === proc ? withTask(task, { fds: task.fds.filter(fd => !fds.includes(fd)) }) : task,
  );
};

/** REL-14: a message that failed after its buffer was made leaves nothing but bytes. */
export const undo = (t: Turn, key: FileKey, offset: number, held: readonly Held[], thread: ThreadKey): void => {
  t.fire('REL-14');
  if (key === NO_FILE) return;
  changeBuffer(t, key, offset, { transaction: 0, held });
  const nodes = t.nodes.length;
  dropContents(t, key, bufferAt(t, key, offset) as Buffer, thread, true);
  if (t.nodes.length < nodes) t.fire('NODE-04', 'OBJ-18');
  giveBack(t, key, offset);
};

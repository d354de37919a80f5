/**
 * Flush and release of a file (binder_deferred_flush, binder_deferred_release): they run on a kernel worker after the
 * call that asked for them.
 */
import { notifyDeath } from './death.ts';
import { leaveSets, sleepsFor } from './epoll.ts';
import { dropWork, endThread } from './exit.ts';
import { isConcerned, leaveNext } from './leave.ts';
import { dropNode, settle } from './node.ts';
import { runWoken } from './read.ts';
import { withTransaction } from './record.ts';
import { endTransaction } from './reply.ts';
import { LOOPER, NO_FILE, OPENER, fileOf, holderOf, type File, type FileKey, type Node } from './state.ts';
import { wantsThread } from './thread.ts';
import { without, type Turn } from './turn.ts';
import { unqueueNode, wake } from './work.ts';

/** PROC-11, PROC-12: every thread must return; those who sleep in a read are woken. */
export const flush = (t: Turn, key: FileKey): void => {
  t.fire('PROC-11');
  for (const thread of t.threads) {
    if (fileOf(thread.key) !== key) continue;
    t.beside?.(t, key, thread.key);
    t.changeThread(thread.key, { needReturn: true });
    if ((thread.looper & LOOPER.WAITING) !== 0) wake(t, thread.key);
    else if (t.epolls.length > 0 && sleepsFor(t, thread.key)) t.fire('PROC-12');
  }
  mixWoken(t, key);
};

/** Records are woken in the order of their threads' pids; who asks for a thread may come before others of other processes. */
const mixWoken = (t: Turn, file: FileKey): void => {
  const readers = t.woken.filter(thread => fileOf(thread) === file);
  const asking = readers.filter(thread => wantsThread(t, thread));
  const isMixed = asking.length > 0 && readers.some(thread => holderOf(thread) !== OPENER);
  if (!isMixed || readers.length < 2 || t.choose(2) === 0) return;
  for (const thread of asking.reverse()) {
    t.woken = [thread, ...t.woken.filter(other => other !== thread)];
  }
};

/** PROC-15: the order of the end (binder_deferred_release). */
export const release = (t: Turn, key: FileKey): void => {
  const file = t.file(key);
  t.fire('PROC-14', 'PROC-15');
  leaveSets(t, key);
  loseManager(t, file);
  t.changeFile(key, { frozen: false, syncRecv: false, asyncRecv: false });
  for (const thread of t.threads) {
    if (fileOf(thread.key) !== key) continue;
    t.fire('PROC-17');
    endThread(t, thread.key);
  }
  const nodes = t.nodes.filter(node => node.owner === key).sort((a, b) => (BigInt(a.ptr) < BigInt(b.ptr) ? -1 : 1));
  for (const node of nodes) releaseNode(t, node.id);
  const refs = t.refs.filter(ref => ref.file === key).sort((a, b) => a.handle - b.handle);
  t.leaving = refs.map(({ id }) => id);
  runConcerned(t);
  while (t.leaving.length > 0) {
    leaveNext(t);
    runConcerned(t);
  }
  if (t.file(key).todo.length > 0) t.fire('PROC-21', 'PROC-22', 'REL-19');
  dropWork(t, t.file(key).todo);
  t.fire('PROC-23', 'ALLOC-48');
  t.transactions = t.transactions.map(transaction =>
    transaction.to === key ? withTransaction(transaction, { buffer: -1 }) : transaction,
  );
  t.files = without(t.files, other => other.key === key);
};

/** PROC-14: readers that are awake run beside the release, as far as it makes a difference to them. */
const runConcerned = (t: Turn): void => {
  while (t.leaving.length > 0) {
    const readers = t.woken.filter(thread => isConcerned(t, thread));
    const answer = t.choose(readers.length + 1);
    if (answer === 0) return;
    runWoken(t, readers[answer - 1] as number);
  }
};

/** PROC-16, CTX-06 */
const loseManager = (t: Turn, file: File): void => {
  t.devices = t.devices.map((device, index) => {
    if (index !== file.device || device.manager === 0 || t.node(device.manager).owner !== file.key) return device;
    t.fire('PROC-16', 'CTX-06');
    return { manager: 0, managerUid: device.managerUid };
  });
};

/** PROC-18: a node dies with its owner; if somebody holds it, it stays as a dead node. */
const releaseNode = (t: Turn, id: number): void => {
  t.fire('PROC-18');
  const node: Node = t.node(id);
  for (const waiting of node.asyncTodo) endTransaction(t, waiting);
  unqueueNode(t, id);
  if (node.refs.length === 0) {
    dropNode(t, id);
    return;
  }
  t.changeNode(id, { owner: NO_FILE, localStrong: 0, localWeak: 0, asyncTodo: [] });
  notifyDeath(t, id);
  settle(t, id);
};

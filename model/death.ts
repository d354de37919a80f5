/**
 * Death notifications. A registration sits on a ref; it fires when the process that owns the node is released
 * (DEATH-03), and it stays registered until it is cleared. A cleared registration lives on in the lists until it has
 * been answered.
 */
import type { Handle } from '../abi/ids.ts';
import type { U64 } from '../abi/u64.ts';
import { noteMade } from './journal/note.ts';
import { refByHandle } from './ref.ts';
import { NO_FILE, fileOf, type FileKey, type ThreadKey, type Work } from './state.ts';
import { itemAt, type Turn } from './turn.ts';
import { isLooper } from './ready.ts';
import { queueForFile, queueForThread, wakeFile } from './work.ts';

/** BC_REQUEST_DEATH_NOTIFICATION */
export const requestDeath = (t: Turn, file: FileKey, handle: Handle, cookie: U64): void => {
  const ref = refByHandle(t, file, handle);
  t.fire('WR-30');
  if (ref === undefined || ref.death !== null) {
    t.fire('DEATH-02');
    return;
  }
  t.fire('DEATH-01');
  noteMade(t, 'death');
  if (t.node(ref.node).owner === NO_FILE) {
    t.fire('DEATH-04');
    t.changeRef(ref.id, { death: { cookie, at: 'queued' } });
    queueForFile(t, file, { work: 'dead_binder', ref: ref.id, cookie });
    wakeFile(t, file);
  } else {
    t.changeRef(ref.id, { death: { cookie, at: 'idle' } });
  }
};

/** BC_CLEAR_DEATH_NOTIFICATION: answered at once when nothing is under way, else after BC_DEAD_BINDER_DONE. */
export const clearDeath = (t: Turn, thread: ThreadKey, handle: Handle, cookie: U64): void => {
  const key = fileOf(thread);
  const ref = refByHandle(t, key, handle);
  t.fire('WR-30');
  if (ref === undefined || ref.death === null || ref.death.cookie !== cookie) {
    t.fire('DEATH-06');
    return;
  }
  t.fire('DEATH-10');
  const { at } = ref.death;
  t.changeRef(ref.id, { death: null });
  if (at === 'idle') {
    t.fire('DEATH-07');
    answerClear(t, thread, cookie);
    return;
  }
  t.fire(at === 'queued' ? 'DEATH-08' : 'DEATH-09');
  const cleared = (work: Work): Work =>
    work.work === 'dead_binder' && work.ref === ref.id ? { work: 'dead_binder_and_clear', ref: 0, cookie } : work;
  const file = t.file(key);
  t.changeFile(key, { todo: file.todo.map(cleared), delivered: file.delivered.map(cleared) });
};

/** BC_DEAD_BINDER_DONE: the first delivered registration with that cookie (DEATH-11). */
export const deadBinderDone = (t: Turn, thread: ThreadKey, cookie: U64): void => {
  const file = t.file(fileOf(thread));
  const at = file.delivered.findIndex(work => 'cookie' in work && work.cookie === cookie);
  const work = itemAt(file.delivered, at);
  t.fire('WR-30', 'DEATH-11');
  if (at > 0) t.fire('DEATH-12');
  if (work === undefined) return;
  t.changeFile(file.key, { delivered: file.delivered.toSpliced(at, 1) });
  if (work.work === 'dead_binder_and_clear') {
    t.fire('DEATH-08', 'DEATH-09');
    answerClear(t, thread, cookie);
  } else if (work.work === 'dead_binder') {
    const { death } = t.ref(work.ref);
    if (death !== null) t.changeRef(work.ref, { death: { cookie: death.cookie, at: 'idle' } });
  }
};

/** DEATH-07: to the thread itself if it is a looper, else to any reader of the file. */
const answerClear = (t: Turn, thread: ThreadKey, cookie: U64): void => {
  const done = { work: 'clear_death', ref: 0, cookie } as const;
  if (isLooper(t.thread(thread).looper)) {
    queueForThread(t, thread, done);
    return;
  }
  queueForFile(t, fileOf(thread), done);
  wakeFile(t, fileOf(thread));
};

/** PROC-19, DEATH-15: a node died; every registration on its refs fires, the newest ref first. */
export const notifyDeath = (t: Turn, node: number): void => {
  for (const id of t.node(node).refs) {
    const { file, death } = t.ref(id);
    if (death === null) continue;
    t.fire('PROC-19', 'DEATH-03', 'DEATH-15');
    t.changeRef(id, { death: { cookie: death.cookie, at: 'queued' } });
    queueForFile(t, file, { work: 'dead_binder', ref: id, cookie: death.cookie });
    wakeFile(t, file);
  }
};

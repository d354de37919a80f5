/**
 * Thread records: one for each native thread of a file that made an ioctl or polled (THR-01), with its looper bits.
 *
 * A new record must return to user space at its first read (THR-02, THR-04). Bits are sticky; only
 * BINDER_THREAD_EXIT and the release of the file end a record (THR-15).
 */
import { BR } from '../abi/constants.ts';
import { noteMade } from './journal/note.ts';
import { LOOPER, fileOf, type Thread, type ThreadKey } from './state.ts';
import { inserted, type Turn } from './turn.ts';
import { isLooper } from './ready.ts';

/** No error happened yet; reading the record resets it to this (IOC-06). */
export const noError = { id: 0, command: BR.BR_OK, param: 0 } as const;

const NO_WORK: Thread['todo'] = [];

/** THR-01, THR-02: the record of a native thread is made on first use (binder_get_thread). */
export const threadFor = (t: Turn, key: ThreadKey): void => {
  if (t.threadIfAny(key) !== undefined) return;
  t.fire('THR-01', 'THR-02');
  const record: Thread = {
    key,
    looper: 0,
    needReturn: true,
    stack: 0,
    todo: NO_WORK,
    processTodo: false,
    returnError: 0,
    replyError: 0,
    error: noError,
  };
  t.threads = inserted(t.threads, record, other => other.key > key);
  noteMade(t, 'thread');
};

/** THR-07 */
export const enterLooper = (t: Turn, key: ThreadKey): void => {
  const { looper } = t.thread(key);
  t.fire('THR-07', 'WR-29');
  const invalid = (looper & LOOPER.REGISTERED) !== 0 ? LOOPER.INVALID : 0;
  t.changeThread(key, { looper: looper | LOOPER.ENTERED | invalid });
};

/** THR-08, THR-09, THR-10: answers the driver's request for a thread; without a request the thread is marked invalid. */
export const registerLooper = (t: Turn, key: ThreadKey): void => {
  const { looper } = t.thread(key);
  const file = t.file(fileOf(key));
  t.fire('WR-29');
  if ((looper & LOOPER.ENTERED) !== 0) {
    t.fire('THR-08', 'THR-12');
    t.changeThread(key, { looper: looper | LOOPER.REGISTERED | LOOPER.INVALID });
  } else if (file.requested === 0) {
    t.fire('THR-09', 'THR-12');
    t.changeThread(key, { looper: looper | LOOPER.REGISTERED | LOOPER.INVALID });
  } else {
    t.fire('THR-10', 'THR-21');
    t.changeFile(file.key, { requested: 0, started: file.started + 1 });
    t.changeThread(key, { looper: looper | LOOPER.REGISTERED });
  }
};

/** THR-11: a mark without effect (THR-12). */
export const exitLooper = (t: Turn, key: ThreadKey): void => {
  t.fire('THR-11', 'THR-12', 'WR-29');
  t.changeThread(key, { looper: t.thread(key).looper | LOOPER.EXITED });
};

/** THR-19: three of the four conditions under which a read asks for another thread; the fourth is that nobody waits. */
export const wantsThread = (t: Turn, key: ThreadKey): boolean => {
  const { requested, started, maxThreads } = t.file(fileOf(key));
  return requested === 0 && started < maxThreads && isLooper(t.thread(key).looper);
};

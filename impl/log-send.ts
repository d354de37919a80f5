/** What a finished send leaves in the log (TXN-01, DBG-12). */
import { TF_ONE_WAY } from '../abi/constants.ts';
import type { Core } from './core.ts';
import type { Sending } from './sending.ts';
import type { Task } from './task.ts';
import type { Thread } from './thread.ts';
import * as log from './transaction-log.ts';

/**
 * Adds the send whose structure lies at `place` of the task's memory, with the word and negative errno of its failure
 * (0 and 0 when there was none), and answers where its entry stands. The receiver is named once all checks of the
 * target passed.
 */
export const logSend = (
  core: Core,
  sending: Sending,
  task: Task,
  thread: Thread,
  place: number,
  reply: boolean,
  word: number,
  param: number,
): number => {
  const { words } = core.log;
  const { view } = task.memory;
  const { targetProcess, targetThread } = sending;
  const { process } = thread;
  const at = core.log.next();
  const async = (view.getUint32(place + 20, true) & TF_ONE_WAY) !== 0;
  words[at + log.LOG_ID] = sending.id;
  words[at + log.LOG_KIND] = reply ? log.LOG_REPLY : async ? log.LOG_ASYNC : log.LOG_CALL;
  words[at + log.LOG_FROM_PID] = process.group.pid;
  words[at + log.LOG_FROM_TID] = thread.task.tid;
  words[at + log.LOG_TO_PID] = targetProcess === null ? 0 : targetProcess.group.pid;
  words[at + log.LOG_TO_TID] = targetProcess === null || targetThread === null ? 0 : targetThread.task.tid;
  words[at + log.LOG_NODE] = sending.nodeId;
  words[at + log.LOG_HANDLE] = view.getInt32(place, true);
  words[at + log.LOG_DATA_SIZE] = view.getInt32(place + 32, true);
  words[at + log.LOG_OFFSETS_SIZE] = view.getInt32(place + 40, true);
  words[at + log.LOG_CONTEXT] = process.context.index;
  words[at + log.LOG_WORD] = word;
  words[at + log.LOG_PARAM] = param;
  return at;
};

/** What a thread is about: by that the next step is chosen. */
import type { LiteThread } from './lite.ts';

export const IDLE = 0;
const WORK = 1;
const SERVING = 2;
const WAITING = 3;

export const situation = (thread: LiteThread): number => {
  const { top, file } = thread;
  if (thread.inbox.length > 0 || thread.ready) return WORK;
  if (top !== undefined) return top.from === thread ? WAITING : SERVING;
  return file.inbox.length + file.work > 0 && file.waiting.length === 0 ? WORK : IDLE;
};

export const urgency = (thread: LiteThread): number => [0, 2, 3, 0][situation(thread)] as number;

/** BC_REQUEST_DEATH_NOTIFICATION, BC_CLEAR_DEATH_NOTIFICATION, BC_DEAD_BINDER_DONE. Misuse is ignored. */
import type { Core } from './core.ts';
import { Death } from './death.ts';
import { getRef } from './ref.ts';
import type { Thread } from './thread.ts';
import { enqueueOwn, wakeProcess } from './wake.ts';
import { unqueue, WORK_CLEAR_DEATH, WORK_DEAD_BINDER, WORK_DEAD_BINDER_AND_CLEAR, type Work } from './work.ts';

/** DEATH-01, DEATH-02; on a dead node the notification comes at once (DEATH-04). */
export const requestDeath = (
  core: Core,
  thread: Thread,
  handle: number,
  cookieLow: number,
  cookieHigh: number,
): void => {
  const { process } = thread;
  const ref = getRef(process, handle, false);
  if (ref === null || ref.death !== null) return;
  const death = new Death(cookieLow, cookieHigh);
  ref.death = death;
  core.deaths.live++;
  core.deaths.total++;
  if (ref.node.process !== null) return;
  death.work.kind = WORK_DEAD_BINDER;
  process.todo.push(death.work);
  wakeProcess(core, process);
};

/** DEATH-06 to DEATH-10. */
export const clearDeath = (core: Core, thread: Thread, handle: number, cookieLow: number, cookieHigh: number): void => {
  const ref = getRef(thread.process, handle, false);
  const death = ref?.death ?? null;
  if (ref === null || death === null || !death.has(cookieLow, cookieHigh)) return;
  ref.death = null;
  if (death.work.list === null) answerClear(core, thread, death.work);
  else death.work.kind = WORK_DEAD_BINDER_AND_CLEAR;
};

/** DEATH-11: the first delivered notification with that cookie is done with. */
export const deadBinderDone = (core: Core, thread: Thread, cookieLow: number, cookieHigh: number): void => {
  let work: Work | null = thread.process.deliveredDeath.head;
  while (work !== null && work.death?.has(cookieLow, cookieHigh) !== true) work = work.next;
  if (work === null) return;
  unqueue(work);
  if (work.kind === WORK_DEAD_BINDER_AND_CLEAR) answerClear(core, thread, work);
};

/** Loopers hear it themselves, others through their process (DEATH-07). */
const answerClear = (core: Core, thread: Thread, work: Work): void => {
  const { process } = thread;
  work.kind = WORK_CLEAR_DEATH;
  if (thread.loops) {
    enqueueOwn(core, thread, work);
    return;
  }
  process.todo.push(work);
  wakeProcess(core, process);
};

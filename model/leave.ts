/** How a dying file lets go of what it holds, ref by ref, beside everybody who reads (PROC-14, PROC-20). */
import { removeRef } from './ref.ts';
import { fileOf, type ThreadKey } from './state.ts';
import type { Turn } from './turn.ts';

/** The next ref goes. */
export const leaveNext = (t: Turn): void => {
  const next = t.leaving.shift();
  if (next === undefined) return;
  t.fire('PROC-20', 'DEATH-14');
  removeRef(t, next);
};

/** Whether something of that reader still depends on what is let go: an item of its lists, or work to come. */
const concerns = (t: Turn, thread: ThreadKey): boolean => {
  const file = fileOf(thread);
  return t.leaving.some(id => {
    const { owner, queued } = t.node(t.ref(id).node);
    return queued === thread || owner === file;
  });
};

/** Between two items of one read the release may get on by any number of refs. */
export const letReleaseRun = (t: Turn, thread: ThreadKey): void => {
  while (t.leaving.length > 0 && concerns(t, thread)) {
    if (t.choose(2) === 0) return;
    t.fire('PROC-14');
    leaveNext(t);
  }
};

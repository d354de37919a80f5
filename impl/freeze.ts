/** The freezer (FRZ-01 to FRZ-12). */
import type { Core } from './core.ts';
import type { Process } from './process.ts';
import { EAGAIN, EINVAL, OK } from './result.ts';

/** Open files of a process, newest first (PROC-04). */
const openedBy = (core: Core, pid: number): Process[] =>
  core.processes.filter(({ group }) => group.pid === pid).reverse();

/** Messages are on their way to it, or a thread of it is in a transaction. */
const isBusy = (process: Process): boolean => {
  if (process.outstanding > 0) return true;
  for (const thread of process.threads.values()) if (thread.stack !== null) return true;
  return false;
};

/**
 * BINDER_FREEZE. Nothing else runs while a caller waits for its timeout, so a busy process is still busy then: EAGAIN
 * at once. The first failure ends the loop, what was frozen before stays so (FRZ-02).
 */
export const freeze = (core: Core, pid: number, enable: boolean): number => {
  const targets = openedBy(core, pid);
  if (targets.length === 0) return EINVAL;
  for (const process of targets) {
    process.syncReceived = false;
    process.asyncReceived = false;
    process.frozen = enable;
    if (enable && isBusy(process)) {
      process.frozen = false;
      return EAGAIN;
    }
  }
  return OK;
};

/** BINDER_GET_FROZEN_INFO: bits of `sync` and `async` as the ioctl reports them; `null` for an unknown process. */
export const frozenInfo = (core: Core, pid: number): { readonly sync: number; readonly async: number } | null => {
  const targets = openedBy(core, pid);
  if (targets.length === 0) return null;
  let sync = 0;
  let async = 0;
  for (const process of targets) {
    if (process.syncReceived) sync |= 1;
    if (isBusy(process)) sync |= 2;
    if (process.asyncReceived) async |= 1;
  }
  return { sync, async };
};

/** What becomes of work that nobody will read. */
import { BR } from '../abi/constants.ts';
import type { Core } from './core.ts';
import { cleanupTransaction } from './transaction.ts';
import {
  WORK_CLEAR_DEATH,
  WORK_COMPLETE,
  WORK_DEAD_BINDER_AND_CLEAR,
  WORK_SPAM_SUSPECT,
  WORK_TRANSACTION,
  type WorkList,
} from './work.ts';

/** Empties a list: calls fail with BR_DEAD_REPLY, everything else is dropped (PROC-21, THR-45, THR-46). */
export const releaseWork = (core: Core, list: WorkList): void => {
  for (let work = list.shift(); work !== null; work = list.shift()) {
    switch (work.kind) {
      case WORK_TRANSACTION:
        if (work.transaction !== null) cleanupTransaction(core, work.transaction, BR.BR_DEAD_REPLY);
        break;
      case WORK_COMPLETE:
      case WORK_SPAM_SUSPECT:
        core.forgetCompletion(work);
        break;
      case WORK_DEAD_BINDER_AND_CLEAR:
      case WORK_CLEAR_DEATH:
        core.deaths.live--;
        break;
      default:
        // Errors live in their thread, nodes in their owner, other deaths in their ref: each goes with that.
        break;
    }
  }
};

/** Saving the op logs of failures. */
import type { Op } from '../../abi/op.ts';
import { writeOpLog } from '../oplog-file.ts';
import { fileFor, logOf } from './log.ts';
import type { Plan } from './plan.ts';
import type { KnownFailure, Tally } from './tally.ts';

/** Saves the op log of a failure; a disk that refuses is an error of the run. */
export const saveFailure = (folder: string, plan: Plan, known: KnownFailure, tally: Tally): void => {
  const { first, shrunk } = known;
  const { core, signature } = shrunk?.failure ?? first.failure;
  const file = fileFor(folder, core);
  try {
    const ops: readonly Op[] = shrunk?.ops ?? first.ops;
    writeOpLog(file, logOf(plan, { ...first, ops }, signature));
    tally.take({ event: 'saved', core: first.failure.core, file });
  } catch (error) {
    tally.trouble((error as Error).message);
  }
};

/** For each difference that `core` allows: the optimised driver, different in exactly that. */
import type { Driver } from '../../abi/driver.ts';
import type { Edit } from '../../conformance/faults/fault.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import type { FlagId } from '../../properties/profile/flags.ts';

export interface Different {
  readonly flag: FlagId;
  /** What it does otherwise. */
  readonly does: string;
  readonly edits: readonly Edit[];
  readonly around?: (driver: Driver) => Driver;
  /** Number of the first generated sequence of seed 3 that is tried; others follow where it shows nothing. */
  readonly from?: number;
}

const edit = (file: Edit['file'], text: string, replacement: string): Edit => ({
  id: 'difference',
  file,
  text,
  replacement,
});

export const DIFFERENT: readonly Different[] = [
  {
    flag: 'write-stop',
    does: 'goes on behind a call that failed',
    edits: [edit('impl/write.ts', 'while (at < end && thread.returnError.word === BR_OK) {', 'while (at < end) {')],
  },
  {
    flag: 'second-manager',
    does: 'lets the last one be the manager',
    edits: [edit('impl/ioctl.ts', 'if (context.manager !== null) return EBUSY;', '')],
  },
  {
    flag: 'own-manager',
    does: 'lets the process of the manager call handle 0',
    from: 55,
    edits: [
      edit(
        'impl/send.ts',
        'if (handle === 0 && target.group.pid === process.group.pid) return sending.refuse(BR_FAILED_REPLY, EINVAL);',
        '',
      ),
    ],
  },
  {
    flag: 'unregistered-reader',
    does: 'gives no work of a process to a thread that is no looper',
    edits: [
      edit('impl/read.ts', 'thread.forProcess = thread.idle;', 'thread.forProcess = thread.idle && thread.loops;'),
      edit('impl/driver.ts', 'hasWork(thread.idle)', 'hasWork(thread.idle && thread.loops)'),
    ],
  },
  {
    flag: 'exit-looper',
    does: 'refuses BC_EXIT_LOOPER',
    edits: [edit('impl/write.ts', 'thread.looper |= LOOPER_EXITED;\n      return OK;', 'return EINVAL;')],
  },
  {
    flag: 'weak-objects',
    does: 'rejects weak objects',
    edits: [
      edit(
        'impl/object.ts',
        'const to = buffer.offset + offset;',
        'const to = buffer.offset + offset;\n    if (type === OBJECT_TYPE.WEAK_BINDER || type === OBJECT_TYPE.WEAK_HANDLE) return sending.refuse(BR_FAILED_REPLY, EINVAL);',
      ),
    ],
  },
];

/** The driver that differs, with faults where some are given. */
export const different = async ({ edits, around }: Different, ...faults: readonly Edit[]): Promise<Driver> => {
  const target = new ImplTarget(await loadDriver(...edits, ...faults));
  return around?.(target) ?? target;
};

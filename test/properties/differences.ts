/** For each difference that `core` allows: the optimised driver, different in exactly that. */
import type { Driver } from '../../abi/driver.ts';
import type { Op } from '../../abi/op.ts';
import type { Edit } from '../../conformance/faults/fault.ts';
import { loadDriver } from '../../conformance/targets/faulty.ts';
import { ImplTarget } from '../../conformance/targets/impl.ts';
import type { FlagId } from '../../properties/profile/flags.ts';
import { deepNesting, earlyClear, flood, frozenAndGone } from './logs.ts';

export interface Different {
  readonly flag: FlagId;
  /** What it does otherwise. */
  readonly does: string;
  readonly edits: readonly Edit[];
  /** Flags that allow the same among other things. */
  readonly also?: readonly FlagId[];
  readonly around?: (driver: Driver) => Driver;
  /** A log that shows it. */
  readonly log?: readonly Op[];
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
      edit('impl/poll.ts', 'hasWork(thread.idle)', 'hasWork(thread.idle && thread.loops)'),
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
  {
    flag: 'async-limit',
    log: flood(),
    does: 'lets oneways have all of the mapping',
    edits: [edit('impl/arena.ts', 'this.freeAsync = this.size / 2;', 'this.freeAsync = this.size;')],
    also: ['empty-message'],
  },
  {
    flag: 'empty-message',
    does: 'charges nothing for empty oneways',
    edits: [
      edit(
        'impl/arena.ts',
        'this.freeAsync -= buffer.size;',
        'if (buffer.dataSize > 0) this.freeAsync -= buffer.size;',
      ),
      edit(
        'impl/arena.ts',
        'this.freeAsync += buffer.size;',
        'if (buffer.dataSize > 0) this.freeAsync += buffer.size;',
      ),
    ],
    also: ['async-limit'],
  },
  {
    flag: 'second-call',
    does: 'lets a thread make a second call',
    edits: [
      edit(
        'impl/send.ts',
        'if (top !== null && top.toThread !== thread) return sending.refuse(BR_FAILED_REPLY, EPROTO);',
        '',
      ),
    ],
  },
  {
    flag: 'deep-nesting',
    log: deepNesting(),
    does: 'sends a nested call to the last caller only',
    edits: [edit('impl/send.ts', 'transaction = transaction.fromParent) {', 'transaction = null) {')],
  },
  {
    flag: 'wrong-clear',
    does: 'clears whatever the cookie is',
    edits: [
      edit(
        'impl/death-commands.ts',
        'if (ref === null || death === null || !death.has(cookieLow, cookieHigh)) return;',
        'if (ref === null || death === null) return;',
      ),
    ],
  },
  {
    flag: 'early-clear',
    log: earlyClear(),
    also: ['clear-queue'],
    does: 'confirms a clear at once, whatever becomes of the death',
    edits: [
      edit(
        'impl/death-commands.ts',
        'if (death.work.list === null) answerClear(core, thread, death.work);',
        'if (death.work.list !== null) unqueue(death.work);\n  if (death.work.list === null) answerClear(core, thread, death.work);',
      ),
    ],
  },
  {
    flag: 'clear-queue',
    does: 'confirms a clear to any thread of the process',
    edits: [edit('impl/death-commands.ts', 'if (thread.loops) {', 'if (thread.process === null) {')],
  },
  {
    flag: 'node-information',
    does: 'has no BINDER_GET_NODE_INFO_FOR_REF',
    edits: [edit('impl/ioctl.ts', 'return nodeInfoForRef(process, view, at);', 'return EINVAL;')],
  },
  {
    flag: 'release-timing',
    does: 'releases nothing before all announcements are acknowledged',
    edits: [
      edit(
        'impl/read.ts',
        'const { strong, weak, hasStrong, hasWeak } = node;',
        `const { hasStrong, hasWeak } = node;
  const held = node.pendingStrong || node.pendingWeak;
  const strong = node.strong || (held && hasStrong);
  const weak = node.weak || (held && hasWeak);`,
      ),
      edit(
        'impl/write.ts',
        'node.pendingWeak = false;',
        'node.pendingWeak = false;\n      node.localStrong++;\n      decrementStrong(core, node, false);',
      ),
    ],
  },
  {
    flag: 'batches',
    does: 'takes one item a read',
    edits: [
      edit(
        'impl/read.ts',
        'else if (result !== MORE) return result;',
        'else if (result !== MORE) return result;\n    else if (thread.cursor > 4) return ENDS;',
      ),
    ],
  },
  {
    flag: 'pending-frozen',
    does: 'reports a oneway to a frozen process as pending',
    edits: [
      edit(
        'impl/send.ts',
        'complete.kind = buffer.spamSuspect ? WORK_SPAM_SUSPECT : WORK_COMPLETE;',
        'complete.kind = buffer.spamSuspect ? WORK_SPAM_SUSPECT : WORK_COMPLETE;\n    complete.word = oneway && target.frozen ? 0x7214 : 0;',
      ),
      edit(
        'impl/read.ts',
        'core.forgetCompletion(work);',
        'core.forgetCompletion(work);\n      if (work.word === 0x7214) return report(core, memory, thread, 0x7214);',
      ),
    ],
  },
  {
    flag: 'frozen-and-gone',
    log: frozenAndGone(),
    does: 'remembers of the dead that they were frozen',
    edits: [
      edit('impl/process.ts', 'process.frozen = false;', ''),
      edit('impl/node.ts', 'node.process = null;', 'node.diedFrozen = node.process?.frozen;\n  node.process = null;'),
      edit(
        'impl/send.ts',
        'if (node === null || node.process === null) return',
        'if (node?.diedFrozen) return sending.refuse(BR.BR_FROZEN_REPLY, 0);\n  if (node === null || node.process === null) return',
      ),
    ],
  },
];

/** The driver that differs, with faults where some are given. */
export const different = async ({ edits, around }: Different, ...faults: readonly Edit[]): Promise<Driver> => {
  const target = new ImplTarget(await loadDriver(...edits, ...faults));
  return around?.(target) ?? target;
};

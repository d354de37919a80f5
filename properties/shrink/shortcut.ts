/** Shortcuts: logs that may fail as well, because the same thing comes about in another way that needs fewer ops. */
import type { CommandSpec, Op } from '../../abi/op.ts';
import type { WriteReadOp } from './edit.ts';
import { isWriteRead } from './pass.ts';

/** Rewrites a log in ways that may fail too; none of them is worth executing unless the specification likes it. */
export type Shortcut = (ops: readonly Op[]) => Iterable<readonly Op[]>;

/** The read that a rewritten op gets. */
export const READ = { size: 256 };

/** A write_read that only reads. */
export const isRead = (op: Op | undefined): op is WriteReadOp => isWriteRead(op) && op.write === undefined;

/** Whether it sends an object. */
export const sendsObjects = (op: WriteReadOp): boolean =>
  (op.write ?? []).some(each => 'message' in each && each.message.objects !== undefined);

/** The log without some ops. */
export const without = (ops: readonly Op[], ...gone: readonly (Op | undefined)[]): readonly Op[] =>
  ops.filter(op => !gone.includes(op));

/** The log with every command rewritten, of all processes or of one. */
export const withCommandsAs = (
  ops: readonly Op[],
  change: (command: CommandSpec) => CommandSpec,
  proc?: number,
): readonly Op[] =>
  ops.map(op => {
    if (!isWriteRead(op) || op.write === undefined || (proc !== undefined && op.proc !== proc)) return op;
    const write = op.write.map(change);
    return write.every((each, at) => each === op.write?.[at]) ? op : { ...op, write };
  });

/** The log, and the log without one of the reads of a process: the last before op `at`, or the first behind it. */
export function* withFewerReads(ops: readonly Op[], at: number, proc: number): Iterable<readonly Op[]> {
  const isOwn = (op: Op): boolean => isRead(op) && op.proc === proc;
  const before = ops.slice(0, at).findLast(isOwn);
  const behind = ops.slice(at).find(isOwn);
  if (behind !== undefined) yield without(ops, behind);
  if (before !== undefined) yield without(ops, before);
  if (before !== undefined && behind !== undefined) yield without(ops, before, behind);
  yield ops;
}

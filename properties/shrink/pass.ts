/**
 * The ways in which a log becomes simpler, in the order in which they are tried.
 *
 * A pass is a pure function of a log and a position: it answers candidates on the assumption that all of them are
 * refused. When one is taken the pass goes on from its position with the new log. So candidates can be tried one after
 * the other or several at once, with the same result.
 */
import type { CommandSpec, Op } from '../../abi/op.ts';
import { renamed, type WriteReadOp } from './edit.ts';

/** Where a pass goes on. `low`: a value of the leaf there that is known not to fail. */
export interface Position {
  readonly at: number;
  readonly low?: number;
}

export interface Candidate {
  readonly ops: readonly Op[];
  readonly position: Position;
  /** Name of the edit: one that was refused is tried again in other logs only at the end. */
  readonly edit?: string;
  /** Worth executing only while every rule fires that fires in the log. */
  readonly faithful?: boolean;
}

export interface Pass {
  readonly name: string;
  /** Its candidates may fail in other ways than the log does: where any failure counts, they are not refused unseen. */
  readonly bold?: boolean;
  readonly candidates: (ops: readonly Op[], from: Position) => Iterable<Candidate>;
}

export const procOf = (op: Op): number => (op.op === 'reclaim' ? -1 : op.proc);
export const threadOf = (op: Op): number => ('thread' in op ? op.thread : -1);

export const processes = (ops: readonly Op[]): readonly number[] =>
  [...new Set(ops.map(procOf))].filter(proc => proc >= 0).sort((a, b) => b - a);

export const TF_ONE_WAY = 1;

/** The flags of a message that expects no answer, as the 32 bits that they are. */
export const asOneway = (flags: number): number => (flags | TF_ONE_WAY) >>> 0;

/** What nearly every log begins with. */
export const isSetup = (op: Op): boolean => op.op === 'open' || op.op === 'mmap' || isSeat(op);

const SEATS: ReadonlySet<unknown> = new Set(['BINDER_SET_CONTEXT_MGR', 'BINDER_SET_CONTEXT_MGR_EXT']);

type IoctlOp = Extract<Op, { op: 'ioctl' }>;

const isSeat = (op: Op): op is IoctlOp => op.op === 'ioctl' && SEATS.has(op.cmd);

/** The op by which a process becomes the manager. */
export const seatOf = (ops: readonly Op[]): IoctlOp | undefined => ops.find(isSeat);

/** Flag of a node that takes file descriptors. */
const ACCEPTS_FDS = 0x100;

/** The log with a manager that takes file descriptors, where any are sent. */
export const accepting = (ops: readonly Op[]): readonly Op[] => {
  const seat = seatOf(ops);
  const sends = ops.some(
    op =>
      isWriteRead(op) &&
      (op.write ?? []).some(
        each => 'message' in each && each.message.objects?.some(({ type }) => type === 'FD' || type === 'FDA') === true,
      ),
  );
  if (seat === undefined || !sends) return ops;
  const { id, proc, thread, fd } = seat;
  const taken: Op = {
    ...{ op: 'ioctl', id, proc, thread, fd },
    ...{ cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags: ACCEPTS_FDS } },
  };
  return ops.map(op => (op === seat ? taken : op));
};

export const isWriteRead = (op: Op | undefined): op is WriteReadOp => op?.op === 'write_read';

export const withWrite = (ops: readonly Op[], at: number, index: number, command: CommandSpec): readonly Op[] =>
  ops.map((op, each) =>
    each === at && isWriteRead(op) ? { ...op, write: (op.write ?? []).with(index, command) } : op,
  );

/** Threads other than main threads, as `process thread`. */
export const threads = (ops: readonly Op[]): readonly string[] => [
  ...new Set(ops.filter(op => threadOf(op) > 0).map(op => `${procOf(op)} ${threadOf(op)}`)),
];

/** From op `at` on, two processes change places. */
export const swapped = (ops: readonly Op[], at: number, one: number, other: number): Op[] =>
  ops.map((op, each) =>
    each < at
      ? op
      : renamed(op, who => {
          if (who.proc !== one && who.proc !== other) return who;
          return { ...who, proc: who.proc === one ? other : one };
        }),
  );

/** Two processes change places in all but who opens, maps and manages what. */
export const recast = (ops: readonly Op[], one: number, other: number): readonly Op[] => {
  const changed = swapped(ops, 0, one, other);
  return ops.map((op, at) => (isSetup(op) ? op : (changed[at] as Op)));
};

/** Passes that put something simpler in the place of something: joined ops, other references, other roles. */
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import { STRAY_ADDRESS, STRAY_HANDLE } from '../../abi/resolve.ts';
import { handlesOf, joined, producersOf, withoutCommand, type WriteReadOp } from './edit.ts';
import { isWriteRead, processes, procOf, swapped, TF_ONE_WAY, withWrite, type Pass } from './pass.ts';

/** Two write_reads of one thread become one. */
export const join: Pass = {
  name: 'join',
  *candidates(ops, from) {
    let place = -1;
    for (let second = ops.length - 1; second > 0; second--) {
      const two = ops[second];
      if (!isWriteRead(two)) continue;
      for (let first = second - 1; first >= 0; first--) {
        const one = ops[first];
        if (!isWriteRead(one) || !sameThread(one, two)) continue;
        for (const late of [false, true]) {
          if (++place < from.at) continue;
          const next = joined(ops, first, second, late);
          const edit = `join ${one.id} ${two.id} ${late}`;
          if (next !== undefined) yield { ops: next, position: { at: place }, edit };
        }
        // What the first read is in the way of what the second leaves unread.
        if (one.read !== undefined && one.write !== undefined && two.read === undefined && ++place >= from.at) {
          const { read: _, ...silent } = one;
          const next = joined(ops.with(first, silent), first, second, true);
          if (next !== undefined) yield { ops: next, position: { at: place }, edit: `join ${one.id} ${two.id} unread` };
        }
        break;
      }
    }
  },
};

const handleIn = (command: CommandSpec): HandleRef | undefined =>
  'handle' in command ? command.handle : 'target' in command ? command.target : undefined;

const withHandle = (command: CommandSpec, handle: HandleRef): CommandSpec =>
  ('target' in command ? { ...command, target: handle } : { ...command, handle }) as CommandSpec;

/** Ops that set a process up: nothing works without them. */
const SETS_UP: ReadonlySet<Op['op']> = new Set<Op['op']>(['open', 'mmap']);

/**
 * A read happens last: what it waited for has come by then. An earlier op of its process goes, or the write of its
 * thread goes with it, and perhaps what used to wake it.
 */
export const postpone: Pass = {
  name: 'postpone',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op) || op.write !== undefined || op.read === undefined) continue;
      const last = [...ops.slice(0, at), ...ops.slice(at + 1), op];
      for (let gone = last.length - 2; gone >= 0; gone--) {
        const other = last[gone];
        if (at === ops.length - 1 || !isWriteRead(other) || other.proc !== op.proc) continue;
        if (++place >= from.at) yield { ops: last.filter((_, each) => each !== gone), position: { at: place } };
      }
      const first = ops.slice(0, at).findLastIndex(each => isWriteRead(each) && sameThread(each, op));
      const whole = first < 0 ? undefined : joined(last, first, last.length - 1, true);
      if (whole === undefined) continue;
      if (++place >= from.at) yield { ops: whole, position: { at: place } };
      for (let gone = whole.length - 2; gone >= 0; gone--) {
        const other = whole[gone] as Op;
        if (isWriteRead(other) || SETS_UP.has(other.op) || procOf(other) !== op.proc) continue;
        if (++place >= from.at) yield { ops: whole.filter((_, each) => each !== gone), position: { at: place } };
      }
    }
  },
};

const sameThread = (one: WriteReadOp, two: WriteReadOp): boolean =>
  one.proc === two.proc && one.thread === two.thread && one.fd === two.fd;

/** References name something simpler: the manager, nothing at all, or what somebody got earlier (splice and re-root). */
export const reroot: Pass = {
  name: 're-root',
  *candidates(ops, from) {
    let place = -1;
    const handles = handlesOf(ops);
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        const handle = handleIn(command);
        if (handle !== undefined && typeof handle !== 'number') {
          const earlier = handles.filter(other => typeof other !== 'number' && other.of < handle.of);
          for (const other of [0, STRAY_HANDLE, ...earlier]) {
            if (++place < from.at) continue;
            yield { ops: withWrite(ops, at, index, withHandle(command, other)), position: { at: place } };
          }
        }
        if (command.bc === 'BC_FREE_BUFFER' && 'of' in command.buffer) {
          if (++place < from.at) continue;
          yield { ops: withWrite(ops, at, index, { ...command, buffer: STRAY_ADDRESS }), position: { at: place } };
        }
      }
    }
  },
};

/**
 * What was sent back is sent forth: a reply, or a call through a handle, becomes a call or oneway to the manager by
 * another process, which saves everything that led to it.
 */
export const turn: Pass = {
  name: 'turn',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        const back = command.bc === 'BC_REPLY' || (command.bc === 'BC_TRANSACTION' && command.target !== 0);
        if (!back) continue;
        const { code, message } = command;
        for (const other of processes(ops).filter(proc => proc !== op.proc)) {
          for (const flags of command.bc === 'BC_REPLY' ? [TF_ONE_WAY, 0] : [command.flags]) {
            if (++place < from.at) continue;
            const sent: CommandSpec = { bc: 'BC_TRANSACTION', target: 0, code, flags, message };
            const next = withWrite(swapped(ops, at, op.proc, other), at, index, sent);
            const gone = new Set(producersOf(command));
            const asked = command.bc === 'BC_REPLY' ? callBefore(ops, at, other) : undefined;
            if (asked !== undefined) gone.add(asked.id);
            yield { ops: withoutProducers(next, gone), position: { at: place } };
          }
        }
      }
    }
  },
};

const isMessage = (command: CommandSpec): command is Extract<CommandSpec, { message: unknown }> => 'message' in command;

/** The last write_read of a process before op `at` that carries a message. */
const callBefore = (ops: readonly Op[], at: number, proc: number): Op | undefined =>
  ops.slice(0, at).findLast(op => isWriteRead(op) && op.proc === proc && (op.write ?? []).some(isMessage));

/** What a later message carries is carried by an earlier one instead. */
export const bringForward: Pass = {
  name: 'bring forward',
  *candidates(ops, from) {
    let place = -1;
    for (let late = ops.length - 1; late > 0; late--) {
      const op = ops[late];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        if (!isMessage(command)) continue;
        for (let early = late - 1; early >= 0; early--) {
          const other = ops[early];
          if (!isWriteRead(other)) continue;
          for (const [slot, carrier] of (other.write ?? []).entries()) {
            if (!isMessage(carrier) || ++place < from.at) continue;
            const { code, message } = command;
            const next = withWrite(ops, early, slot, { ...carrier, code, message });
            yield { ops: withoutCommand(next, late, index), position: { at: place } };
          }
        }
      }
    }
  },
};

const withoutProducers = (ops: readonly Op[], gone: ReadonlySet<number>): readonly Op[] =>
  ops.filter(({ id }) => !gone.has(id));

/** A handle that somebody was given becomes the manager's, which needs no giving: it is acquired where it is used. */
export const acquireManager: Pass = {
  name: 'acquire the manager',
  *candidates(ops, from) {
    let place = -1;
    for (let at = 0; at < ops.length; at++) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        if (!('handle' in command) || typeof command.handle === 'number') continue;
        if (++place < from.at) continue;
        const { of } = command.handle;
        const write = [...(op.write ?? [])];
        write.splice(index, 1, { bc: 'BC_ACQUIRE', handle: 0 }, withHandle(command, 0));
        const next = ops.map(each => (each === op ? { ...op, write } : each));
        yield { ops: withoutProducers(next, new Set([of])), position: { at: place } };
      }
    }
  },
};

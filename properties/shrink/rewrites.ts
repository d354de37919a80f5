/** Passes that put something simpler in the place of something: merged threads, other references, plain values. */
import type { CommandSpec, HandleRef, ObjectSpec, Op } from '../../abi/op.ts';
import type { U64 } from '../../abi/u64.ts';
import { STRAY_ADDRESS, STRAY_HANDLE } from '../../abi/resolve.ts';
import { handlesOf, joined, producersOf, renamed, withoutCommand, type WriteReadOp } from './edit.ts';
import {
  isWriteRead,
  processes,
  procOf,
  swapped,
  TF_ONE_WAY,
  threadOf,
  threads,
  withWrite,
  type Pass,
} from './pass.ts';

/** One thread, process or descriptor does the work of another; who was given a descriptor leaves it to who gave it. */
export const merge: Pass = {
  name: 'merge',
  *candidates(ops, from) {
    let place = -1;
    for (const label of threads(ops)) {
      const [proc, thread] = label.split(' ').map(Number) as [number, number];
      const others = new Set(ops.filter(op => procOf(op) === proc).map(threadOf));
      for (const other of [...others].filter(each => each >= 0 && each < thread).sort((a, b) => a - b)) {
        if (++place < from.at) continue;
        const next = ops.map(op =>
          procOf(op) === proc && threadOf(op) === thread ? renamed(op, who => ({ ...who, thread: other })) : op,
        );
        yield { ops: next, position: { at: place }, edit: `merge ${label} ${other}` };
      }
    }
    for (const op of ops) {
      if (op.op !== 'open' || op.fd === 0 || ++place < from.at) continue;
      const { proc, fd } = op;
      const isOther = (each: Op): boolean => procOf(each) === proc && 'fd' in each && each.fd === fd;
      const next = ops
        .filter(each => !isOther(each) || (each.op !== 'open' && each.op !== 'mmap'))
        .map(each => (isOther(each) ? renamed(each, who => ({ ...who, fd: 0 })) : each));
      yield { ops: next, position: { at: place } };
    }
    for (const op of ops) {
      if (op.op !== 'share') continue;
      const own = ops.find(each => each.op === 'open' && each.proc === op.to && each.fd !== op.as);
      if (own?.op === 'open' && ++place >= from.at) {
        const { to, as } = op;
        const usual = (who: Parameters<Parameters<typeof renamed>[1]>[0]): typeof who =>
          who.proc === to && who.fd === as ? { ...who, fd: own.fd } : who;
        yield { ops: ops.filter(each => each !== op).map(each => renamed(each, usual)), position: { at: place } };
      }
      for (const apart of [0, 8]) {
        if (++place < from.at) continue;
        const { proc, fd, to, as } = op;
        const usual = (who: Parameters<Parameters<typeof renamed>[1]>[0]): typeof who =>
          who.proc === to && who.fd === as ? { proc, fd, thread: who.thread + apart } : who;
        yield { ops: ops.filter(each => each !== op).map(each => renamed(each, usual)), position: { at: place } };
      }
    }
    const all = processes(ops);
    for (const proc of all) {
      for (const other of all.filter(each => each < proc).reverse()) {
        for (const apart of [0, 8]) {
          if (++place < from.at) continue;
          const merged = (of: readonly Op[]): readonly Op[] =>
            of
              .filter(op => procOf(op) !== proc || (op.op !== 'open' && op.op !== 'mmap'))
              .map(op =>
                renamed(op, who => (who.proc === proc ? { ...who, proc: other, thread: who.thread + apart } : who)),
              );
          yield { ops: merged(ops), position: { at: place }, edit: `merge ${proc} ${other} ${apart}` };
          if (!sharesNodes(ops, proc, other)) continue;
          // Nodes of the two that had one name stay two.
          const named = ops.map(op => (procOf(op) === proc ? withOwnNodes(op) : op));
          yield { ops: merged(named), position: { at: place }, edit: `merge ${proc} ${other} ${apart} nodes` };
        }
      }
    }
  },
};

/** Moves the names of one process's nodes out of the way of another's. */
const ELSEWHERE = 0x1000;

const objectsOf = (op: Op): readonly ObjectSpec[] =>
  op.op === 'write_read'
    ? (op.write ?? []).flatMap(each => ('message' in each ? (each.message.objects ?? []) : []))
    : [];

const nodesOf = (ops: readonly Op[], proc: number): ReadonlySet<U64> =>
  new Set(
    ops
      .filter(op => procOf(op) === proc)
      .flatMap(op => objectsOf(op).flatMap(each => ('ptr' in each ? [each.ptr] : []))),
  );

const sharesNodes = (ops: readonly Op[], one: number, other: number): boolean => {
  const own = nodesOf(ops, other);
  return [...nodesOf(ops, one)].some(ptr => own.has(ptr));
};

const elsewhere = (word: U64): U64 => (typeof word === 'number' && word < ELSEWHERE ? word + ELSEWHERE : word);

/** The op with other names for its nodes. */
const withOwnNodes = (op: Op): Op => {
  if (op.op !== 'write_read' || op.write === undefined) return op;
  const moved = <Named extends { ptr: U64; cookie: U64 }>(named: Named): Named => ({
    ...named,
    ptr: elsewhere(named.ptr),
    cookie: elsewhere(named.cookie),
  });
  const write = op.write.map((each): CommandSpec => {
    if (each.bc === 'BC_INCREFS_DONE' || each.bc === 'BC_ACQUIRE_DONE') return moved(each);
    if (!('message' in each) || each.message.objects === undefined) return each;
    const objects = each.message.objects.map(object => ('ptr' in object ? moved(object) : object));
    return { ...each, message: { ...each.message, objects } };
  });
  return { ...op, write };
};

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

/**
 * Moves: other logs that may lead to the same place on another way, mostly as long as before. None is worth executing
 * by itself; with what the specification then finds superfluous taken out, some are shorter.
 */
import type { Op } from '../../abi/op.ts';
import { joined, mapReferences, renamed, type WriteReadOp } from './edit.ts';
import { isSetup, isWriteRead, processes, procOf, swapped, threadOf } from './pass.ts';

/** From some op on, two processes change places: who watched is watched, who called is called. */
function* changedRoles(ops: readonly Op[]): Iterable<readonly Op[]> {
  const all = processes(ops);
  for (const one of all) {
    for (const other of all.filter(each => each < one)) {
      for (let at = 1; at < ops.length; at++) {
        const op = ops[at] as Op;
        if (!isSetup(op) && (procOf(op) === one || procOf(op) === other)) yield swapped(ops, at, one, other);
      }
    }
  }
}

const takesHandle = (op: WriteReadOp, of: number): boolean =>
  (op.write ?? []).some(
    command =>
      ('handle' in command && typeof command.handle !== 'number' && command.handle.of === of) ||
      ('target' in command && typeof command.target !== 'number' && command.target.of === of),
  );

const refersTo = (value: object, ids: ReadonlySet<number>): boolean => 'of' in value && ids.has(value.of as number);

/** The op with the manager's handle in the place of those that these messages carried; what else they carried is gone. */
const withManager = (op: Op, ids: ReadonlySet<number>): Op => {
  if (!isWriteRead(op) || op.write === undefined)
    return op.op === 'ioctl' ? mapReferences(op, ref => (ids.has(ref.of) ? 0 : ref)) : op;
  const write = op.write
    .filter(command => command.bc !== 'BC_FREE_BUFFER' || !refersTo(command.buffer, ids))
    .map(command => {
      if (!('message' in command) || command.message.objects === undefined) return command;
      const objects = command.message.objects.filter(object => object.type !== 'FD' || !refersTo(object.fd, ids));
      return { ...command, message: { ...command.message, objects } };
    });
  return mapReferences({ ...op, write }, ref => (ids.has(ref.of) ? 0 : ref));
};

const acquiring = (id: number, who: { proc: number; thread: number; fd: number }): Op => ({
  op: 'write_read',
  id,
  ...who,
  write: [{ bc: 'BC_ACQUIRE', handle: 0 }],
});

/**
 * Instead of being given a handle, a process uses the manager's, with or without taking a count on it. Where it is the
 * manager itself, it changes places with another from some op on.
 */
function* takenManager(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const giver of ops) {
    if (!isWriteRead(giver)) continue;
    const { id } = giver;
    const user = ops.find((op): op is WriteReadOp => isWriteRead(op) && takesHandle(op, id));
    if (user === undefined) continue;
    const { proc, thread, fd } = user;
    const taken = ops.map(op => (op === giver ? acquiring(id, { proc, thread, fd }) : withManager(op, new Set([id]))));
    for (const next of [taken, taken.filter(op => op.id !== id)]) {
      yield next;
      for (const other of processes(ops)) {
        if (other === proc) continue;
        for (let at = 1; at < next.length; at++) {
          if (!isSetup(next[at] as Op)) yield swapped(next, at, proc, other);
        }
      }
    }
  }
}

/** Two write_reads of two threads of a process become one of either. */
function* joinedThreads(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [second, two] of ops.entries()) {
    if (!isWriteRead(two)) continue;
    for (let first = 0; first < second; first++) {
      const one = ops[first] as Op;
      if (!isWriteRead(one) || one.proc !== two.proc || one.fd !== two.fd || one.thread === two.thread) continue;
      for (const { thread } of [one, two]) {
        const own = ops.map(op => (op === one || op === two ? { ...op, thread } : op));
        for (const late of [true, false]) {
          const next = joined(own, first, second, late);
          if (next !== undefined) yield next;
        }
      }
    }
  }
}

/** More hand-overs than this, and who got what has too many answers. */
const MOST_GIVERS = 3;

/** Every message with objects becomes a count that its receiver takes on the manager's node. */
function* acquired(ops: readonly Op[]): Iterable<readonly Op[]> {
  const all = processes(ops);
  const givers = ops.filter(
    (op): op is WriteReadOp =>
      isWriteRead(op) &&
      (op.write ?? []).some(command => 'message' in command && command.message.objects !== undefined),
  );
  if (givers.length === 0 || givers.length > MOST_GIVERS) return;
  const ids = new Set(givers.map(({ id }) => id));
  let choices: (readonly number[])[] = [[]];
  for (const { proc } of givers) {
    const receivers = all.filter(each => each !== proc);
    choices = choices.flatMap(chosen => receivers.map(each => [...chosen, each]));
  }
  for (const chosen of choices) {
    const next = ops.map(op => {
      const at = givers.findIndex(({ id }) => id === op.id);
      if (at >= 0) return acquiring(op.id, { proc: chosen[at] as number, thread: 0, fd: 0 });
      return withManager(op, ids);
    });
    yield next;
    const start = next.findIndex(op => !isSetup(op));
    for (const one of all) for (const other of all) if (other < one) yield swapped(next, start, one, other);
  }
}

/** An op happens earlier or later. */
function* relocated(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (let from = 0; from < ops.length; from++) {
    const op = ops[from] as Op;
    if (isSetup(op)) continue;
    const rest = ops.filter(each => each !== op);
    for (let to = 1; to <= rest.length; to++) {
      if (to !== from && !isSetup(rest[to - 1] as Op)) yield [...rest.slice(0, to), op, ...rest.slice(to)];
    }
  }
}

/** Everybody who does something: process, thread, descriptor; and one more thread of each process. */
const actors = (ops: readonly Op[]): readonly { proc: number; thread: number; fd: number }[] => {
  const found = new Map<string, { proc: number; thread: number; fd: number }>();
  for (const op of ops) {
    if (!('fd' in op)) continue;
    const { proc, thread, fd } = op;
    found.set(`${proc} ${thread} ${fd}`, { proc, thread, fd });
    const more = 1 + Math.max(...ops.filter(each => procOf(each) === proc).map(threadOf));
    found.set(`${proc} ${more} ${fd}`, { proc, thread: more, fd });
  }
  return [...found.values()];
};

/** An op gives way to a plain read at some place, or to the end of a process. */
function* replaced(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const op of ops) {
    if (isSetup(op)) continue;
    const { id } = op;
    const rest = ops.filter(each => each !== op);
    for (let to = 1; to <= rest.length; to++) {
      if (isSetup(rest[to - 1] as Op) && to < rest.length && isSetup(rest[to] as Op)) continue;
      for (const who of actors(ops)) {
        yield [...rest.slice(0, to), { op: 'write_read', id, ...who, read: { size: 256 } }, ...rest.slice(to)];
      }
      for (const proc of processes(ops)) yield [...rest.slice(0, to), { op: 'kill', id, proc }, ...rest.slice(to)];
    }
  }
}

/** An op is done by another thread of its process. */
export function* otherThreads(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [at, op] of ops.entries()) {
    if (!('thread' in op) || isSetup(op)) continue;
    const own = new Set(ops.filter(each => procOf(each) === op.proc).map(threadOf));
    for (const thread of [...own, 1 + Math.max(...own)]) {
      if (thread < 0 || thread === op.thread) continue;
      yield ops.with(
        at,
        renamed(op, who => ({ ...who, thread })),
      );
    }
  }
}

const SIZE = 4096;

/** What hardly matters made the same everywhere: one device, mappings of one size, and processes that end at the end. */
function* levelled(ops: readonly Op[]): Iterable<readonly Op[]> {
  yield ops;
  const sizes = ops.flatMap(op => (op.op === 'mmap' ? [Number(op.size)] : []));
  const most = Math.max(SIZE, ...sizes);
  const isMixed = sizes.some(size => size !== most);
  const devices = ops.some(op => op.op === 'open' && op.device !== undefined);
  if (isMixed || devices) {
    yield ops.map(op => {
      if (op.op === 'mmap') return { ...op, size: most };
      if (op.op !== 'open') return op;
      const { device: _, ...rest } = op;
      return rest;
    });
  }
  const ends = ops.filter(({ op }) => op === 'kill' || op === 'close');
  if (ends.length > 0) yield [...ops.filter(op => !ends.includes(op)), ...ends];
}

/** The log itself; without reads before the last op, where somebody may wait; with nobody waiting; with few threads. */
function* unhindered(ops: readonly Op[]): Iterable<readonly Op[]> {
  yield* levelled(ops);
  const isIdle = (op: Op): boolean => isWriteRead(op) && op.write === undefined;
  if (ops.some((op, at) => isIdle(op) && at < ops.length - 1)) {
    yield ops.filter((op, at) => at === ops.length - 1 || !isIdle(op));
    yield ops.map(op => (op.op === 'open' ? { ...op, nonblock: true } : op));
  }
  if (ops.some(op => threadOf(op) > 0)) yield ops.map(op => renamed(op, who => ({ ...who, thread: 0 })));
}

/** Every move of a log, the most promising first. */
export function* movesOf(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const base of unhindered(ops)) {
    yield* takenManager(base);
    yield* acquired(base);
    yield* changedRoles(base);
    yield* otherThreads(base);
    yield* joinedThreads(base);
    yield* relocated(base);
    yield* replaced(base);
  }
}

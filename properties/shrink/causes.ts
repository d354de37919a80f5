/** Shortcuts about causes: what else makes a thread work, ends something, or shows what happened. */
import { STRAY_HANDLE } from '../../abi/resolve.ts';
import type { CommandSpec, MessageSpec, Op } from '../../abi/op.ts';
import { mapReferences, withoutCommand, type WriteReadOp } from './edit.ts';
import { asOneway, isSetup, isWriteRead, processes, procOf, swapped, TF_ONE_WAY, withWrite } from './pass.ts';
import { READ, withCommandsAs } from './shortcut.ts';

const COOKIE = 1;
/** Work that a thread makes for itself: an error, and the end of a death notification. */
const OWN_WORK: readonly (readonly CommandSpec[])[] = [
  [{ bc: 'BC_TRANSACTION', target: STRAY_HANDLE, code: 0, flags: TF_ONE_WAY, message: { size: 0 } }],
  [
    { bc: 'BC_ACQUIRE', handle: 0 },
    { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0, cookie: COOKIE },
    { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: 0, cookie: COOKIE },
  ],
];

interface Doing {
  readonly at: number;
  readonly op: WriteReadOp;
  readonly proc: number;
  readonly work: readonly CommandSpec[];
}

/** Every write_read, done by any process, with every sort of work that its thread can make for itself. */
function* doings(ops: readonly Op[]): Iterable<Doing> {
  for (const [at, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    for (const proc of processes(ops)) for (const work of OWN_WORK) yield { at, op, proc, work };
  }
}

/** Only what nobody else needs to be there for. */
const bare = (write: readonly CommandSpec[]): readonly CommandSpec[] =>
  write.filter(each => !('handle' in each) && !('message' in each) && !('buffer' in each));

/** Work that others made for a thread becomes work that it makes for itself; there the log ends. */
export function* ownWork(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const { at, op, proc, work } of doings(ops)) {
    const { write = [] } = op;
    for (const own of [
      [...write, ...work],
      [...work, ...write],
    ])
      yield [...ops.slice(0, at), { ...op, proc, write: own, read: op.read ?? READ }];
  }
}

/** The same, and the log goes on. */
export function* ownWorkFirst(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const { at, op, proc, work } of doings(ops)) {
    const { write = [] } = op;
    for (const own of [
      [...write, ...work],
      [...work, ...write],
    ])
      yield swapped(ops.with(at, { ...op, proc, write: own }), at + 1, op.proc, proc);
    const alone = { ...op, proc, write: [...bare(write), ...work] };
    for (const other of processes(ops)) if (other !== proc) yield swapped(ops.with(at, alone), at + 1, other, proc);
  }
}

/** The same, and nobody else is there. */
export function* ownWorkAlone(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const { at, op, proc, work } of doings(ops)) {
    const alone = { ...op, proc, write: [...bare(op.write ?? []), ...work], read: op.read ?? READ };
    yield [...ops.slice(0, at).filter(each => procOf(each) === proc), alone];
  }
}

/** Something else happens in the place of an op: a thread exits, a process ends, or a file or its mapping goes. */
export function* endings(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [at, op] of ops.entries()) {
    if (isSetup(op)) continue;
    const { id } = op;
    const who = new Map(
      ops.flatMap(each => (isWriteRead(each) ? [[`${each.proc} ${each.thread}`, each] as const] : [])),
    );
    for (const { proc, thread, fd } of who.values())
      yield ops.with(at, { op: 'ioctl', id, proc, thread, fd, cmd: 'BINDER_THREAD_EXIT' });
    for (const proc of processes(ops)) {
      yield ops.with(at, { op: 'kill', id, proc });
      for (const end of ['close', 'munmap'] as const) yield ops.with(at, { op: end, id, proc, thread: 0, fd: 0 });
    }
  }
}

/** What a command does is done twice. */
export function* twice(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [at, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    const { write = [] } = op;
    for (const [index, command] of write.entries()) {
      const first = command.bc === 'BC_TRANSACTION' ? { ...command, flags: asOneway(command.flags) } : command;
      yield ops.with(at, { ...op, write: write.toSpliced(index, 0, first) });
    }
  }
}

/** A command comes before those that were written before it. */
export function* sooner(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [at, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    const { write = [] } = op;
    for (const [index, command] of write.entries()) {
      if (index === 0) continue;
      const moved = write.map((_, each) => (each === 0 ? index : each <= index ? each - 1 : each));
      yield ops.map((each, place) =>
        place === at
          ? { ...op, write: [command, ...write.toSpliced(index, 1)] }
          : mapReferences(each, ref => (ref.of === op.id ? { ...ref, cmd: moved.indexOf(ref.cmd ?? 0) } : ref)),
      );
    }
  }
}

/** Data that nobody can take for bytes that were there before. */
export function* loud(ops: readonly Op[]): Iterable<readonly Op[]> {
  yield withCommandsAs(ops, command => {
    if (!('message' in command) || command.message.size === 0 || command.message.fill !== undefined) return command;
    return { ...command, message: { ...command.message, fill: 1 } };
  });
}

/** Bytes of an object, at most. */
const OBJECT = 40;

/** Two messages of a process become one with the objects of both. */
export function* together(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [late, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    for (const [index, command] of (op.write ?? []).entries()) {
      if (!('message' in command) || command.message.objects === undefined) continue;
      for (const [early, other] of ops.slice(0, late + 1).entries()) {
        if (!isWriteRead(other) || other.proc !== op.proc) continue;
        for (const [slot, carrier] of (other.write ?? []).entries()) {
          if (!('message' in carrier) || (early === late && slot >= index)) continue;
          const message = both(carrier.message, command.message);
          yield withoutCommand(withWrite(ops, early, slot, { ...carrier, message }), late, index);
        }
      }
    }
  }
}

const both = (one: MessageSpec, other: MessageSpec): MessageSpec => {
  const objects = one.objects ?? [];
  const start = Math.max(0, ...objects.map(({ at }) => at + OBJECT));
  const more = (other.objects ?? []).map(object => ({ ...object, at: object.at + start }));
  const end = Math.max(...more.map(({ at }) => at + OBJECT));
  return { ...one, size: Math.max(Number(one.size), end), objects: [...objects, ...more] };
};

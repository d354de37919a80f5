/** Shortcuts about handles: the manager's, which nobody needs to be given, and numbers, which nobody needs to read. */
import { STRAY_HANDLE } from '../../abi/resolve.ts';
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import { withCommands, type WriteReadOp } from './edit.ts';
import { asOneway, isWriteRead, processes, procOf, recast, seatOf } from './pass.ts';
import { sendsObjects, withCommandsAs, withFewerReads, without } from './shortcut.ts';

/** A handle that was given, by reference or by its number. */
const isGiven = (ref: HandleRef): boolean => typeof ref !== 'number' || (ref > 0 && ref < STRAY_HANDLE);

/** A handle that op `id` may have given. */
const isGivenBy = (ref: HandleRef, id: number): boolean => (typeof ref === 'number' ? isGiven(ref) : ref.of === id);

/**
 * Calls through a handle that was given become calls to the manager, whose node takes the flags of the one that was
 * given: the owner takes the seat, or changes places with who has it.
 */
export function* toTheManager(ops: readonly Op[]): Iterable<readonly Op[]> {
  const seat = seatOf(ops);
  if (seat === undefined) return;
  for (const giver of ops) {
    if (!isWriteRead(giver) || !sendsObjects(giver)) continue;
    const { id, proc: owner } = giver;
    const caller = ops.find(
      op => isWriteRead(op) && (op.write ?? []).some(each => 'target' in each && isGivenBy(each.target, id)),
    );
    if (caller === undefined) continue;
    const flags = objectFlags(giver);
    for (const manager of new Set([owner, seat.proc])) {
      const cast = manager === owner ? ops : recast(ops, owner, seat.proc);
      const { thread, fd } = seat;
      const taken: Op =
        flags === 0
          ? { ...seat, proc: manager }
          : { op: 'ioctl', id: seat.id, proc: manager, thread, fd, cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg: { flags } };
      const told = withCommandsAs(cast.with(ops.indexOf(seat), taken), each =>
        'target' in each && isGivenBy(each.target, id) ? { ...each, target: 0 } : each,
      );
      const at = told.findIndex(op => op.id === id);
      const receiver = procOf(told[ops.indexOf(caller)] as Op);
      for (const next of withFewerReads(
        told.filter(op => op.id !== id),
        at,
        receiver,
      )) {
        yield next;
        for (const put of [() => [], asCall] as const) {
          const silent = withReplies(next, receiver, put);
          if (silent !== undefined) yield silent;
        }
      }
    }
  }
}

const asCall = ({ code, flags, message }: ReplyCommand): CommandSpec[] => [
  { bc: 'BC_TRANSACTION', target: 0, code, flags: asOneway(flags), message },
];

const objectFlags = (op: WriteReadOp): number => {
  for (const command of op.write ?? []) {
    if (!('message' in command)) continue;
    for (const object of command.message.objects ?? [])
      if (object.type === 'BINDER' || object.type === 'WEAK_BINDER') return object.flags ?? 0;
  }
  return 0;
};

type ReplyCommand = Extract<CommandSpec, { bc: 'BC_REPLY' }>;

/** The log with something in the place of the replies of a process; `undefined` where there are none. */
const withReplies = (
  ops: readonly Op[],
  proc: number,
  put: (reply: ReplyCommand) => CommandSpec[],
): readonly Op[] | undefined => {
  let changed = false;
  const next = ops.flatMap((op): Op[] => {
    if (!isWriteRead(op) || op.proc !== proc || op.write?.some(({ bc }) => bc === 'BC_REPLY') !== true) return [op];
    changed = true;
    const write = op.write.flatMap(each => {
      if (each.bc === 'BC_REPLY') return put(each);
      // Behind a call its thread would wait.
      return each.bc === 'BC_TRANSACTION' ? { ...each, flags: asOneway(each.flags) } : each;
    });
    const left = withCommands(op, write);
    return left === undefined ? [] : [left];
  });
  return changed ? next : undefined;
};

/** Handles named by their numbers, so that nobody needs to read what they came in. */
export function* byNumber(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const proc of processes(ops)) {
    const numbers = new Map<string, number>();
    const ids = new Set<number>();
    const numbered = (ref: HandleRef): HandleRef => {
      if (typeof ref === 'number') return ref;
      ids.add(ref.of);
      const name = JSON.stringify(ref);
      if (!numbers.has(name)) numbers.set(name, numbers.size + 1);
      return numbers.get(name) as number;
    };
    const next = withCommandsAs(ops, command => withNumbers(command, numbered), proc);
    if (numbers.size === 0) continue;
    const at = ops.findIndex(({ id }) => ids.has(id));
    yield* withFewerReads(next, at, proc);
    // What was sent first is read first; what nobody needs to read may come last.
    const use = next.findIndex((op, place) => op !== ops[place]);
    const given = next.filter(({ id }) => ids.has(id));
    if (use < 0) continue;
    const late = [...next.slice(0, use).filter(op => !given.includes(op)), ...given, ...next.slice(use)];
    yield* withFewerReads(late, at, proc);
  }
}

/** The command with other handles; itself where they are the same. */
const withNumbers = (command: CommandSpec, numbered: (ref: HandleRef) => HandleRef): CommandSpec => {
  if ('handle' in command) {
    const handle = numbered(command.handle);
    return handle === command.handle ? command : { ...command, handle };
  }
  if (!('message' in command)) return command;
  const { objects } = command.message;
  const message =
    objects === undefined
      ? command.message
      : {
          ...command.message,
          objects: objects.map(each => ('handle' in each ? { ...each, handle: numbered(each.handle) } : each)),
        };
  return command.bc === 'BC_TRANSACTION'
    ? { ...command, target: numbered(command.target), message }
    : { ...command, message };
};

/** Counts that a message takes and gives back become counts that commands take and give back. */
export function* countsByCommand(ops: readonly Op[]): Iterable<readonly Op[]> {
  for (const [at, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    for (const [index, command] of (op.write ?? []).entries()) {
      if (!('message' in command)) continue;
      for (const object of command.message.objects ?? []) {
        if (object.type !== 'HANDLE' && object.type !== 'WEAK_HANDLE') continue;
        const { handle } = object;
        const [up, down] =
          object.type === 'HANDLE' ? (['BC_ACQUIRE', 'BC_RELEASE'] as const) : (['BC_INCREFS', 'BC_DECREFS'] as const);
        const counts: CommandSpec[] = [
          { bc: up, handle },
          { bc: down, handle },
        ];
        yield ops.with(at, { ...op, write: (op.write ?? []).toSpliced(index, 1, ...counts) });
      }
    }
  }
}

const isReply = (op: WriteReadOp): boolean => (op.write ?? []).some(({ bc }) => bc === 'BC_REPLY');

const usesGiven = (op: Op): op is WriteReadOp =>
  isWriteRead(op) && (op.write ?? []).some(each => 'handle' in each && isGiven(each.handle));

/** A handle that a process was given becomes the manager's, on which it takes a count itself, at once or where it uses it. */
export function* theManagers(ops: readonly Op[]): Iterable<readonly Op[]> {
  const seat = seatOf(ops);
  const user = ops.find(usesGiven);
  if (seat === undefined || user === undefined) return;
  const givers = ops.filter((op): op is WriteReadOp => isWriteRead(op) && op.proc !== user.proc && sendsObjects(op));
  for (const giver of givers) {
    const cast = user.proc === seat.proc ? recast(ops, user.proc, giver.proc) : ops;
    const { proc, thread, fd } = cast[ops.indexOf(user)] as WriteReadOp;
    // Who is given nothing by a reply need not ask.
    const asked = isReply(giver)
      ? cast.slice(0, ops.indexOf(giver)).findLast(op => isWriteRead(op) && op.proc === proc && op.write !== undefined)
      : undefined;
    const toZero = (ref: HandleRef): HandleRef => (isGiven(ref) ? 0 : ref);
    const told = withCommandsAs(without(cast, asked), each => withNumbers(each, toZero), proc);
    for (const bc of ['BC_ACQUIRE', 'BC_INCREFS'] as const) {
      const count: CommandSpec = { bc, handle: 0 };
      const early = told.map(op =>
        op.id === giver.id ? { op: 'write_read' as const, id: op.id, proc, thread, fd, write: [count] } : op,
      );
      const late = told
        .filter(({ id }) => id !== giver.id)
        .map(op => (op.id === user.id && isWriteRead(op) ? { ...op, write: [count, ...(op.write ?? [])] } : op));
      for (const next of [early, late])
        yield* withFewerReads(
          next,
          next.findIndex(({ id }) => id === user.id),
          proc,
        );
    }
  }
}

/** Passes that tell the same story in another way: whole logs rewritten at once, where single steps lead nowhere. */
import type { CommandSpec, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { STRAY_HANDLE } from '../../abi/resolve.ts';
import { withoutCommand } from './edit.ts';
import {
  asOneway,
  isSetup,
  isWriteRead,
  processes,
  procOf,
  recast,
  seatOf,
  TF_ONE_WAY,
  withWrite,
  type Pass,
} from './pass.ts';
import { READ, withFewerReads } from './shortcut.ts';

/** Bytes that one object takes. */
const OBJECT = 24;

type MessageCommand = Extract<CommandSpec, { message: unknown }>;

const isMessage = (command: CommandSpec): command is MessageCommand => 'message' in command;

/** The message with one more object, which no driver can translate: its buffer is allocated, filled and freed again. */
const refused = (command: MessageCommand, late: boolean): MessageCommand => {
  const { size, objects = [] } = command.message;
  const at = typeof size !== 'number' || (objects.length === 0 && !late) ? 0 : Math.ceil(size / 4) * 4;
  const message = {
    ...command.message,
    size: typeof size === 'number' ? Math.max(size, at + OBJECT) : OBJECT,
    objects: [...objects, { type: 'HANDLE' as const, at, handle: STRAY_HANDLE }],
  };
  return { ...command, message };
};

const withoutFrees = (ops: readonly Op[], of: number, cmd: number): readonly Op[] => {
  for (const [at, op] of ops.entries()) {
    if (!isWriteRead(op)) continue;
    for (const [index, command] of (op.write ?? []).entries()) {
      if (command.bc !== 'BC_FREE_BUFFER' || !('of' in command.buffer)) continue;
      if (command.buffer.of === of && (command.buffer.cmd ?? 0) === cmd)
        return withoutFrees(withoutCommand(ops, at, index), of, cmd);
    }
  }
  return ops;
};

/** A message that is delivered, and perhaps freed, becomes one that is refused, which gives its buffer back as well. */
export const refuse: Pass = {
  name: 'refuse',
  *candidates(ops, from) {
    let place = -1;
    for (let at = ops.length - 1; at >= 0; at--) {
      const op = ops[at];
      if (!isWriteRead(op)) continue;
      for (const [index, command] of (op.write ?? []).entries()) {
        if (!isMessage(command)) continue;
        for (const late of command.message.objects === undefined ? [false, true] : [true]) {
          const sent = withWrite(ops, at, index, refused(command, late));
          // The sender hears of it at once: with the error unread its next write would do nothing.
          const told = sent.map((each, place) =>
            place === at && isWriteRead(each) && each.read === undefined ? { ...each, read: READ } : each,
          );
          const kept = withoutFrees(told, op.id, index);
          const behind = kept.findIndex(({ id }) => id === op.id);
          for (const proc of processes(ops)) {
            if (proc === op.proc) continue;
            for (const next of withFewerReads(kept, behind, proc))
              if (++place >= from.at) yield { ops: next, position: { at: place } };
          }
        }
      }
    }
  },
};

/** Shorter logs need no retelling. */
const SHORT = 7;

/** How a log is retold. */
interface Manner {
  /** Calls become oneways, and the client reads what becomes of each. */
  readonly oneway: boolean;
  /** Messages without bytes are left out. */
  readonly full: boolean;
  readonly reads: 'all' | 'last' | 'none';
}

const isEmpty = ({ message }: MessageCommand): boolean => message.size === 0 && message.objects === undefined;

/** A received handle becomes an object of the sender's own, so that nobody needs to receive it first. */
const owned = (object: ObjectSpec, slot: number): ObjectSpec => {
  if ((object.type !== 'HANDLE' && object.type !== 'WEAK_HANDLE') || typeof object.handle === 'number') return object;
  const { handle: _, type, ...rest } = object;
  return { ...rest, type: type === 'HANDLE' ? 'BINDER' : 'WEAK_BINDER', ptr: OBJECT * (slot + 1), cookie: slot };
};

const withOwned = (message: MessageSpec): MessageSpec =>
  message.objects === undefined ? message : { ...message, objects: message.objects.map(owned) };

/** What a command sends, sent to the manager. */
const toManager = (command: CommandSpec, { oneway, full }: Manner): readonly CommandSpec[] => {
  if (!isMessage(command) || (full && isEmpty(command))) return [];
  const { code, flags, message } = command;
  const isCall = command.bc === 'BC_TRANSACTION' && !oneway;
  return [
    { bc: 'BC_TRANSACTION', target: 0, code, flags: isCall ? flags : asOneway(flags), message: withOwned(message) },
  ];
};

/** Every message goes from one client to the manager, which reads and frees where anybody did, and looks at its own memory. */
const retold = (ops: readonly Op[], manager: number, client: number, manner: Manner): readonly Op[] => {
  const isRead = (op: Op): boolean => isWriteRead(op) && op.write === undefined;
  const last = ops.findLast(isRead);
  return ops.flatMap((op): readonly Op[] => {
    if (op.op === 'peek') return [{ ...op, proc: manager, thread: 0, fd: 0 }];
    if (op.op === 'get_nice') return [{ ...op, proc: manager, thread: 0 }];
    if (op.op === 'set_nice') return [{ ...op, proc: client, thread: 0 }];
    if (!isWriteRead(op)) return [op];
    const write = op.write ?? [];
    if (isRead(op) || write.some(({ bc }) => bc === 'BC_FREE_BUFFER')) {
      const isKept = !isRead(op) || manner.reads === 'all' || (manner.reads === 'last' && op === last);
      const own = { ...op, proc: manager, thread: 0, fd: 0 };
      return isKept
        ? [op.write === undefined ? own : { ...own, write: op.write.filter(each => !isMessage(each)) }]
        : [];
    }
    if (!write.some(isMessage)) return [op];
    const sent = write.flatMap(each => toManager(each, manner));
    const read = manner.oneway ? { read: READ } : {};
    return sent.length === 0 ? [] : [{ ...op, proc: client, thread: 0, fd: 0, write: sent, ...read }];
  });
};

/** The whole log retold with one client and the manager. */
export const retell: Pass = {
  name: 'retell',
  *candidates(ops, from) {
    if (ops.length <= SHORT) return;
    const seat = seatOf(ops);
    if (seat === undefined) return;
    const manager = procOf(seat);
    const client = processes(ops).findLast(proc => proc !== manager);
    if (client === undefined) return;
    // Where the manager spoke last, it was the server's part that the others played.
    const speaker = ops.findLast(op => isWriteRead(op) && (op.write ?? []).some(isMessage));
    const cast = speaker === undefined || procOf(speaker) !== manager ? ops : recast(ops, manager, client);
    let place = -1;
    for (const full of [true, false]) {
      for (const oneway of [true, false]) {
        for (const reads of ['all', 'last', 'none'] as const) {
          if (++place < from.at) continue;
          yield { ops: retold(cast, manager, client, { oneway, full, reads }), position: { at: place } };
        }
      }
    }
  },
};

const PAGE = 4096;

/** One call that takes all the room there is, or one oneway that takes all of theirs, does the work of everything that came before. */
export const fill: Pass = {
  name: 'fill',
  *candidates(ops, from) {
    const op = ops.at(-1);
    if (ops.length <= SHORT || !isWriteRead(op)) return;
    const rooms = new Set(ops.flatMap(each => (each.op === 'mmap' ? [Math.ceil(each.size / PAGE) * PAGE] : [])));
    let place = -1;
    for (const [index, command] of (op.write ?? []).entries()) {
      if (!isMessage(command)) continue;
      const oneway = asOneway(command.flags);
      const manners = [...rooms].flatMap(room => [
        { size: room, flags: oneway - TF_ONE_WAY },
        { size: room / 2, flags: oneway },
      ]);
      for (const { size, flags } of manners) {
        if (++place < from.at) continue;
        const message = { ...command.message, size };
        const whole = withWrite(ops, ops.length - 1, index, { ...command, flags, message });
        yield { ops: whole.filter(each => isSetup(each) || each.id === op.id), position: { at: place } };
      }
    }
  },
};

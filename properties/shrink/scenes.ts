/**
 * Scenes: short logs in which as much as possible happens in few ops. An op may have many commands, so that one
 * execution asks about all of them; which of them it takes is found out afterwards.
 */
import { STRAY_ADDRESS, STRAY_HANDLE } from '../../abi/resolve.ts';
import type { CommandSpec, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { TF_ONE_WAY } from './pass.ts';
import { READ, type Shortcut } from './shortcut.ts';

/** An op that has no id yet. */
type Act = Op extends infer One ? (One extends Op ? Omit<One, 'id'> : never) : never;

const MANAGER = 0;
const CLIENT = 1;
const COOKIE = 1;
const PTR = 16;
const OBJECT = 24;

const who = (proc: number, thread = 0) => ({ proc, thread, fd: 0 });
const open = (proc: number): Act => ({ op: 'open', ...who(proc) });
const mapped: Act = { op: 'mmap', ...who(MANAGER), size: 4096 };
const seat: Act = { op: 'ioctl', ...who(MANAGER), cmd: 'BINDER_SET_CONTEXT_MGR' };
const writes = (proc: number, ...write: CommandSpec[]): Act => ({ op: 'write_read', ...who(proc), write });
const writesAndReads = (proc: number, ...write: CommandSpec[]): Act => ({
  ...{ op: 'write_read', ...who(proc), write, read: READ },
});
const reads = (proc: number): Act => ({ op: 'write_read', ...who(proc), read: READ });
const kill = (proc: number): Act => ({ op: 'kill', proc });

const counts = (...all: ('BC_INCREFS' | 'BC_ACQUIRE' | 'BC_RELEASE' | 'BC_DECREFS')[]): readonly CommandSpec[] =>
  all.map(bc => ({ bc, handle: 0 }));
const WATCH: CommandSpec = { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: 0, cookie: COOKIE };
const FORGET: CommandSpec = { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: 0, cookie: COOKIE };

const message = (objects: readonly ObjectSpec[] = [], more: Partial<MessageSpec> = {}): MessageSpec => ({
  size: objects.length * OBJECT,
  ...(objects.length === 0 ? {} : { objects: objects.map((each, at) => ({ ...each, at: at * OBJECT })) }),
  ...more,
});
const sent = (what: MessageSpec, flags: number = TF_ONE_WAY): CommandSpec => ({
  ...{ bc: 'BC_TRANSACTION', target: 0, code: 0, flags, message: what },
});
const call: CommandSpec = sent(message(), 0);
const strong: ObjectSpec = { type: 'BINDER', at: 0, ptr: PTR, cookie: PTR + 1 };
const weak: ObjectSpec = { type: 'WEAK_BINDER', at: 0, ptr: PTR, cookie: PTR + 1 };
const handle: ObjectSpec = { type: 'HANDLE', at: 0, handle: 0 };
const weakHandle: ObjectSpec = { type: 'WEAK_HANDLE', at: 0, handle: 0 };
const stray: ObjectSpec = { type: 'HANDLE', at: 0, handle: STRAY_HANDLE };

/** What a process does alone: a oneway and a call to nobody, everything that needs nobody else, and its end. */
const ALONE: readonly Act[] = [
  open(MANAGER),
  writesAndReads(MANAGER, sent(message())),
  writesAndReads(
    MANAGER,
    { bc: 'BC_ENTER_LOOPER' },
    { bc: 'BC_REGISTER_LOOPER' },
    { bc: 'BC_FREE_BUFFER', buffer: STRAY_ADDRESS },
    call,
  ),
];

/** A client counts the manager's node up and down, watches it, and calls somebody who has no room for messages. */
const counting = (...held: readonly CommandSpec[]): Act =>
  writesAndReads(
    CLIENT,
    ...counts('BC_INCREFS', 'BC_INCREFS', 'BC_DECREFS', 'BC_ACQUIRE', 'BC_RELEASE'),
    ...held,
    WATCH,
    FORGET,
    call,
  );
const HOLDING: Act = counting(...counts('BC_ACQUIRE'));

/** What a client does with the manager's handle while the manager has no room for messages. */
const UNRECEIVED: readonly (readonly Act[])[] = [
  [counting()],
  [HOLDING, kill(CLIENT)],
  [HOLDING, kill(MANAGER)],
  [writes(CLIENT, ...counts('BC_INCREFS')), kill(MANAGER), writes(CLIENT, ...counts('BC_ACQUIRE'))],
  [writes(CLIENT, ...counts('BC_ACQUIRE'), WATCH), kill(MANAGER), writesAndReads(CLIENT, FORGET, WATCH)],
];

/** What is taken: counts, and objects of both strengths that the manager gets, gets once more and gets back. */
const GOOD: readonly CommandSpec[] = [
  ...counts('BC_INCREFS', 'BC_ACQUIRE'),
  sent(message([weak])),
  sent(message([strong])),
  sent(message([strong, strong])),
  sent(message([handle, weakHandle])),
];
/** Messages that are refused, behind what was sent and with objects of their own. */
const REFUSED = [
  message([strong, stray]),
  message([weakHandle, stray]),
  message([strong], { offsets: [0, 0] }),
  message([strong, { ...weak, cookie: COOKIE }]),
  message([{ type: 'FD', at: 0, fd: { file: 0 } }]),
] as const;

/** What a client sends to a manager that has room for it. */
const RECEIVED: readonly Act[] = [
  writesAndReads(CLIENT, ...GOOD, call),
  ...REFUSED.map(each => writesAndReads(CLIENT, ...GOOD, sent(each))),
  ...REFUSED.map(each => writesAndReads(CLIENT, sent(each))),
];

/** The same, and what comes of it when somebody goes, reads, or reads once more. */
const RECEIVED_AND_GONE: readonly (readonly Act[])[] = [
  [writes(CLIENT, ...GOOD, call), kill(MANAGER)],
  [writes(CLIENT, ...GOOD, call), kill(CLIENT)],
  [writes(CLIENT, ...GOOD, call), { op: 'ioctl', ...who(CLIENT), cmd: 'BINDER_THREAD_EXIT' }],
  [writesAndReads(CLIENT, ...GOOD, sent(REFUSED[3])), writes(CLIENT, sent(REFUSED[4]))],
  [writesAndReads(CLIENT, call, sent(message())), reads(CLIENT)],
  [writes(CLIENT, call, ...GOOD), reads(MANAGER)],
];

/** A scene with ids of the log, where it is shorter. */
const staged = (acts: readonly Act[], ops: readonly Op[]): readonly (readonly Op[])[] =>
  acts.length < ops.length ? [acts.map((act, at) => ({ ...act, id: (ops[at] as Op).id }) as Op)] : [];

/** As much of what a process does alone as makes a shorter log. */
export const alone: Shortcut = ops =>
  staged([...ALONE.slice(0, Math.max(1, ops.length - 2)), { op: 'close', ...who(MANAGER) }], ops);

/** What a client does with the manager's handle while the manager has no room for messages. */
export const unreceived: Shortcut = ops =>
  UNRECEIVED.flatMap(acts => staged([open(MANAGER), open(CLIENT), seat, ...acts], ops));

const ROOM: readonly Act[] = [open(MANAGER), mapped, open(CLIENT), seat];

/** What a client sends to the manager. */
export const received: Shortcut = ops => RECEIVED.flatMap(act => staged([...ROOM, act], ops));

/** What a client sends to the manager, and what comes of it. */
export const receivedAndGone: Shortcut = ops => RECEIVED_AND_GONE.flatMap(acts => staged([...ROOM, ...acts], ops));

/** Which capabilities an op needs, and how a test is made to fit a driver that has only some of them. */
import type { CommandSpec, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { CAPABILITY_NAMES, type CapabilityName, type Capable } from './capabilities.ts';

type Needs = readonly CapabilityName[];
const NOTHING: Needs = [];

/** What an op needs whatever its fields are. */
const OF_OP: Readonly<Partial<Record<Op['op'], Needs>>> = {
  munmap: ['release'],
  close: ['release'],
  flush: ['flush'],
  share: ['share'],
  fork: ['fork'],
  kill: ['kill'],
  signal: ['signals'],
  exit_task: ['exit_task'],
  poll: ['poll'],
  set_nonblock: ['nonblock'],
  set_nice: ['nice'],
  get_nice: ['nice'],
  set_euid: ['euid'],
  reclaim: ['reclaim'],
  peek: ['peek'],
  file_io: ['file_io'],
  mprotect: ['mprotect'],
  madvise: ['madvise'],
  limit_fds: ['limit_fds'],
  epoll_ctl: ['epoll'],
  epoll_wait: ['epoll'],
};

/** What an ioctl needs; those that are absent every driver has, or refuses. */
const OF_IOCTL: Readonly<Record<string, Needs>> = {
  BINDER_THREAD_EXIT: ['thread_exit'],
  BINDER_SET_CONTEXT_MGR_EXT: ['security_ctx'],
  BINDER_FREEZE: ['freeze'],
  BINDER_GET_FROZEN_INFO: ['freeze'],
  BINDER_GET_EXTENDED_ERROR: ['extended_error'],
  BINDER_ENABLE_ONEWAY_SPAM_DETECTION: ['oneway_spam'],
  BINDER_GET_NODE_DEBUG_INFO: ['node_debug'],
  BINDER_GET_NODE_INFO_FOR_REF: ['node_debug'],
};

const OF_COMMAND: Readonly<Partial<Record<CommandSpec['bc'], Needs>>> = {
  BC_REQUEST_DEATH_NOTIFICATION: ['death'],
  BC_CLEAR_DEATH_NOTIFICATION: ['death'],
  BC_DEAD_BINDER_DONE: ['death'],
  RAW: ['raw'],
};

const OF_OBJECT: Readonly<Partial<Record<ObjectSpec['type'], Needs>>> = {
  WEAK_BINDER: ['weak'],
  WEAK_HANDLE: ['weak'],
  FD: ['fd'],
  FDA: ['fda', 'fd', 'sg'],
  PTR: ['sg'],
  RAW: ['raw'],
};

/** A node that wants the security context of its callers. */
const WANTS_CONTEXT = 0x1000;
/** Larger data than any mapping takes: sizes that wrap. */
const MOST_DATA = 4 << 20;

const objectNeeds = (object: ObjectSpec): Needs => {
  const own = OF_OBJECT[object.type] ?? NOTHING;
  const flags = 'flags' in object ? (object.flags ?? 0) : 0;
  const context: Needs = object.type.endsWith('BINDER') && (flags & WANTS_CONTEXT) !== 0 ? ['security_ctx'] : NOTHING;
  const bad: Needs = object.type === 'PTR' && object.bad === true ? ['faults'] : NOTHING;
  return [...own, ...context, ...bad];
};

/** Bytes of an object in the data. */
const sizeOf = (object: ObjectSpec): number => {
  if (object.type === 'PTR') return 40;
  if (object.type === 'FDA') return 32;
  return object.type === 'RAW' ? object.bytes.length / 2 : 24;
};

/** Whether an object stands where none may: misaligned, over the one before it, or beyond the data. */
const isMisplaced = ({ objects = [], size }: MessageSpec): boolean => {
  let end = 0;
  for (const object of objects) {
    if (object.at % 4 !== 0 || object.at < end) return true;
    end = object.at + sizeOf(object);
  }
  return typeof size === 'number' && end > size;
};

const messageNeeds = (message: MessageSpec): Needs => [
  ...(isMisplaced(message) ? (['raw'] as const) : NOTHING),
  ...(message.objects ?? []).flatMap(objectNeeds),
  ...(message.buffersSize === undefined ? NOTHING : (['sg'] as const)),
  ...(message.offsets === undefined && message.offsetsSize === undefined ? NOTHING : (['raw'] as const)),
  ...(typeof message.size === 'string' || message.size > MOST_DATA ? (['raw'] as const) : NOTHING),
  ...(message.dataAt === undefined && message.offsetsAt === undefined ? NOTHING : (['faults'] as const)),
];

const commandNeeds = (command: CommandSpec): Needs => [
  ...(OF_COMMAND[command.bc] ?? NOTHING),
  ...('message' in command ? messageNeeds(command.message) : NOTHING),
];

/** What the op needs beside its commands. */
const shellNeeds = (op: Op): Needs => {
  const needs: CapabilityName[] = [...(OF_OP[op.op] ?? NOTHING)];
  if ('thread' in op && op.thread !== 0) needs.push('multi_thread');
  if (('fd' in op && op.fd !== 0) || (op.op === 'share' && op.as !== 0)) needs.push('multi_open');
  if (op.op === 'open' && (op.device ?? 0) !== 0) needs.push('multi_device');
  if (op.op === 'open' && op.nonblock === true) needs.push('nonblock');
  if (op.op === 'open' && op.readonly === true) needs.push('readonly');
  if (op.op === 'ioctl') {
    if (typeof op.cmd === 'string') needs.push(...(OF_IOCTL[op.cmd] ?? NOTHING));
    if (op.arg?.bad === true) needs.push('faults');
  }
  if (op.op === 'write_read') {
    const { read } = op;
    if (op.bad === true || op.writeLimit !== undefined || read?.limit !== undefined) needs.push('faults');
    if (op.writeSize !== undefined || (op.writeConsumed ?? 0) > 0 || (read?.consumed ?? 0) > 0) needs.push('raw');
  }
  return needs;
};

/** Every capability that an op needs, in the order of the table. */
export const needsOf = (op: Op): Needs => {
  const needs = new Set([...shellNeeds(op), ...(op.op === 'write_read' ? (op.write ?? []).flatMap(commandNeeds) : [])]);
  return CAPABILITY_NAMES.filter(name => needs.has(name));
};

/** Whether a driver with these capabilities can be asked all of it. */
export const canAsk = (ops: readonly Op[], capable: Capable): boolean =>
  ops.every(op => needsOf(op).every(need => capable.has(need)));

/** Where the driver places messages as it likes, no mapping may get full: what fits then depends on the places. */
const ROOMY = 1 << 20;
const SMALL_MESSAGE = 256;

const fitMessage = (message: MessageSpec, capable: Capable): MessageSpec => {
  const has = (needs: Needs): boolean => needs.every(need => capable.has(need));
  const { objects, buffersSize, ...plain } = message;
  const kept = objects?.filter(object => has(objectNeeds(object)));
  const whole = kept === undefined || kept.length === objects?.length;
  const scattered = buffersSize === undefined || capable.has('sg') ? buffersSize : undefined;
  const size =
    capable.has('placement') || typeof plain.size === 'string' ? plain.size : Math.min(plain.size, SMALL_MESSAGE);
  if (whole && scattered === buffersSize && size === plain.size) return message;
  return {
    ...plain,
    size,
    ...(kept === undefined || kept.length === 0 ? {} : { objects: kept }),
    ...(scattered === undefined ? {} : { buffersSize: scattered }),
  };
};

const fitCommand = (command: CommandSpec, capable: Capable): CommandSpec => {
  if (!('message' in command)) return command;
  const message = fitMessage(command.message, capable);
  return message === command.message ? command : { ...command, message };
};

/** Further open files of a process become processes of their own, numbered from here on. */
const RECAST = 1000;

/** The op with its part given to somebody whom the driver has: one thread for all, one process for each plain open file. */
const recast = (op: Op, capable: Capable): Op => {
  let part = op;
  if ('thread' in part && part.thread !== 0 && !capable.has('multi_thread')) part = { ...part, thread: 0 };
  if ('fd' in part && part.fd !== 0 && !capable.has('multi_open')) {
    part = { ...part, proc: part.proc + RECAST * part.fd, fd: 0 };
  }
  if (part.op === 'share' && part.as !== 0 && !capable.has('multi_open')) {
    part = { ...part, to: part.to + RECAST * part.as, as: 0 };
  }
  if (part.op !== 'open') return part;
  const { nonblock = false, readonly = false, device = 0 } = part;
  return {
    ...part,
    nonblock: nonblock && capable.has('nonblock'),
    readonly: readonly && capable.has('readonly'),
    device: capable.has('multi_device') ? device : 0,
  };
};

const fitOp = (given: Op, capable: Capable): Op | undefined => {
  const op = recast(given, capable);
  if (!shellNeeds(op).every(need => capable.has(need))) return undefined;
  if (op.op === 'mmap') return capable.has('placement') || op.size >= ROOMY ? op : { ...op, size: ROOMY };
  if (op.op !== 'write_read' || op.write === undefined) return op;
  const fitted = op.write.map(command => fitCommand(command, capable));
  const kept = fitted.filter(command => commandNeeds(command).every(need => capable.has(need)));
  if (kept.length === 0 && op.write.length > 0 && op.read === undefined) return undefined;
  if (kept.length === op.write.length && kept.every((command, at) => command === op.write?.[at])) return op;
  return { ...op, write: kept };
};

/**
 * The ops of a test that a driver with these capabilities can be asked, cut to what it has: its cast is made smaller,
 * and ops, commands and objects that need more are left out. References stay as they are; what they lead to may be gone, which every driver answers.
 */
export const fit = (ops: readonly Op[], capable: Capable): readonly Op[] =>
  capable.size === CAPABILITY_NAMES.length ? ops : ops.flatMap(op => fitOp(op, capable) ?? []);

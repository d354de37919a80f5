/** Sequences for a profile: what depends on an allowed difference is left out or made not to matter. */
import { TF_UPDATE_TXN } from '../../abi/constants.ts';
import type { CommandSpec, MessageSpec, ObjectSpec, Op } from '../../abi/op.ts';
import { isSmall, type U64 } from '../../abi/u64.ts';
import type { FlagId } from './flags.ts';
import { isExact, type Profile } from './profile.ts';

/** Room of every read, size of every mapping, most bytes of a message that is meant to fit. */
const ROOM = 4096;
const MAPPING = 1 << 20;
const FITS = 2048;
/** A size that fits into no mapping. */
const FITS_NOWHERE = 1 << 26;

const rounded = (size: U64): U64 => (isSmall(size) ? (size + 7) & ~7 : size);

const sized = (size: U64): U64 => (isSmall(size) && size > FITS ? FITS_NOWHERE : size);

/** A strong object in the place of a weak one. */
const strong = (object: ObjectSpec): ObjectSpec => {
  if (object.type === 'WEAK_BINDER') return { ...object, type: 'BINDER' };
  return object.type === 'WEAK_HANDLE' ? { ...object, type: 'HANDLE' } : object;
};

const messageFor = (flags: ReadonlySet<FlagId>, message: MessageSpec): MessageSpec => {
  let { size, buffersSize } = message;
  if (flags.has('odd-sizes')) {
    // An object that is cut short by the end of the data must stay cut short.
    if (message.objects === undefined && message.offsets === undefined) size = rounded(size);
    if (buffersSize !== undefined) buffersSize = rounded(buffersSize);
  }
  if (flags.has('fragmentation')) {
    size = sized(size);
    if (buffersSize !== undefined) buffersSize = sized(buffersSize);
  }
  const objects = flags.has('weak-objects') ? message.objects?.map(strong) : message.objects;
  return {
    ...message,
    size,
    ...(objects === undefined ? {} : { objects }),
    ...(buffersSize === undefined ? {} : { buffersSize }),
  };
};

const isKnown = ({ bc }: CommandSpec): boolean =>
  bc !== 'RAW' && bc !== 'BC_ACQUIRE_RESULT' && bc !== 'BC_ATTEMPT_ACQUIRE';

const commandFor = (flags: ReadonlySet<FlagId>, command: CommandSpec): CommandSpec | undefined => {
  if (flags.has('raw-commands') && !isKnown(command)) return undefined;
  if (flags.has('exit-looper') && command.bc === 'BC_EXIT_LOOPER') return undefined;
  if ('message' in command) {
    const own = flags.has('update') ? (command.flags & ~TF_UPDATE_TXN) >>> 0 : command.flags;
    return { ...command, flags: own, message: messageFor(flags, command.message) };
  }
  if (!('handle' in command) || command.handle !== 0) return command;
  return flags.has('handle-zero') ? undefined : command;
};

/** The number of a command that no write has. */
const NOWHERE = 4095;

/** The number that each command of a write has when some are left out. */
type Renumbering = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** References follow the commands that they mean; to a command that is left out they mean nothing any more. */
const renumbered = (value: unknown, numbers: Renumbering): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(item => renumbered(item, numbers));
  const entries = Object.entries(value).map(([key, item]) => [key, renumbered(item, numbers)] as const);
  const { of, cmd = 0 } = value as { readonly of?: number; readonly cmd?: number };
  const table = of === undefined ? undefined : numbers.get(of);
  if (table === undefined) return Object.fromEntries(entries);
  const found = table.get(cmd);
  return Object.fromEntries([...entries.filter(([key]) => key !== 'cmd'), ['cmd', found ?? NOWHERE]]);
};

const NODE_INFORMATION: ReadonlySet<number | string> = new Set([
  'BINDER_GET_NODE_DEBUG_INFO',
  'BINDER_GET_NODE_INFO_FOR_REF',
]);

/** One op, made for the profile; `undefined` for one that is left out. */
const opFor = (
  flags: ReadonlySet<FlagId>,
  op: Op,
  numbers: Map<number, ReadonlyMap<number, number>>,
): Op | undefined => {
  switch (op.op) {
    case 'set_nice':
    case 'get_nice':
      return flags.has('priority') ? undefined : op;
    case 'set_euid':
      return flags.has('identity') ? undefined : op;
    // Who is told of work of a process is who may read it.
    case 'epoll_ctl':
    case 'epoll_wait':
      return flags.has('unregistered-reader') ? undefined : op;
    // Which numbers are left is a matter of which are taken.
    case 'limit_fds':
      return flags.has('descriptor-numbers') ? undefined : op;
    case 'share':
    case 'fork':
      return flags.has('other-hands') ? undefined : op;
    case 'reclaim':
    case 'madvise':
    case 'peek':
      return flags.has('pages') ? undefined : op;
    case 'munmap':
      return flags.has('pages') && (op.offset !== undefined || op.length !== undefined) ? undefined : op;
    case 'mmap':
      return flags.has('fragmentation') && op.size > 0 ? { ...op, size: MAPPING } : op;
    case 'ioctl': {
      // Nobody has the two IDLE commands.
      if (flags.has('raw-commands') && (typeof op.cmd === 'number' || op.cmd.includes('_IDLE_'))) return undefined;
      if (flags.has('node-information') && NODE_INFORMATION.has(op.cmd)) return undefined;
      if (op.cmd !== 'BINDER_FREEZE' || !flags.has('strange-freezes')) return op;
      if (op.arg?.target !== undefined && 'pid' in op.arg.target) return undefined;
      return op.arg === undefined
        ? op
        : { ...op, arg: { ...op.arg, timeoutMs: 0, enable: (op.arg.enable ?? 0) === 0 ? 0 : 1 } };
    }
    case 'write_read': {
      const { write, read, writeSize: _size, writeConsumed: _consumed, writeLimit: _limit, ...rest } = op;
      const plain = flags.has('raw-commands') ? rest : op;
      const kept = new Map<number, number>();
      const commands = (write ?? []).flatMap((command, at) => {
        const own = commandFor(flags, command);
        if (own === undefined) return [];
        kept.set(at, kept.size);
        return [own];
      });
      numbers.set(op.id, kept);
      return {
        ...plain,
        ...(write === undefined ? {} : { write: commands }),
        ...(read === undefined ? {} : { read: flags.has('read-room') && read.size > 0 ? { size: ROOM } : read }),
      } as Op;
    }
    default:
      return op;
  }
};

/** The sequence as the profile wants it. The ids stay. */
export const prepared = (profile: Profile, ops: readonly Op[]): readonly Op[] => {
  if (isExact(profile)) return ops;
  const numbers = new Map<number, ReadonlyMap<number, number>>();
  return ops.flatMap(op => {
    const own = opFor(profile.flags, op, numbers);
    return own === undefined ? [] : [renumbered(own, numbers) as Op];
  });
};

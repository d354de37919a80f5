/** Words for the extras of hunting grounds: commands, messages, ops. */
import type { CommandSpec, MessageSpec, ObjectSpec } from '../../../abi/op.ts';
import { TF_ONE_WAY } from '../../../abi/constants.ts';
import type { Configuration, Limits, Role } from '../../../properties/explore/configuration.ts';
import type { Extra, Template } from '../../../properties/explore/ground/ground.ts';

/** An op that any free thread may make. */
export const op = (template: Template): Extra => ({ op: template });
/** An op that the threads of some processes may make. */
export const by = (procs: readonly number[], template: Template): Extra => ({ op: template, procs });

/** A write of one command. */
export const write = (command: CommandSpec): Template => ({ op: 'write_read', write: [command] });

/** Writes of one command each, by any free thread. */
export const writes = (...commands: readonly CommandSpec[]): readonly Extra[] =>
  commands.map(command => op(write(command)));
/** Writes of one command each, by the threads of one process. */
export const writesOf = (proc: number, ...commands: readonly CommandSpec[]): readonly Extra[] =>
  commands.map(command => by([proc], write(command)));

/** A oneway to a handle. */
export const oneway = (message: MessageSpec, target = 0, flags = 0): CommandSpec => ({
  bc: 'BC_TRANSACTION',
  target,
  code: 0,
  flags: flags | TF_ONE_WAY,
  message,
});

/** A call to a handle. */
export const call = (message: MessageSpec, target = 0, flags = 0): CommandSpec => ({
  bc: 'BC_TRANSACTION',
  target,
  code: 0,
  flags,
  message,
});

/** An answer. */
export const reply = (message: MessageSpec, flags = 0): CommandSpec => ({ bc: 'BC_REPLY', code: 0, flags, message });

/** A message of objects that follow each other, and nothing besides. */
export const carrying = (objects: readonly ObjectSpec[], more: Partial<MessageSpec> = {}): MessageSpec => ({
  size: Math.max(0, ...objects.map(({ at, type }) => at + sizeOf(type))),
  objects: [...objects],
  ...more,
});

const sizeOf = (type: ObjectSpec['type']): number =>
  type === 'PTR' ? 40 : type === 'FDA' ? 32 : type === 'RAW' ? 0 : 24;

/** A node of the sender, with a cookie that is its own. */
export const node = (ptr: number, at = 0, more: { readonly flags?: number; readonly cookie?: number } = {}) =>
  ({ type: 'BINDER', at, ptr, cookie: ptr + 1, ...more }) as const;
export const weakNode = (ptr: number, at = 0, cookie = ptr + 1) => ({ type: 'WEAK_BINDER', at, ptr, cookie }) as const;

/** The manager, and how many threads and nodes it has. */
export const manager = (threads = 1, nodes = 0): Role => ({ name: 'manager', manager: true, threads, nodes });
/** Another process. */
export const client = (name: string, threads = 1, nodes = 0): Role => ({ name, threads, nodes });

/** Bounds that are wide, for logs are bounded by their length. */
export const WIDE: Limits = { transactions: 5, buffers: 6, counts: 2, deaths: 1, unread: 6 };

/** A configuration with what hunting grounds have in common. */
export const place = (
  title: string,
  processes: readonly Role[],
  alphabet: Configuration['alphabet'],
  sizes: readonly number[] = [0],
): Configuration => ({ title, processes, sizes, mapping: 4096, alphabet, limits: WIDE });

/** A piece that holds descriptors, and the array of them. */
export const descriptors = (files: readonly number[], parentOffset = 0): MessageSpec =>
  carrying(
    [
      { type: 'PTR', at: 4, fds: files.map((file, at) => ({ at: at * 4, fd: { file } })) },
      { type: 'FDA', at: 48, numFds: files.length, parent: 0, parentOffset },
    ],
    { buffersSize: 8 },
  );

/** A configuration in which nobody maps unless an extra says so. */
export const unmapped = (configuration: Configuration): Configuration => ({ ...configuration, mapping: 0 });

/**
 * From symbolic ops to calls: an `Environment` remembers where each sent message arrived and what its objects became.
 *
 * A reference to something that never arrived resolves to a stray value that no driver gives out, so that every op of
 * a log can always be made. The environment learns from the specification's `delivered` once an observation agreed.
 */
import type { Call, Command, IoctlArgument, Message, PlacedObject, ReadRequest } from './call.ts';
import { decodeObject, objectHex } from './codec.ts';
import { rememberFilling } from './filling.ts';
import { filled, fromHex, overlay, spread } from './hex.ts';
import { MAX_ARENA, type Handle } from './ids.ts';
import {
  MOST_COMMANDS,
  type BufferRef,
  type CommandSpec,
  type FdRef,
  type HandleRef,
  type IoctlArg,
  type MessageSpec,
  type ObjectSpec,
  type Op,
} from './op.ts';
import { pointerTo } from './objects.ts';
import type { Delivered } from './specification.ts';
import { isSmall, type U64 } from './u64.ts';

/** What a reference to nothing becomes. */
export const STRAY_HANDLE: Handle = 9999;
export const STRAY_ADDRESS = { address: 16 } as const;
export const STRAY_FD = 9999;

/** One message as it arrived. */
export interface Arrival {
  readonly proc: number;
  readonly fd: number;
  readonly buffer: number;
  /** What object `slot` became: a handle, a descriptor, or something without a number. */
  readonly slots: readonly (number | undefined)[];
}

const NO_SLOTS: readonly undefined[] = [];

export class Environment {
  readonly #arrivals: Map<number, Arrival>;

  constructor(arrivals: ReadonlyMap<number, Arrival> = new Map()) {
    this.#arrivals = new Map(arrivals);
  }

  /** An independent copy, for a second hypothesis. */
  fork(): Environment {
    return new Environment(this.#arrivals);
  }

  /** Remembers deliveries. */
  learn(delivered: readonly Delivered[]): void {
    for (const { origin, proc, fd, delivery } of delivered) {
      this.#arrivals.set(keyOf(origin.op, origin.cmd), {
        proc,
        fd,
        buffer: delivery.buffer,
        slots: delivery.offsets.length === 0 ? NO_SLOTS : slotsOf(delivery.data, delivery.offsets),
      });
    }
  }

  /** Where the message of command `cmd` of op `of` arrived. */
  arrival(of: number, cmd = 0): Arrival | undefined {
    return this.#arrivals.get(keyOf(of, cmd));
  }
}

/** One number for a command of an op. */
const keyOf = (op: number, cmd: number): number => op * MOST_COMMANDS + cmd;

const slotsOf = (data: string, offsets: readonly number[]): (number | undefined)[] => {
  const bytes = fromHex(data);
  const view = new DataView(bytes.buffer);
  return offsets.map(at => {
    const object = decodeObject(view, at, bytes.length);
    if (object.type === 'HANDLE' || object.type === 'WEAK_HANDLE') return object.handle;
    return object.type === 'FD' ? object.fd : undefined;
  });
};

const handleOf = (env: Environment, ref: HandleRef): Handle => {
  if (typeof ref === 'number') return ref;
  return env.arrival(ref.of, ref.cmd)?.slots[ref.slot ?? 0] ?? STRAY_HANDLE;
};

const bufferOf = (env: Environment, ref: BufferRef): number | { readonly address: U64 } => {
  if ('address' in ref) return { address: ref.address };
  const arrival = env.arrival(ref.of, ref.cmd);
  return arrival === undefined ? STRAY_ADDRESS : arrival.buffer + (ref.delta ?? 0);
};

/** Number of the first descriptor that the harness makes in a process (its files are `FIRST_FILE + n`). */
export const FIRST_FILE = 100;

const fdOf = (env: Environment, ref: FdRef): number => {
  if ('file' in ref) return FIRST_FILE + ref.file;
  if ('number' in ref) return ref.number;
  return env.arrival(ref.of, ref.cmd)?.slots[ref.slot ?? 0] ?? STRAY_FD;
};

const le32 = (value: number): string =>
  [value, value >>> 8, value >>> 16, value >>> 24].map(byte => filled(byte, 1)).join('');

const placed = (env: Environment, spec: ObjectSpec, pieces: string[]): PlacedObject => {
  const { at } = spec;
  switch (spec.type) {
    case 'BINDER':
    case 'WEAK_BINDER':
      return { at, object: { type: spec.type, flags: spec.flags ?? 0, ptr: spec.ptr, cookie: spec.cookie } };
    case 'HANDLE':
    case 'WEAK_HANDLE':
      return { at, object: { type: spec.type, flags: spec.flags ?? 0, handle: handleOf(env, spec.handle), cookie: 0 } };
    case 'FD':
      return { at, object: { type: 'FD', flags: spec.flags ?? 0, fd: fdOf(env, spec.fd), cookie: 0 } };
    case 'FDA':
      return { at, object: { type: 'FDA', numFds: spec.numFds, parent: spec.parent, parentOffset: spec.parentOffset } };
    case 'PTR': {
      let bytes = spec.bytes ?? '';
      for (const { at: place, fd } of spec.fds ?? []) bytes = overlay(bytes, place, le32(fdOf(env, fd)));
      const piece = spec.bad === true ? -1 : pieces.push(bytes) - 1;
      return {
        at,
        object: {
          type: 'PTR',
          flags: spec.flags ?? 0,
          piece,
          length: spec.length ?? bytes.length >> 1,
          parent: spec.parent ?? 0,
          parentOffset: spec.parentOffset ?? 0,
        },
      };
    }
    case 'RAW':
      return { at, object: { type: 'RAW', bytes: spec.bytes } };
  }
};

/** Hex of a placed object as it stands in the sender's memory. */
export const placedHex = (object: PlacedObject['object']): string =>
  object.type === 'RAW' ? object.bytes : objectHex(object.type === 'PTR' ? pointerTo(object, 0) : object);

const NO_OBJECTS: readonly PlacedObject[] = [];
const NO_PIECES: readonly string[] = [];
const NO_OFFSETS: readonly number[] = [];

/** The first bytes of some data with others put in at `at`, where its filling may have begun already. */
const onto = (head: string, fill: number, at: number, bytes: string): string =>
  overlay(head.length < at * 2 ? head + filled(fill, at - (head.length >> 1)) : head, at, bytes);

const messageOf = (env: Environment, spec: MessageSpec): Message => {
  const length = isSmall(spec.size) ? Math.min(spec.size, MAX_ARENA) : 0;
  const fill = spec.fill ?? 0;
  let head = spec.bytes ?? '';
  let objects = NO_OBJECTS;
  let pieces = NO_PIECES;
  if (spec.objects !== undefined && spec.objects.length > 0) {
    const made: string[] = [];
    objects = spec.objects.map(object => placed(env, object, made));
    pieces = made;
    for (const { at, object } of objects) if (at < length) head = onto(head, fill, at, placedHex(object));
  }
  if (head.length > length * 2) head = head.slice(0, length * 2);
  const data = spread(head, fill, length);
  const offsets = spec.offsets ?? (objects.length === 0 ? NO_OFFSETS : objects.map(({ at }) => at));
  const message: Message = {
    size: spec.size,
    data,
    offsets,
    offsetsSize: spec.offsetsSize ?? offsets.length * 8,
    objects,
    pieces,
    dataAt: spec.dataAt ?? 'own',
    offsetsAt: spec.offsetsAt ?? 'own',
    buffersSize: spec.buffersSize,
  };
  return rememberFilling(message, head, fill);
};

const commandOf = (env: Environment, spec: CommandSpec): Command => {
  switch (spec.bc) {
    case 'BC_TRANSACTION':
      return {
        bc: spec.bc,
        target: handleOf(env, spec.target),
        code: spec.code,
        flags: spec.flags,
        message: messageOf(env, spec.message),
      };
    case 'BC_REPLY':
      return { bc: spec.bc, code: spec.code, flags: spec.flags, message: messageOf(env, spec.message) };
    case 'BC_FREE_BUFFER':
      return { bc: spec.bc, buffer: bufferOf(env, spec.buffer) };
    case 'BC_INCREFS':
    case 'BC_ACQUIRE':
    case 'BC_RELEASE':
    case 'BC_DECREFS':
      return { bc: spec.bc, handle: handleOf(env, spec.handle) };
    case 'BC_REQUEST_DEATH_NOTIFICATION':
    case 'BC_CLEAR_DEATH_NOTIFICATION':
      return { bc: spec.bc, handle: handleOf(env, spec.handle), cookie: spec.cookie };
    case 'BC_ATTEMPT_ACQUIRE':
      return { bc: spec.bc, priority: spec.priority, handle: handleOf(env, spec.handle) };
    case 'RAW':
      return { bc: spec.bc, word: spec.word, bytes: spec.bytes ?? '' };
    default:
      return spec;
  }
};

const argumentOf = (env: Environment, arg: IoctlArg | undefined): IoctlArgument => {
  if (arg === undefined) return {};
  const { handle } = arg;
  // Only a reference is something else than the argument that it stands in.
  return (typeof handle === 'object' ? { ...arg, handle: handleOf(env, handle) } : arg) as IoctlArgument;
};

const NO_COMMANDS: readonly Command[] = [];

const readOf = ({ size, consumed = 0, limit }: NonNullable<(Op & { op: 'write_read' })['read']>): ReadRequest => ({
  size,
  consumed,
  limit,
});

/** What ops of the kinds without references may say. */
interface Words {
  readonly op: Call['op'];
  readonly id: number;
  readonly proc?: number | undefined;
  readonly thread?: number | undefined;
  readonly fd?: number | undefined;
  readonly device?: number | undefined;
  readonly nonblock?: boolean | undefined;
  readonly readonly?: boolean | undefined;
  readonly size?: number | undefined;
  readonly prot?: 'read' | 'none' | 'write' | undefined;
  readonly private?: boolean | undefined;
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
  readonly to?: number | undefined;
  readonly as?: number | undefined;
  readonly call?: 'read' | 'write' | 'lseek' | undefined;
  readonly ctl?: 'add' | 'mod' | 'del' | undefined;
  readonly child?: number | undefined;
  readonly nice?: number | undefined;
  readonly euid?: number | undefined;
  readonly free?: number | undefined;
  readonly sleep?: boolean | undefined;
}

/**
 * A call on a descriptor, of any other kind. All of them have one shape, so that whoever asks a call of any kind who
 * makes it meets few: what a kind does not have is there and undefined.
 */
const onDescriptor = (op: Words): Call =>
  ({
    op: op.op,
    id: op.id,
    proc: op.proc,
    thread: op.thread,
    fd: op.fd,
    device: op.device,
    nonblock: op.nonblock,
    readonly: op.readonly,
    size: op.size,
    prot: op.prot,
    private: op.private,
    offset: op.offset,
    length: op.length,
    to: op.to,
    as: op.as,
    call: op.call,
    ctl: op.ctl,
  }) as Call;

/** A call without a descriptor, in the one shape of those. */
const onNoDescriptor = (op: Words): Call =>
  ({
    op: op.op,
    id: op.id,
    proc: op.proc,
    thread: op.thread,
    child: op.child,
    nice: op.nice,
    euid: op.euid,
    free: op.free,
    sleep: op.sleep,
  }) as Call;

/** The call that an op is, given what arrived so far. */
export const resolve = (env: Environment, op: Op): Call => {
  switch (op.op) {
    case 'open': {
      const { id, proc, thread, fd, device = 0, nonblock = false, readonly = false } = op;
      return onDescriptor({ op: 'open', id, proc, thread, fd, device, nonblock, readonly });
    }
    case 'mmap': {
      const { id, proc, thread, fd, size, prot = 'read' } = op;
      return onDescriptor({ op: 'mmap', id, proc, thread, fd, size, prot, private: op.private ?? true });
    }
    case 'write_read': {
      const { id, proc, thread, fd, write, read } = op;
      // All calls of this kind have one shape: what is absent is there and undefined.
      return {
        op: 'write_read',
        id,
        proc,
        thread,
        fd,
        write: write === undefined ? NO_COMMANDS : write.map(command => commandOf(env, command)),
        writeConsumed: op.writeConsumed ?? 0,
        read: read === undefined ? undefined : readOf(read),
        writeSize: op.writeSize,
        writeLimit: op.writeLimit,
        bad: op.bad,
      };
    }
    case 'ioctl': {
      const { id, proc, thread, fd, cmd } = op;
      return { op: 'ioctl', id, proc, thread, fd, cmd, arg: argumentOf(env, op.arg) };
    }
    default:
      return 'fd' in op ? onDescriptor(op) : onNoDescriptor(op);
  }
};

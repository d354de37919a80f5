/** Calls written by hand, for a driver whose files are read afterwards. */
import type { Call, Command, IoctlArgument, Message, PlacedObject } from '../../../abi/call.ts';
import { objectHex } from '../../../abi/codec.ts';
import type { IoctlName } from '../../../abi/constants.ts';
import { filled, overlay } from '../../../abi/hex.ts';
import type { LocalObject, RemoteObject } from '../../../abi/objects.ts';

/** A call or reply. */
type Sent = Extract<Command, { readonly message: Message }>;

/** A flat object at a byte of the data; the offsets array names it. */
export type Placed = readonly [at: number, object: LocalObject | RemoteObject];

/** A message of `size` zero bytes with objects in it. */
const messageOf = (size: number, objects: readonly Placed[]): Message => {
  let data = filled(0, size);
  for (const [at, object] of objects) data = overlay(data, at, objectHex(object));
  const offsets = objects.map(([at]) => at);
  return {
    size,
    data,
    offsets,
    offsetsSize: offsets.length * 8,
    objects: objects.map(([at, object]): PlacedObject => ({ at, object })),
    pieces: [],
    dataAt: 'own',
    offsetsAt: 'own',
  };
};

/** A thread of a process with an open file: `[proc, thread, fd]`. */
export type Who = readonly [proc: number, thread: number, fd?: number];

/** BC_TRANSACTION. */
export const call = (target: number, code: number, flags: number, size = 0, ...objects: readonly Placed[]): Sent => ({
  bc: 'BC_TRANSACTION',
  target,
  code,
  flags,
  message: messageOf(size, objects),
});

/** BC_REPLY. */
export const reply = (code: number, flags = 0, size = 0, ...objects: readonly Placed[]): Command => ({
  bc: 'BC_REPLY',
  code,
  flags,
  message: messageOf(size, objects),
});

/** The same with room for pieces: the SG form. */
export const withRoom = (command: Sent, buffersSize: number): Command => ({
  ...command,
  message: { ...command.message, buffersSize },
});

/** A local object. */
export const binder = (ptr: number, cookie: number, type: LocalObject['type'] = 'BINDER'): LocalObject => ({
  type,
  flags: 0,
  ptr,
  cookie,
});

/** A handle. */
export const remote = (handle: number, type: RemoteObject['type'] = 'HANDLE'): RemoteObject => ({
  type,
  flags: 0,
  handle,
  cookie: 0,
});

/** Builds a list of calls. */
export class Script {
  readonly calls: Call[] = [];

  get #id(): number {
    return this.calls.length;
  }

  /** Opens a device and maps `size` bytes of it; 0 for no mapping. */
  open([proc, thread, fd = 0]: Who, size = 1 << 16, nonblock = true, device = 0): this {
    this.calls.push({ op: 'open', id: this.#id, proc, thread, fd, device, nonblock, readonly: false });
    if (size > 0) this.calls.push({ op: 'mmap', id: this.#id, proc, thread, fd, size, prot: 'read', private: true });
    return this;
  }

  /** An ioctl with an argument. */
  ioctl([proc, thread, fd = 0]: Who, cmd: IoctlName | number, arg: IoctlArgument = {}): this {
    this.calls.push({ op: 'ioctl', id: this.#id, proc, thread, fd, cmd, arg });
    return this;
  }

  /** Spends the immediate return of a thread's first ioctl. */
  prime(...who: readonly Who[]): this {
    for (const each of who) this.ioctl(each, 'BINDER_VERSION');
    return this;
  }

  /** Commands without a read. */
  write([proc, thread, fd = 0]: Who, ...write: readonly Command[]): this {
    this.calls.push({ op: 'write_read', id: this.#id, proc, thread, fd, write, writeConsumed: 0 });
    return this;
  }

  /** Commands, then a read of up to `size` bytes. */
  read([proc, thread, fd = 0]: Who, size: number, ...write: readonly Command[]): this {
    this.calls.push({
      op: 'write_read',
      id: this.#id,
      proc,
      thread,
      fd,
      write,
      writeConsumed: 0,
      read: { size, consumed: 0 },
    });
    return this;
  }

  /** A call that only names its descriptor. */
  on([proc, thread, fd = 0]: Who, op: 'close' | 'flush' | 'poll' | 'munmap'): this {
    this.calls.push({ op, id: this.#id, proc, thread, fd });
    return this;
  }

  /** Sets the nice value of a native thread. */
  nice(proc: number, thread: number, nice: number): this {
    this.calls.push({ op: 'set_nice', id: this.#id, proc, thread, nice });
    return this;
  }

  /** Ends a process. */
  kill(proc: number): this {
    this.calls.push({ op: 'kill', id: this.#id, proc });
    return this;
  }
}

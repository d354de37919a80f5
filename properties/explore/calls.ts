/** The calls that an explorer makes: each is made once and used again wherever it is possible. */
import type { Call, Command, Message, PlacedObject } from '../../abi/call.ts';
import { objectHex } from '../../abi/codec.ts';
import type { IoctlName } from '../../abi/constants.ts';
import { filled, overlay } from '../../abi/hex.ts';
import { FIRST_FILE } from '../../abi/resolve.ts';

/** Number of the op of every call that is stepped and not kept: larger than that of any sleeper. */
export const THIS_OP = 2_000_000;

/** Size of an object in a message. */
const OBJECT = 24;

/** What a message carries: so many zero bytes, or one object: a node, a handle, or a file of the sender. */
export type Cargo =
  | { readonly size: number }
  | { readonly node: number; readonly weak?: boolean; readonly flags?: number }
  | { readonly file: number }
  | { readonly handle: number; readonly weak?: boolean };

const objectOf = (cargo: Cargo): PlacedObject['object'] | undefined => {
  if ('node' in cargo) {
    return {
      type: cargo.weak ? 'WEAK_BINDER' : 'BINDER',
      flags: cargo.flags ?? 0,
      ptr: cargo.node,
      cookie: cargo.node,
    };
  }
  if ('handle' in cargo) {
    return { type: cargo.weak ? 'WEAK_HANDLE' : 'HANDLE', flags: 0, handle: cargo.handle, cookie: 0 };
  }
  if ('file' in cargo) return { type: 'FD', flags: 0, fd: FIRST_FILE + cargo.file, cookie: 0 };
  return undefined;
};

/** The message of a cargo. */
export const messageOf = (cargo: Cargo): Message => {
  const object = objectOf(cargo);
  const size = 'size' in cargo ? cargo.size : OBJECT;
  const bare = filled(0, size);
  return {
    size,
    data:
      object === undefined || object.type === 'PTR' || object.type === 'RAW'
        ? bare
        : overlay(bare, 0, objectHex(object)),
    offsets: object === undefined ? [] : [0],
    offsetsSize: object === undefined ? 0 : 8,
    objects: object === undefined ? [] : [{ at: 0, object }],
    pieces: [],
    dataAt: 'own',
    offsetsAt: 'own',
  };
};

/** A read: `normal` has room for everything, `tiny` for the BR_NOOP only, `faulting` cannot store a message. */
export type ReadKind = 'normal' | 'tiny' | 'faulting';
const READS = {
  normal: { size: 256, consumed: 0 },
  tiny: { size: 4, consumed: 0 },
  faulting: { size: 256, consumed: 0, limit: 8 },
} as const;

/** Makes each call once. Numbers that tell calls apart are below 64, but for buffers. */
export class Calls {
  readonly #made = new Map<number, Call>();

  write(proc: number, thread: number, kind: number, first: number, second: number, command: () => Command): Call {
    const key = (((kind * 16 + proc) * 16 + thread) * 64 + second) * 0x40_0000 + first;
    let call = this.#made.get(key);
    if (call === undefined) {
      call = { op: 'write_read', id: THIS_OP, proc, thread, fd: 0, write: [command()], writeConsumed: 0 };
      this.#made.set(key, call);
    }
    return call;
  }

  read(proc: number, thread: number, kind: ReadKind): Call {
    return this.#once(1, proc, thread, kind === 'normal' ? 0 : kind === 'tiny' ? 1 : 2, () => ({
      op: 'write_read',
      id: THIS_OP,
      proc,
      thread,
      fd: 0,
      write: [],
      writeConsumed: 0,
      read: READS[kind],
    }));
  }

  ioctl(proc: number, thread: number, cmd: IoctlName, arg: number, argument: () => object): Call {
    const number = cmd.length * 128 + cmd.charCodeAt(7);
    return this.#once(2, proc, thread, number * 64 + arg, () => ({
      op: 'ioctl',
      id: THIS_OP,
      proc,
      thread,
      fd: 0,
      cmd,
      arg: argument(),
    }));
  }

  /** Any other call; `number` tells it from the rest. */
  other(proc: number, thread: number, number: number, call: () => Call): Call {
    return this.#once(3, proc, thread, number, call);
  }

  #once(kind: number, proc: number, thread: number, number: number, make: () => Call): Call {
    const key = -1 - (((kind * 16 + proc) * 16 + thread) * 0x10_0000 + number);
    let call = this.#made.get(key);
    if (call === undefined) this.#made.set(key, (call = make()));
    return call;
  }
}

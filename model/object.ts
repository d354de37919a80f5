/**
 * Objects of a message: what leaves its process as a node becomes a handle, what comes home becomes the node again.
 *
 * Slots are taken in order; the first that fails ends the message, and what the earlier ones did is undone by the
 * caller (OBJ-08). In a reply the replier is the sender and the caller's file the target.
 */
import { decodeObject, objectHex, objectInHex, objectSize } from '../abi/codec.ts';
import { fromHex, overlay } from '../abi/hex.ts';
import type { Message } from '../abi/call.ts';
import { pointerTo, type MalformedObject, type WireObject } from '../abi/objects.ts';
import { isSmall, type U64 } from '../abi/u64.ts';
import { bytesAt } from './memory.ts';
import { nodeFor, pin, settle } from './node.ts';
import { increment, refByHandle, refFor, strongRef } from './ref.ts';
import { NO_THREAD, type FileKey, type Fixup, type Held, type ThreadKey } from './state.ts';
import { itemAt, type Turn } from './turn.ts';
import { placeFdArray, placePiece, translateFd, type Pieces } from './gather.ts';

/** Why a message is refused: the parameter of its BR_FAILED_REPLY. */
export type Refusal = 'EFAULT' | 'EINVAL' | 'EPERM' | 'EBADF';

/** Who sends to whom, and the message as translated so far. */
export interface Parcel {
  readonly from: FileKey;
  readonly to: FileKey;
  readonly thread: ThreadKey;
  readonly message: Message;
  /** The target takes descriptors: the node accepts them, or the call did (OBJ-23, OBJ-24). */
  readonly takesFds: boolean;
  /** The message is a reply. */
  readonly reply: boolean;
  /** Offset of the buffer in the target's mapping, and of its scatter-gather area. */
  readonly buffer: number;
  readonly extraAt: number;
  readonly extraSize: number;
}

export interface Translation {
  data: string;
  /** Bytes of the data that are in the target's memory. */
  copied: number;
  /** The copy faulted on its way to this byte; 0 when it did not. What it wanted to fill is zero (TXN-22). */
  faultedTo: number;
  readonly held: Held[];
  readonly fixups: Fixup[];
  readonly gather: Pieces;
}

/** A place's object in the sender's memory: the one that the log put there, or whatever its bytes are. */
const objectAt = (message: Message, at: number, size: number): WireObject | MalformedObject => {
  const { objects } = message;
  const index = objects.findIndex(placed => placed.at === at);
  const placed = itemAt(objects, index);
  if (placed !== undefined && placed.object.type !== 'RAW' && index === objects.length - 1) {
    const { object } = placed;
    if (at + objectSize(object.type) > size) return { type: 'malformed', why: 'cut', word: 0 };
    return object.type === 'PTR' ? pointerTo(object, 0) : object;
  }
  const bytes = fromHex(message.data.slice(at * 2, (at + 40) * 2));
  return decodeObject(new DataView(bytes.buffer), 0, bytes.length);
};

/** Translates every slot into `out`; answers why it stopped, or `null` when the whole message is copied. */
export const translate = (t: Turn, parcel: Parcel, out: Translation): Refusal | null => {
  const { message } = parcel;
  const size = message.size as number;
  const readable = message.dataAt === 'own';
  if (message.dataAt === 'null') out.data = bytesAt(t.file(parcel.to).arena, parcel.buffer, size);
  let copied = 0;
  const slots = (message.offsetsSize as number) / 8;
  if (slots > 0) t.fire('UAPI-10', 'UAPI-11');
  for (let slot = 0; slot < slots; slot++) {
    const at: U64 = message.offsets[slot] ?? 0;
    t.fire('OBJ-01');
    if (!isSmall(at) || at < copied || at > size || (at > copied && !readable)) {
      t.fire('OBJ-02');
      if (!readable && isSmall(at) && at > copied && at <= size) out.faultedTo = at;
      return 'EFAULT';
    }
    out.copied = at;
    if (at % 4 !== 0) {
      t.fire('OBJ-03');
      return 'EINVAL';
    }
    if (size - at < 4) {
      t.fire('OBJ-04');
      return 'EINVAL';
    }
    if (message.dataAt === 'bad') {
      t.fire('OBJ-06');
      return 'EINVAL';
    }
    if (!readable) t.fire('OBJ-07');
    const object = readable ? objectAt(message, at, size) : objectInHex(out.data, at);
    if (object.type === 'malformed') {
      t.fire(object.why === 'type' ? 'OBJ-05' : 'OBJ-04');
      return 'EINVAL';
    }
    const refused = translateOne(t, parcel, out, slot, at, object);
    if (refused !== null) {
      if (slot > 0) t.fire('OBJ-08');
      return refused;
    }
    copied = at + objectSize(object.type);
    out.copied = copied;
  }
  if (copied < size && !readable) {
    t.fire('TXN-22');
    out.faultedTo = size;
    return 'EFAULT';
  }
  if (copied < size) t.fire('TXN-22');
  out.copied = size;
  return null;
};

const translateOne = (
  t: Turn,
  parcel: Parcel,
  out: Translation,
  slot: number,
  at: number,
  object: WireObject,
): Refusal | null => {
  switch (object.type) {
    case 'BINDER':
    case 'WEAK_BINDER': {
      const node = nodeFor(t, parcel.from, object.ptr, object.cookie, object.flags);
      if (node.cookie !== object.cookie) {
        t.fire('OBJ-10', 'NODE-02');
        settle(t, node.id);
        return 'EINVAL';
      }
      const strong = object.type === 'BINDER';
      const ref = refFor(t, parcel.to, node.id);
      increment(t, ref.id, strong, parcel.thread);
      settle(t, node.id);
      t.fire('OBJ-13', 'OBJ-15');
      leaves(out, at, strong, ref.handle, object.flags);
      return null;
    }
    case 'HANDLE':
    case 'WEAK_HANDLE':
      return translateHandle(t, parcel, out, at, object.type === 'HANDLE', object.handle, object.flags);
    case 'FD':
      return translateFd(t, parcel, out, at, object.fd);
    case 'FDA':
      return placeFdArray(t, parcel, out, slot, object);
    case 'PTR':
      return placePiece(t, parcel, out, slot, at, object);
  }
};

/** OBJ-15: the receiver's bytes; flags stay, the upper word and the cookie are zero. */
const leaves = (out: Translation, at: number, strong: boolean, handle: number, flags: number): void => {
  out.data = overlay(out.data, at, objectHex({ type: strong ? 'HANDLE' : 'WEAK_HANDLE', flags, handle, cookie: 0 }));
  out.held.push({ held: 'handle', handle, strong });
};

const translateHandle = (
  t: Turn,
  parcel: Parcel,
  out: Translation,
  at: number,
  strong: boolean,
  handle: number,
  flags: number,
): Refusal | null => {
  const source = strong ? strongRef(t, parcel.from, handle) : refByHandle(t, parcel.from, handle);
  t.fire('OBJ-19');
  if (source === undefined) return 'EINVAL';
  const node = t.node(source.node);
  if (node.owner === parcel.to) {
    t.fire('OBJ-20', 'REF-09');
    pin(t, node.id, strong);
    out.data = overlay(
      out.data,
      at,
      objectHex({ type: strong ? 'BINDER' : 'WEAK_BINDER', flags, ptr: node.ptr, cookie: node.cookie }),
    );
    out.held.push({ held: 'node', ptr: node.ptr, strong });
  } else {
    t.fire('OBJ-21');
    const ref = refFor(t, parcel.to, node.id);
    increment(t, ref.id, strong, NO_THREAD);
    leaves(out, at, strong, ref.handle, flags);
  }
  settle(t, node.id);
  return null;
};

/** A message enters the target's buffer space: its buffer, its bytes with the objects translated, and its record. */
import { TF_CLEAR_BUF, TF_ONE_WAY } from '../abi/constants.ts';
import { le64Hex } from '../abi/hex.ts';
import type { Message } from '../abi/call.ts';
import { big, isSmall } from '../abi/u64.ts';
import { allocate, changeBuffer } from './buffer.ts';
import { dead, failed, type Failure } from './failure.ts';
import { finishGather, startGather } from './gather.ts';
import { faulted, poke } from './memory.ts';
import { translate, type Parcel, type Refusal, type Translation } from './object.ts';
import { undo } from './release.ts';
import { NO_THREAD, fileOf, type FileKey, type Id, type Node, type ThreadKey, type Transaction } from './state.ts';
import { euidOf, niceOf, procOf } from './task.ts';
import { appended, type Turn } from './turn.ts';

/** One message on its way to a file. */
export interface Sending {
  readonly thread: ThreadKey;
  readonly id: Id;
  readonly command: { readonly code: number; readonly flags: number; readonly message: Message; readonly bc: string };
  /** `null` for a reply. */
  readonly target: Node | null;
  readonly to: FileKey;
  readonly toThread: ThreadKey;
  readonly takesFds: boolean;
}

/** TXN-16: without a security module that can tell, a node that wants a context cannot be called. */
const refuseSecurityContext = (t: Turn, target: Node | null): Failure | null => {
  if (target === null || !target.securityContext) return null;
  t.fire('TXN-16');
  return failed('EINVAL');
};

/** `pinned`: the pin on the target node is still the sender's to drop. `spam`: the oneway to be reported (ALLOC-41). */
export type Copied =
  | { readonly copied: true; readonly spam: boolean }
  | { readonly copied: false; readonly failure: Failure; readonly pinned: boolean };

/** Makes the buffer in the target's space, copies the message into it, objects translated, and makes the record. */
export const copyTo = (t: Turn, sending: Sending): Copied => {
  const { thread, id, command, target, to } = sending;
  const { message } = command;
  const { proc } = t.file(fileOf(thread));
  const noContext = refuseSecurityContext(t, target);
  if (noContext !== null) return { copied: false, failure: noContext, pinned: true };
  const oneway = target !== null && (command.flags & TF_ONE_WAY) !== 0;
  const clearOnFree = (command.flags & TF_CLEAR_BUF) !== 0;
  t.fire(message.buffersSize === undefined ? 'TXN-21' : 'UAPI-05');
  const got = allocate(t, to, {
    id,
    dataSize: message.size,
    offsetsSize: message.offsetsSize,
    extraSize: message.buffersSize ?? 0,
    async: oneway,
    clearOnFree,
    sender: procOf(t, thread),
    targetNode: target?.id ?? 0,
  });
  if (got.got === 'nothing') {
    if (target === null) t.fire('TXN-39');
    return { copied: false, failure: got.errno === 'ESRCH' ? dead('ESRCH') : failed(got.errno), pinned: true };
  }
  if (clearOnFree) t.fire('ALLOC-37');
  const out: Translation = { data: message.data, copied: 0, faultedTo: 0, held: [], fixups: [], gather: startGather() };
  const refusal = copyMessage(t, sending, got.offset, out);
  leaveBytes(t, to, got.offset, message, out, refusal === null);
  if (refusal !== null) {
    undo(t, to, got.offset, out.held, thread);
    return { copied: false, failure: failed(refusal), pinned: false };
  }
  if (out.held.length > 0) changeBuffer(t, to, got.offset, { held: out.held });
  const transaction: Transaction = {
    id,
    origin: { op: t.op, cmd: t.command },
    reply: target === null,
    from: target === null || oneway ? NO_THREAD : thread,
    fromParent: 0,
    to,
    toThread: sending.toThread,
    toParent: 0,
    code: command.code,
    flags: command.flags,
    needsReply: false,
    euid: euidOf(t, proc),
    sender: proc,
    nice: niceOf(t, thread),
    savedNice: 0,
    buffer: got.offset,
    targetNode: target?.id ?? 0,
    payload: {
      data: out.data,
      offsets: slotsOf(message),
      pieces: out.gather.contents,
      fixups: out.fixups,
    },
  };
  t.fire('TXN-15', 'UAPI-12');
  t.transactions = appended(t.transactions, transaction);
  return { copied: true, spam: got.spam };
};

/** ALLOC-35, ALLOC-36: what the attempt wrote into the target's memory, whether it succeeded or not. */
const leaveBytes = (t: Turn, to: FileKey, buffer: number, message: Message, out: Translation, whole: boolean): void => {
  if (!whole) t.fire('ALLOC-36');
  poke(t, to, buffer, out.data.slice(0, out.copied * 2));
  if (out.faultedTo > 0) faulted(t, to, buffer + out.copied, out.faultedTo - out.copied);
  if (message.offsetsSize !== 0 && message.offsetsAt === 'own') {
    const digits = (message.offsetsSize as number) * 2;
    const slots = message.offsets.map(le64Hex).join('').padEnd(digits, '0').slice(0, digits);
    poke(t, to, buffer + align8(message.size as number), slots);
  } else if (message.offsetsSize !== 0) {
    faulted(t, to, buffer + align8(message.size as number), message.offsetsSize as number);
  }
  for (const { address, bytes } of out.gather.written) poke(t, to, address, bytes);
  if (out.gather.faulted !== null) faulted(t, to, out.gather.faulted.address, out.gather.faulted.length);
};

/** The offsets array as it was copied: as many slots as offsets_size says, zeros where the sender's memory has none. */
const slotsOf = ({ offsets, offsetsSize }: Message): readonly number[] => {
  const slots = (offsetsSize as number) / 8;
  if (slots === offsets.length) return offsets as readonly number[];
  return Array.from({ length: slots }, (_, slot) => (offsets[slot] ?? 0) as number);
};

/** TXN-18 .. TXN-23: everything that is copied, in order. */
const copyMessage = (t: Turn, sending: Sending, buffer: number, out: Translation): Refusal | null => {
  const { message } = sending.command;
  if (message.offsetsSize !== 0 && message.offsetsAt !== 'own') {
    t.fire('TXN-18');
    return 'EFAULT';
  }
  if (!isSmall(message.offsetsSize) || message.offsetsSize % 8 !== 0) {
    t.fire('TXN-19');
    return 'EINVAL';
  }
  if (message.buffersSize !== undefined && big(message.buffersSize) % 8n !== 0n) {
    t.fire('TXN-20');
    return 'EINVAL';
  }
  const parcel: Parcel = {
    from: fileOf(sending.thread),
    to: sending.to,
    thread: sending.thread,
    message,
    takesFds: sending.takesFds,
    reply: sending.target === null,
    buffer,
    extraAt: buffer + align8(message.size as number) + align8(message.offsetsSize),
    extraSize: (message.buffersSize ?? 0) as number,
  };
  return translate(t, parcel, out) ?? finishGather(t, message, out);
};

const align8 = (size: number): number => (size + 7) & ~7;

/**
 * BC_TRANSACTION: a call or a oneway from a thread to a node.
 *
 * Target, thread, buffer, copy, dispatch: TXN-03 is the order in which a call is refused. A refused call leaves its
 * code in the sender's return_error slot (TXN-02), which also stops the parsing of its write buffer (WR-04).
 */
import { ERRNO, type Errno } from '../abi/errno.ts';
import { BR, TF_CLEAR_BUF, TF_ONE_WAY } from '../abi/constants.ts';
import { le64Hex } from '../abi/hex.ts';
import { CONTEXT_MANAGER } from '../abi/ids.ts';
import type { Command, Message } from '../abi/call.ts';
import { big, isSmall } from '../abi/u64.ts';
import { allocate, bufferAt, changeBuffer } from './buffer.ts';
import { dispatch } from './dispatch.ts';
import { finishGather, startGather } from './gather.ts';
import { noteFailure, noteNode, noteReceiver, noteSent } from './journal/note.ts';
import { faulted, poke } from './memory.ts';
import { pin, settle, unpinStrong } from './node.ts';
import { translate, type Parcel, type Refusal, type Translation } from './object.ts';
import { strongRef } from './ref.ts';
import { undo } from './release.ts';
import {
  NO_FILE,
  NO_THREAD,
  OPENER,
  fileOf,
  holderOf,
  type Buffer,
  type FileKey,
  type Id,
  type Node,
  type ThreadKey,
  type Transaction,
} from './state.ts';
import { without, type Turn } from './turn.ts';
import { euidOf, isInherited, niceOf, procOf } from './task.ts';
import { queueDeferred, queueForThread } from './work.ts';

export type CallCommand = Command & { readonly bc: 'BC_TRANSACTION' };

/** How a message fails: the code and its parameter. */
export interface Failure {
  readonly code: 'BR_FAILED_REPLY' | 'BR_DEAD_REPLY' | 'BR_FROZEN_REPLY';
  readonly errno: Errno | 'OK';
}
const failed = (errno: Errno): Failure => ({ code: 'BR_FAILED_REPLY', errno });
export const dead = (errno: Errno | 'OK'): Failure => ({ code: 'BR_DEAD_REPLY', errno });

/** The errno of a failure as the driver has it. */
export const paramOf = ({ errno }: Failure): number => (errno === 'OK' ? 0 : -ERRNO[errno]);

/** TXN-01: every attempt takes an id and resets the thread's extended error. */
export const begin = (t: Turn, thread: ThreadKey, kind: 'call' | 'async' | 'reply', message: Message): Id => {
  const id = t.takeId();
  noteSent(t, thread, id, kind, message);
  t.fire('TXN-01', 'IOC-07');
  t.changeThread(thread, { error: { id, command: BR.BR_OK, param: 0 } });
  return id;
};

/** TXN-02: the sender reads the code, and its extended error says why. */
export const failCall = (t: Turn, thread: ThreadKey, id: Id, failure: Failure): void => {
  t.fire('TXN-02', 'TXN-03', 'WR-12');
  noteFailure(t, BR[failure.code], paramOf(failure));
  t.changeThread(thread, {
    error: { id, command: BR[failure.code], param: paramOf(failure) },
    returnError: BR[failure.code],
  });
  queueForThread(t, thread, { work: 'return_error' });
};

/** BC_TRANSACTION and BC_TRANSACTION_SG (binder_transaction). */
export const call = (t: Turn, thread: ThreadKey, command: CallCommand): void => {
  const oneway = (command.flags & TF_ONE_WAY) !== 0;
  const id = begin(t, thread, oneway ? 'async' : 'call', command.message);
  const failure = attempt(t, thread, command, id);
  if (failure !== null) failCall(t, thread, id, failure);
};

const attempt = (t: Turn, thread: ThreadKey, command: CallCommand, id: Id): Failure | null => {
  const oneway = (command.flags & TF_ONE_WAY) !== 0;
  const target = findTarget(t, fileOf(thread), command.target);
  if ('code' in target) return target;
  noteNode(t, target.id);
  const refusal = oneway ? null : busy(t, thread);
  if (refusal !== null) return refusal;
  if (oneway) t.fire('TXN-12');
  if (t.file(target.owner).proc === t.file(fileOf(thread)).proc) t.fire('TXN-14');
  if (t.file(fileOf(thread)).frozen) t.fire('FRZ-10');
  if (holderOf(thread) !== OPENER) t.fire('TXN-46');
  if (isInherited(t, thread)) t.fire('PROC-26');
  pin(t, target.id, true);
  const toThread = oneway ? NO_THREAD : nestedThread(t, thread, target.owner);
  noteReceiver(t, target.owner, toThread);
  const copied = copyTo(t, { thread, id, command, target, to: target.owner, toThread, takesFds: target.acceptFds });
  if (copied.copied) return send(t, thread, id, target, oneway, toThread, copied.spam);
  if (copied.pinned) unpinStrong(t, target.id);
  settle(t, target.id);
  return copied.failure;
};

/** TXN-04 .. TXN-07: the node that a handle means. */
const findTarget = (t: Turn, from: FileKey, handle: number): Node | Failure => {
  if (handle !== CONTEXT_MANAGER) {
    const ref = strongRef(t, from, handle);
    if (ref === undefined) {
      t.fire('TXN-04');
      return failed('EINVAL');
    }
    const node = t.node(ref.node);
    if (node.owner === NO_FILE) {
      t.fire('TXN-05');
      return dead('EINVAL');
    }
    return node;
  }
  const file = t.file(from);
  const manager = (t.devices[file.device] as { manager: number }).manager;
  t.fire('TXN-06');
  if (manager === 0) {
    t.fire('CTX-06');
    return dead('EINVAL');
  }
  const node = t.node(manager);
  if (t.file(node.owner).proc === file.proc) {
    t.fire('TXN-07');
    return failed('EINVAL');
  }
  t.fire('CTX-07');
  return node;
};

/** TXN-09, TXN-10: a thread with an undelivered message at its head, or with a call of its own, cannot call. */
const busy = (t: Turn, thread: ThreadKey): Failure | null => {
  const record = t.thread(thread);
  if (record.todo[0]?.work === 'transaction') {
    t.fire('TXN-09');
    return failed('EPROTO');
  }
  if (record.stack !== 0 && t.transaction(record.stack).toThread !== thread) {
    t.fire('TXN-10');
    return failed('EPROTO');
  }
  return null;
};

/** TXN-11: a call down the chain goes to the thread of the target that waits further up. */
const nestedThread = (t: Turn, thread: ThreadKey, target: FileKey): ThreadKey => {
  let id = t.thread(thread).stack;
  while (id !== 0) {
    const { from, fromParent } = t.transaction(id);
    if (from !== NO_THREAD && fileOf(from) === target) {
      t.fire('TXN-11');
      return from;
    }
    id = fromParent;
  }
  return NO_THREAD;
};

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
  t.transactions = [...t.transactions, transaction];
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

/** TXN-25, TXN-26: the sender's completion, then the target. */
const send = (
  t: Turn,
  thread: ThreadKey,
  id: Id,
  target: Node,
  oneway: boolean,
  toThread: ThreadKey,
  spam: boolean,
): Failure | null => {
  const work = { work: spam ? 'spam_suspect' : 'complete' } as const;
  if (oneway) {
    t.fire('TXN-26');
    queueForThread(t, thread, work);
  } else {
    t.fire('TXN-25');
    queueDeferred(t, thread, work);
    t.changeTransaction(id, { needsReply: true, fromParent: t.thread(thread).stack });
    t.changeThread(thread, { stack: id });
  }
  const refused = dispatch(t, id, target.id, toThread);
  settle(t, target.id);
  if (refused === null) return null;
  withdraw(t, thread, id, oneway);
  return refused;
};

/** TXN-29, TXN-30: the message was made but not taken: its completion and its record go, its objects are undone. */
const withdraw = (t: Turn, thread: ThreadKey, id: Id, oneway: boolean): void => {
  const sent = t.transaction(id);
  if (!oneway) t.changeThread(thread, { stack: sent.fromParent });
  t.changeThread(thread, { todo: t.thread(thread).todo.slice(0, -1) });
  undo(t, sent.to, sent.buffer, (bufferAt(t, sent.to, sent.buffer) as Buffer).held, thread);
  t.transactions = without(t.transactions, other => other.id === id);
};

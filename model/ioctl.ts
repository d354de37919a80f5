/**
 * Every ioctl number (binder_ioctl). The thread's record is made first, even for a number that nobody knows
 * (UAPI-01), and it no longer has to return when the ioctl ends (THR-03).
 */
import { IOCTL_NAMES, PROTOCOL_VERSION } from '../abi/constants.ts';
import { ioctlNumber } from '../abi/encode.ts';
import { exchanged, shaped } from '../abi/done.ts';
import type { Call, IoctlArgument, WriteRead } from '../abi/call.ts';
import type { Done, IoctlOutput, Result } from '../abi/observation.ts';
import { setContextManager } from './context.ts';
import { endThread } from './exit.ts';
import { freeze, frozenInfo } from './freeze.ts';
import { strongRef } from './ref.ts';
import { read } from './read.ts';
import { fileOf, type Context, type ThreadKey } from './state.ts';
import { noError, threadFor } from './thread.ts';
import type { Turn } from './turn.ts';
import { write } from './write.ts';

/** The end of an ioctl: THR-03. */
const leave = (t: Turn, thread: ThreadKey): void => {
  t.fire('THR-03');
  if (t.threadIfAny(thread)?.needReturn === true) t.changeThread(thread, { needReturn: false });
};

/** BINDER_WRITE_READ: WR-01. */
export const writeRead = (t: Turn, call: WriteRead, thread: ThreadKey): Result => {
  threadFor(t, thread);
  t.fire('WR-01', 'UAPI-01', 'UAPI-03');
  const result = exchange(t, call, thread);
  if (typeof result !== 'string') leave(t, thread);
  return result;
};

const exchange = (t: Turn, call: WriteRead, thread: ThreadKey): Result => {
  if (call.bad === true) return shaped({ status: 'EFAULT' });
  const request = call.read?.size === 0 ? undefined : call.read;
  const given = call.read?.consumed ?? 0;
  const returns = call.read === undefined ? undefined : [];
  const written = write(t, thread, call);
  if (written.status !== 'OK') {
    return exchanged(written.status, written.wrote, 0, returns);
  }
  if (request === undefined) {
    t.fire('WR-13');
    return exchanged('OK', written.wrote, given, returns);
  }
  const ended = read(t, thread, call, written.wrote, request);
  if (ended === 'parked') return 'pending';
  return exchanged(ended.status, written.wrote, ended.read, ended.returns);
};

type IoctlCall = Call & { readonly op: 'ioctl' };

/** The other ioctls. */
export const ioctl = (t: Turn, call: IoctlCall, thread: ThreadKey): Done => {
  threadFor(t, thread);
  t.fire('UAPI-01', 'UAPI-02', 'UAPI-07');
  const answer = answerTo(t, call, thread);
  leave(t, thread);
  return answer;
};

const answerTo = (t: Turn, call: IoctlCall, thread: ThreadKey): Done => {
  const { arg } = call;
  const bad = arg.bad === true;
  const file = fileOf(thread);
  if (bad) t.fire('IOC-03');
  switch (IOCTL_NAMES.get(ioctlNumber(call.cmd))) {
    case 'BINDER_VERSION':
      t.fire('IOC-01', 'UAPI-14');
      return bad ? { status: 'EINVAL' } : ok({ version: PROTOCOL_VERSION });
    case 'BINDER_SET_MAX_THREADS':
      t.fire('THR-18');
      if (bad) return { status: 'EINVAL' };
      t.changeFile(file, { maxThreads: (arg.value ?? 0) >>> 0 });
      return { status: 'OK' };
    case 'BINDER_SET_CONTEXT_MGR':
      return { status: setContextManager(t, thread) };
    case 'BINDER_SET_CONTEXT_MGR_EXT':
      return { status: bad ? 'EINVAL' : setContextManager(t, thread, arg) };
    case 'BINDER_THREAD_EXIT':
      t.fire('THR-39', 'THR-48');
      endThread(t, thread);
      return { status: 'OK' };
    case 'BINDER_GET_NODE_DEBUG_INFO':
      return bad ? { status: 'EFAULT' } : nodeDebugInfo(t, file, arg);
    case 'BINDER_GET_NODE_INFO_FOR_REF':
      return bad ? { status: 'EFAULT' } : nodeInfoForRef(t, file, arg);
    case 'BINDER_FREEZE':
      return { status: bad ? 'EFAULT' : freeze(t, arg) };
    case 'BINDER_GET_FROZEN_INFO':
      return bad ? { status: 'EFAULT' } : frozenInfo(t, arg);
    case 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION':
      t.fire('IOC-04');
      if (bad) return { status: 'EFAULT' };
      t.changeFile(file, { spamDetection: (arg.value ?? arg.enable ?? 0) !== 0 });
      return { status: 'OK' };
    case 'BINDER_GET_EXTENDED_ERROR':
      return extendedError(t, thread, bad);
    case 'BINDER_WRITE_READ':
      return bad ? { status: 'EFAULT' } : { status: 'OK' };
    default:
      t.fire('IOC-02');
      return { status: 'EINVAL' };
  }
};

const ok = (out: IoctlOutput): Done => ({ status: 'OK', out });

/** IOC-06: read and reset, even when the answer cannot be stored. */
const extendedError = (t: Turn, thread: ThreadKey, bad: boolean): Done => {
  const { id, command, param } = t.thread(thread).error;
  t.fire('IOC-06');
  t.changeThread(thread, { error: noError });
  return bad ? { status: 'EFAULT' } : ok({ hasId: id !== 0, command, param });
};

/** NODE-17: the file's node with the smallest ptr above the given one; zeros when there is none. */
const nodeDebugInfo = (t: Turn, file: number, arg: IoctlArgument): Done => {
  t.fire('NODE-17');
  const above = BigInt(arg.ptr ?? 0);
  let found: (typeof t.nodes)[number] | undefined;
  for (const node of t.nodes) {
    if (node.owner !== file || BigInt(node.ptr) <= above) continue;
    if (found === undefined || BigInt(node.ptr) < BigInt(found.ptr)) found = node;
  }
  if (found === undefined) return ok({ ptr: 0, cookie: 0, hasStrong: 0, hasWeak: 0 });
  const { ptr, cookie, hasStrong, hasWeak } = found;
  return ok({ ptr, cookie, hasStrong: hasStrong ? 1 : 0, hasWeak: hasWeak ? 1 : 0 });
};

/** NODE-18 */
const nodeInfoForRef = (t: Turn, file: number, arg: IoctlArgument): Done => {
  t.fire('NODE-18');
  if ((arg.dirty ?? 0) !== 0) return { status: 'EINVAL' };
  const { manager } = t.devices[t.file(file).device] as Context;
  if (manager === 0 || t.node(manager).owner !== file) return { status: 'EPERM' };
  const ref = strongRef(t, file, arg.handle ?? 0);
  if (ref === undefined) return { status: 'EINVAL' };
  const node = t.node(ref.node);
  return ok({ handle: ref.handle, strong: node.localStrong + node.internalStrong, weak: node.localWeak });
};

/** Whether a call can be made at all. */
import type { Call } from '../abi/call.ts';
import { heldAs, isThreadOf, openedAs } from './descriptor.ts';
import { sleepsInEpoll } from './epoll.ts';
import { FILES, HOLDERS, indexOf, type File, type State } from './state.ts';

/** What is asked of a mapping, which may outlive its descriptor. */
const isOfMapping = ({ op }: Call): boolean => op === 'munmap' || op === 'mprotect' || op === 'madvise';

/** A call can be made when its process lives, its descriptor is open and its thread is free. */
export const applicable = (state: State, call: Call): boolean => {
  if (call.op === 'reclaim') return true;
  const task = state.tasks.find(other => other.proc === call.proc);
  if (task?.alive === false) return false;
  const file = 'fd' in call ? openedAs(state.files, call.proc, call.fd) : undefined;
  if (call.op === 'open') {
    const isNamed = file !== undefined || heldAs(state, call.proc, call.fd) !== undefined;
    if (isNamed || state.nextFile >= FILES || call.device >= state.devices.length) return false;
    return isFree(state, call.proc, call.thread);
  }
  if (call.op === 'kill' || call.op === 'set_euid' || call.op === 'limit_fds') return task !== undefined;
  if (call.op === 'signal') return task !== undefined && task.ended.every(thread => thread !== call.thread);
  if (!isFree(state, call.proc, call.thread)) return false;
  if (call.op === 'fork' && (call.child >= HOLDERS || state.tasks.some(({ proc }) => proc === call.child)))
    return false;
  if (isOfMapping(call)) return file !== undefined && file.arena.mapped > 0;
  if (!('fd' in call)) return task !== undefined;
  const used = file ?? heldAs(state, call.proc, call.fd);
  if (used === undefined || file?.open === false) return false;
  return call.op !== 'share' || canGet(state, call, used);
};

/** A living process, or a new one, that has no descriptor of the file yet, and has nothing of that name. */
const canGet = (state: State, { proc, to, as }: Call & { readonly op: 'share' }, file: File): boolean => {
  if (to === proc || to === file.proc || to >= HOLDERS || openedAs(state.files, to, as) !== undefined) return false;
  const task = state.tasks.find(other => other.proc === to);
  return task === undefined || (task.alive && task.held.every(held => held.fd !== as && held.file !== file.key));
};

/** The native thread has not ended, and does not sleep in the driver. */
const isFree = (state: State, proc: number, thread: number): boolean => {
  for (const task of state.tasks) if (task.proc === proc && task.ended.includes(thread)) return false;
  if (sleepsInEpoll(state.epolls, proc, thread)) return false;
  for (const { thread: key } of state.parked) {
    if (indexOf(key) === thread && isThreadOf(state.files, key, proc)) return false;
  }
  return true;
};

/** What each call does, before those whom it woke go on. */
import type { Call } from '../abi/call.ts';
import { shaped } from '../abi/done.ts';
import type { Done, Result } from '../abi/observation.ts';
import { heldAs, isThreadOf, openedAs } from './descriptor.ts';
import { control, dropSets, interruptWait, isReadable, wait } from './epoll.ts';
import { ioctl, writeRead } from './ioctl.ts';
import { peek } from './memory.ts';
import { activePages, commonPages } from './page.ts';
import { close, fileIo, fork, kill, open, share } from './process.ts';
import { madvise, mmap, mprotect, munmap } from './mapping.ts';
import { runWoken } from './read.ts';
import { withArena, withFile } from './record.ts';
import { indexOf, threadKey, type Arena, type File } from './state.ts';
import { changeTask, hasFreeFd, limitFds, niceWith, taskOf } from './task.ts';
import { appended, type Turn } from './turn.ts';

/** What the call itself does, answered in the shape of all answers. */
export const perform = (t: Turn, call: Call): Result => {
  const result = act(t, call);
  return typeof result === 'string' || call.op === 'write_read' ? result : shaped(result);
};

const OK: Done = { status: 'OK' };

const act = (t: Turn, call: Call): Result => {
  if ('fd' in call && call.op !== 'open') {
    return performOn(t, call, openedAs(t.files, call.proc, call.fd) ?? (heldAs(t, call.proc, call.fd) as File));
  }
  switch (call.op) {
    case 'open':
      return { status: open(t, call) };
    case 'kill':
      kill(t, call.proc);
      return OK;
    case 'signal':
      interrupt(t, call.proc, call.thread);
      return OK;
    case 'exit_task':
      t.fire('THR-49', 'THR-15');
      dropSets(t, call.proc, call.thread);
      changeTask(t, call.proc, { ended: [...taskOf(t, call.proc).ended, call.thread] });
      return OK;
    case 'fork':
      fork(t, call);
      return OK;
    case 'set_nice':
      changeTask(t, call.proc, { nice: niceWith(taskOf(t, call.proc).nice, call.thread, call.nice) });
      return OK;
    case 'get_nice':
      return { status: 'OK', nice: taskOf(t, call.proc).nice[call.thread] ?? 0 };
    case 'set_euid':
      changeTask(t, call.proc, { euid: call.euid });
      return OK;
    case 'reclaim':
      t.fire('ALLOC-31');
      t.files = t.files.map(file => withFile(file, { arena: reclaimed(file.arena) }));
      return OK;
    case 'limit_fds':
      limitFds(t, call.proc, call.free);
      return OK;
    case 'epoll_wait':
      return wait(t, call);
    default:
      throw new Error(`the model is wrong: no such op ${String(call satisfies never)}`);
  }
};

type FileCall = Exclude<Extract<Call, { readonly fd: number }>, { readonly op: 'open' }>;

const performOn = (t: Turn, call: FileCall, file: File): Result => {
  const isOwn = call.proc === file.proc;
  switch (call.op) {
    case 'write_read':
      return writeRead(t, call, threadKey(file, call.proc, call.thread));
    case 'ioctl':
      return ioctl(t, call, threadKey(file, call.proc, call.thread));
    case 'mmap':
      return { status: mmap(t, call, file) };
    case 'munmap':
      return { status: munmap(t, call, file) };
    case 'share':
      return { status: share(t, call, file) };
    case 'close':
      close(t, call, file);
      return OK;
    case 'flush':
      if (!hasFreeFd(t, call.proc)) return { status: 'EMFILE' };
      t.deferred = appended(t.deferred, { file: file.key, what: 'flush' });
      return OK;
    case 'poll':
      return { status: 'OK', readable: isReadable(t, threadKey(file, call.proc, call.thread)) };
    case 'set_nonblock':
      t.changeFile(file.key, { nonblock: call.nonblock });
      return OK;
    case 'peek':
      // A mapping is its opener's; that of a parent is not copied either.
      if (!isOwn && file.arena.mapped > 0) t.fire('ALLOC-05');
      return { status: 'OK', bytes: isOwn ? peek(t, file.key, call.offset, call.length) : null };
    case 'file_io':
      return { status: fileIo(t, call, file) };
    case 'mprotect':
      return { status: mprotect(t, call, file) };
    case 'madvise':
      return { status: madvise(t, call, file) };
    case 'epoll_ctl':
      return control(t, call, threadKey(file, call.proc, call.thread));
  }
};

/** ALLOC-31: only pages under messages are left, and what user space let go of among the others is forgotten. */
const reclaimed = (arena: Arena): Arena => {
  const populated = activePages(arena);
  return withArena(arena, { populated, hidden: commonPages(arena.hidden, populated) });
};

/** READ-09: a sleeping reader returns with EINTR. */
const interrupt = (t: Turn, proc: number, thread: number): void => {
  interruptWait(t, proc, thread);
  const parked = t.parked.find(({ thread: key }) => indexOf(key) === thread && isThreadOf(t.files, key, proc));
  if (parked === undefined) return;
  t.woken = appended(t.woken, parked.thread);
  runWoken(t, parked.thread, true);
};

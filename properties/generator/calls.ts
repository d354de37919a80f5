/** Ops other than plain write_reads: files, mappings, ioctls, threads, signals, and reads that fault half way. */
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import { leaveRead } from './hand-over.ts';
import { free, oneway } from './commands.ts';
import { by, exchange, who, type Draft } from './draft.ts';
import { lift } from './starve.ts';
import { JANITOR, type Hand, type LiteFile, type LiteProcess, type LiteThread } from './lite.ts';

/** Sizes of a mapping: small ones most often, so that exhaustion and coalescing are reached (ALLOC-01). */
const MAPPINGS = [
  4096,
  4096,
  8192,
  8192,
  16384,
  16384,
  65536,
  65536,
  131072,
  1024 * 1024 - 8192,
  8 * 1024 * 1024,
] as const;

/** Opens a file in a new process, or a second file in a living one. */
export const open = (draft: Draft, fresh: boolean, nonblock: boolean): LiteFile => {
  const { dice, model, ops } = draft;
  const process = fresh || model.processes.length === 0 ? model.openProcess() : dice.pick(model.processes);
  if (process.limited) {
    // Perhaps it gets no number; whatever it gets, nobody uses it.
    if (dice.chance(30))
      ops.push({ op: 'open', id: draft.id, proc: process.proc, thread: JANITOR, fd: process.nextFd++ });
    lift(draft, process);
  }
  const device = draft.devices > 1 && dice.chance(8) ? dice.between(1, draft.devices - 1) : 0;
  const file = model.openFile(process, device, nonblock);
  const base = { op: 'open', ...who(draft, fresh ? 0 : JANITOR, file) } as const;
  if (device !== 0) ops.push(nonblock ? { ...base, device, nonblock } : { ...base, device });
  else if (nonblock) ops.push({ ...base, nonblock });
  else if (dice.chance(3)) ops.push({ ...base, readonly: true });
  else ops.push(base);
  return file;
};

/** Maps a file: what most sequences do at once. */
export const map = (draft: Draft, file: LiteFile, size: number = draft.dice.pick(MAPPINGS)): void => {
  const { dice, ops, model } = draft;
  const base = { op: 'mmap', ...who(draft, file.process.nextFd < 2 ? 0 : JANITOR, file), size } as const;
  ops.push(dice.chance(95) ? base : dice.chance(50) ? { ...base, prot: 'none' } : { ...base, private: false });
  model.map(file, Math.min(size, 4 * 1024 * 1024));
};

/** A process that did not open the file wants to map it (ALLOC-02). */
export const mapForeign = (draft: Draft, thread: LiteThread): void => {
  draft.ops.push({ op: 'mmap', ...by(draft, thread), size: 8192 });
};

/** Unmaps all, or a part (which is final as well, ALLOC-10). */
export const unmap = (draft: Draft, file: LiteFile, thread: number): void => {
  const { dice, ops, model } = draft;
  const base = { op: 'munmap', ...who(draft, thread, file) } as const;
  ops.push(file.ownOpen && dice.chance(20) ? { ...base, offset: 0, length: 4096 } : base);
  model.unmap(file);
};

/** Closes a descriptor, by a native thread of its process. */
export const close = (draft: Draft, file: LiteFile, thread: number, hand: Hand = file.hand): void => {
  draft.ops.push({ op: 'close', ...who(draft, thread, hand) });
  draft.model.close(file, hand);
  // The mapping holds the driver's state (PROC-13); mostly it goes as well.
  if (file.alive && hand.process === file.process && draft.dice.chance(70)) unmap(draft, file, thread);
};

export const kill = (draft: Draft, process: LiteProcess): void => {
  draft.ops.push({ op: 'kill', id: draft.id, proc: process.proc });
  draft.model.kill(process);
};

export const flush = (draft: Draft, file: LiteFile, thread: number, hand: Hand = file.hand): void => {
  draft.ops.push({ op: 'flush', ...who(draft, thread, hand) });
  draft.model.flush(file);
};

/** The thread leaves, by ioctl or by ending. */
export const leave = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops, model } = draft;
  const { process, index } = thread;
  if (draft.full && index !== 0 && dice.chance(30)) {
    ops.push({ op: 'exit_task', id: draft.id, proc: process.proc, thread: index });
    process.ended.push(index);
    // Its driver thread stays, and nobody speaks for it any more (THR-49).
    for (const other of [...process.files, ...process.held]) {
      const at = other.threads.findIndex(each => each.index === index && each.process === process);
      if (at >= 0) other.threads.splice(at, 1);
    }
    return;
  }
  ops.push({ op: 'ioctl', ...by(draft, thread), cmd: 'BINDER_THREAD_EXIT' });
  model.exitThread(thread);
};

/** A signal for a parked thread; answers false where none is parked. */
export const signal = (draft: Draft): boolean => {
  const { dice, model, ops } = draft;
  if (model.files.length === 0) return false;
  const file = dice.pick(model.files);
  for (const thread of file.threads) {
    if (thread.parked === 0) continue;
    ops.push({ op: 'signal', id: draft.id, proc: thread.process.proc, thread: thread.index });
    leaveRead(thread);
    return true;
  }
  return false;
};

/** Closes a file whose threads are all parked, from a thread that is not: its readers return. */
export const unpark = (draft: Draft): void => {
  const file = draft.dice.pick(draft.model.files);
  if (file.open) close(draft, file, JANITOR);
  else unmap(draft, file, JANITOR);
};

const someHandle = (draft: Draft, file: LiteFile): HandleRef =>
  file.refs.length === 0 ? draft.dice.below(3) : draft.handle(draft.dice.pick(file.refs));

/** The file's first own node becomes the context manager. */
export const becomeManager = (draft: Draft, thread: LiteThread): void => {
  const { file } = thread;
  draft.ops.push({ op: 'ioctl', ...by(draft, thread), cmd: 'BINDER_SET_CONTEXT_MGR' });
  draft.model.manage(file, file.node(0));
  thread.fresh = false;
};

/** The process wants to know when its oneways are suspected. */
export const enableDetection = (draft: Draft, thread: LiteThread): void => {
  const at = by(draft, thread);
  draft.ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION', arg: { enable: 1 } });
  thread.fresh = false;
};

/** An ioctl with a good argument. */
export const ioctl = (draft: Draft, thread: LiteThread): void => {
  const { dice, model, ops } = draft;
  const { file } = thread;
  const at = by(draft, thread);
  thread.fresh = false;
  switch (dice.below(draft.full ? 9 : 4)) {
    case 0:
      ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_VERSION' });
      return;
    case 1:
      ops.push({
        op: 'ioctl',
        ...at,
        cmd: 'BINDER_SET_MAX_THREADS',
        arg: { value: dice.pick([0, 1, 1, 2, 15, 0xffffffff]) },
      });
      return;
    case 2:
      if (dice.chance(40)) {
        const node = file.node(dice.below(4));
        const arg = {
          type: dice.chance(90) ? 0x73622a85 : 0x1234,
          flags: dice.pick([0, 0x100, 0x105]),
          ptr: node.ptr,
          cookie: node.cookie,
        };
        ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_SET_CONTEXT_MGR_EXT', arg });
        model.manage(file, node);
        return;
      }
      becomeManager(draft, thread);
      return;
    case 3:
    case 4:
      // The first slice answers for these as well, so it asks for them less.
      if (!draft.full) ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_VERSION' });
      else ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_GET_EXTENDED_ERROR' });
      return;
    case 5:
      ops.push({
        op: 'ioctl',
        ...at,
        cmd: 'BINDER_GET_NODE_DEBUG_INFO',
        arg: { ptr: dice.pick([0, 15, 16, 32, 48, 200]) },
      });
      return;
    case 6: {
      const handle = someHandle(draft, file);
      ops.push({
        op: 'ioctl',
        ...at,
        cmd: 'BINDER_GET_NODE_INFO_FOR_REF',
        arg: dice.chance(90) ? { handle } : { handle, dirty: 1 },
      });
      return;
    }
    case 7:
      ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_ENABLE_ONEWAY_SPAM_DETECTION', arg: { enable: dice.below(3) } });
      return;
    default:
      ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_GET_EXTENDED_ERROR' });
  }
};

/** Freezes, thaws, or asks. Frozen files are thawed sooner than others are frozen. */
export const freeze = (draft: Draft, thread: LiteThread): void => {
  const { dice, model, ops } = draft;
  const frozen = model.files.find(each => each.frozen);
  const other = frozen !== undefined && dice.chance(55) ? frozen : dice.pick(model.files);
  const stranger = dice.chance(5);
  const target = stranger ? { pid: 999999 } : { proc: other.process.proc };
  const at = by(draft, thread);
  thread.fresh = false;
  if (dice.chance(35)) {
    ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_GET_FROZEN_INFO', arg: { target } });
    return;
  }
  const enable = other.frozen && dice.chance(70) ? 0 : 1;
  ops.push({ op: 'ioctl', ...at, cmd: 'BINDER_FREEZE', arg: { target, enable, timeoutMs: 0 } });
  if (stranger) return;
  for (const each of other.process.files) {
    each.frozen = enable === 1 && each.inbox.length === 0 && each.threads.every(({ stack }) => stack.length === 0);
  }
};

export const poll = (draft: Draft, thread: LiteThread): void => {
  draft.ops.push({ op: 'poll', ...by(draft, thread) });
};

export const nice = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops } = draft;
  const { proc } = thread.process;
  if (dice.chance(55)) ops.push({ op: 'get_nice', id: draft.id, proc, thread: thread.index });
  else
    ops.push({ op: 'set_nice', id: draft.id, proc, thread: thread.index, nice: dice.pick([0, 5, 10, 19, -7, 12, 3]) });
};

export const euid = (draft: Draft, process: LiteProcess): void => {
  draft.ops.push({ op: 'set_euid', id: draft.id, proc: process.proc, euid: draft.dice.pick([0, 0, 1000]) });
};

export const reclaim = (draft: Draft): void => {
  draft.ops.push({ op: 'reclaim', id: draft.id });
};

export const peek = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops } = draft;
  if (draft.scatters) {
    poll(draft, thread);
    return;
  }
  const offset = dice.pick([0, 0, 8, 24, 64, 128, 4096, 4088, 8192]);
  ops.push({ op: 'peek', ...by(draft, thread), offset, length: dice.pick([8, 16, 32, 64]) });
};

export const nonblock = (draft: Draft, thread: LiteThread): void => {
  const { file } = thread;
  file.nonblock = !file.nonblock;
  draft.ops.push({ op: 'set_nonblock', ...by(draft, thread), nonblock: file.nonblock });
};

/** Write and read buffers that end at an unmapped page, and consumed counts that do not start at zero. */
export const limits = (draft: Draft, thread: LiteThread): void => {
  const { dice, ops, model } = draft;
  const at = by(draft, thread);
  const command: CommandSpec | undefined = dice.chance(50) ? free(draft, thread, 1) : oneway(draft, thread, 1);
  const write: CommandSpec[] = command === undefined ? [{ bc: 'BC_EXIT_LOOPER' }] : [{ bc: 'BC_EXIT_LOOPER' }, command];
  const read: Extract<Op, { op: 'write_read' }>['read'] = dice.chance(60)
    ? { size: 256, limit: dice.pick([0, 2, 4, 8, 20, 24, 40, 68, 72, 100]) }
    : { size: 256, consumed: dice.pick([4, 8, 8, 180, 256, 300]) };
  thread.fresh = false;
  const parks = !thread.file.nonblock && !thread.ready && thread.inbox.length === 0 && thread.file.inbox.length === 0;
  switch (dice.below(parks ? 1 : 3)) {
    case 0:
      ops.push(
        exchange(at, {
          write,
          writeLimit: dice.pick([0, 2, 4, 6, 8, 12, 40, 72]),
          // A write that fails forgets what was read before (WR-06).
          read: parks ? undefined : { size: 256, consumed: 8 },
        }),
      );
      if (!parks) break;
      return;
    case 1:
      ops.push(exchange(at, { read }));
      break;
    default:
      ops.push(exchange(at, { write, read }));
  }
  model.read(thread, at.id, 256);
};

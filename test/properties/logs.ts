/** Logs that show what generated sequences show seldom. Process 0 is the manager; nobody waits in a read. */
import type { CommandSpec, HandleRef, ObjectSpec, Op } from '../../abi/op.ts';

const who = (id: number, proc: number) => ({ id, proc, thread: 0, fd: 0 });

/** Open files of processes 0 to `processes` - 1, each with 1 MiB mapped, and the manager. Ids from 1. */
const opened = (processes: number): Op[] => {
  const ops: Op[] = [];
  for (let proc = 0; proc < processes; proc++) {
    ops.push({ op: 'open', ...who(ops.length + 1, proc), nonblock: true });
    ops.push({ op: 'mmap', ...who(ops.length + 1, proc), size: 1 << 20 });
  }
  ops.push({ op: 'ioctl', ...who(ops.length + 1, 0), cmd: 'BINDER_SET_CONTEXT_MGR' });
  return ops;
};

const call = (target: HandleRef, object?: ObjectSpec, flags = 0): CommandSpec => ({
  bc: 'BC_TRANSACTION',
  target,
  code: 1,
  flags,
  message: object === undefined ? { size: 0 } : { size: 24, objects: [object] },
});

const own = (ptr: number): ObjectSpec => ({ type: 'BINDER', at: 0, ptr, cookie: ptr + 1 });
const passed = (of: number): ObjectSpec => ({ type: 'HANDLE', at: 0, handle: { of } });

/** A log in the making: what each process writes in turn, and then reads. */
class Log {
  readonly ops: Op[];

  constructor(processes: number) {
    this.ops = opened(processes);
  }

  /** Answers the id. */
  writes(proc: number, ...write: CommandSpec[]): number {
    const id = this.ops.length + 1;
    this.ops.push({ op: 'write_read', ...who(id, proc), write, read: { size: 4096 } });
    return id;
  }

  freezes(proc: number): void {
    const arg = { target: { proc }, enable: 1, timeoutMs: 0 };
    this.ops.push({ op: 'ioctl', ...who(this.ops.length + 1, 0), cmd: 'BINDER_FREEZE', arg });
  }

  kills(proc: number): void {
    this.ops.push({ op: 'kill', id: this.ops.length + 1, proc });
  }
}

/** 1 calls the manager, which calls 2, which calls 1: a nested call over two. */
export const deepNesting = (): readonly Op[] => {
  const log = new Log(3);
  const ENTER: CommandSpec = { bc: 'BC_ENTER_LOOPER' };
  for (const proc of [0, 1, 2]) log.writes(proc, ENTER);
  const offered = log.writes(2, call(0, own(16), 1));
  log.writes(0);
  const asked = log.writes(1, call(0, own(32)));
  log.writes(0);
  const forwarded = log.writes(0, call({ of: offered }, passed(asked)));
  log.writes(2);
  log.writes(2, call({ of: forwarded }));
  log.writes(1);
  return log.ops;
};

/** The manager clears a registration between the death and its acknowledgement. */
export const earlyClear = (): readonly Op[] => {
  const log = new Log(2);
  log.writes(0, { bc: 'BC_ENTER_LOOPER' });
  const offered = log.writes(1, call(0, own(16), 1));
  log.writes(0);
  log.writes(0, { bc: 'BC_REQUEST_DEATH_NOTIFICATION', handle: { of: offered }, cookie: 5 });
  log.kills(1);
  log.writes(0);
  log.writes(0, { bc: 'BC_CLEAR_DEATH_NOTIFICATION', handle: { of: offered }, cookie: 5 });
  log.writes(0, { bc: 'BC_DEAD_BINDER_DONE', cookie: 5 });
  return log.ops;
};

/** The manager calls a process that was frozen when it died. */
export const frozenAndGone = (): readonly Op[] => {
  const log = new Log(2);
  log.writes(0, { bc: 'BC_ENTER_LOOPER' });
  const offered = log.writes(1, call(0, own(16), 1));
  log.writes(0);
  log.freezes(1);
  log.kills(1);
  log.writes(0, call({ of: offered }));
  log.ops.push({ op: 'ioctl', ...who(log.ops.length + 1, 0), cmd: 'BINDER_GET_EXTENDED_ERROR', arg: {} });
  return log.ops;
};

/** More oneways than fit in half of a mapping. */
export const flood = (): readonly Op[] => {
  const log = new Log(2);
  const oneway: CommandSpec = { bc: 'BC_TRANSACTION', target: 0, code: 1, flags: 1, message: { size: 2048 } };
  for (let sent = 0; sent < 300; sent += 50) log.writes(1, ...Array.from({ length: 50 }, () => oneway));
  return log.ops;
};

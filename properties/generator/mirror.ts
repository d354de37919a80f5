/**
 * A cheap mutable mirror of the driver, just exact enough to choose ops that mean something: who is open, who is parked,
 * which message lies where, who holds which node under which symbolic name.
 *
 * It is no oracle. Where it is wrong an op is merely less interesting than intended, or inapplicable and dropped.
 */
import { deliver, direct, dispatch, fail, leaveRead } from './hand-over.ts';
import { align8, announce, LiteFile, LiteMessage, LiteProcess, removeFrom, rouse } from './lite.ts';
import type { Hand, LiteThread } from './lite.ts';
import type { LiteNode, LiteRef, LiteSlot } from './lite-node.ts';

/** The whole system. */
export class ModelLite {
  processes: LiteProcess[] = [];
  files: LiteFile[] = [];
  managers: (LiteNode | undefined)[] = [];
  nextProc = 0;
  nextCookie = 1;

  openProcess(): LiteProcess {
    return this.processes[this.processes.push(new LiteProcess(this.nextProc++)) - 1] as LiteProcess;
  }

  openFile(process: LiteProcess, device: number, nonblock: boolean): LiteFile {
    const file = new LiteFile(process, process.nextFd++, device, nonblock);
    process.files.push(file);
    this.files.push(file);
    return file;
  }

  map(file: LiteFile, size: number): void {
    if (!file.everMapped) file.arena = size;
    file.everMapped = true;
  }

  unmap(file: LiteFile): void {
    if (!file.open) this.release(file);
    file.arena = 0;
  }

  /** Sends a message; answers whether it was accepted, as far as the mirror can tell. */
  send(
    thread: LiteThread,
    of: number,
    cmd: number,
    node: LiteNode | undefined,
    flags: number,
    size: number,
    slots: readonly LiteSlot[],
    good = true,
  ): boolean {
    if (thread.error) return false;
    const oneway = (flags & 1) !== 0;
    const { top } = thread;
    const busy = !oneway && top !== undefined && top.from === thread;
    const to = node?.owner;
    const bytes = align8(size) + slots.length * 8 || 8;
    if (
      to === undefined ||
      !good ||
      busy ||
      !to.alive ||
      bytes > to.arena - to.used ||
      (oneway && bytes > to.arena / 2 - to.asyncUsed) ||
      (to.frozen && !oneway) ||
      (!oneway && to.process === thread.file.process && node === this.managers[to.device])
    ) {
      thread.ready = true;
      thread.error = true;
      return false;
    }
    to.used += bytes;
    if (oneway) to.asyncUsed += bytes;
    announce(thread.file, slots);
    const message = new LiteMessage(of, cmd, oneway ? undefined : thread, to, node, flags, false, bytes, slots);
    if (oneway) {
      thread.ready = true;
      const target = node as LiteNode;
      if (target.busy) target.oneways.push(message);
      else {
        target.busy = true;
        dispatch(message);
      }
      return true;
    }
    thread.stack.push(message);
    for (let at = thread.stack.length - 2; at >= 0; at--) {
      const from = thread.stack[at]?.from;
      if (from !== undefined && from !== thread && from.file === to) {
        direct(from, message);
        return true;
      }
    }
    dispatch(message);
    return true;
  }

  /** Answers the call on top of the thread's stack. */
  reply(
    thread: LiteThread,
    of: number,
    cmd: number,
    flags: number,
    size: number,
    slots: readonly LiteSlot[],
    good = true,
  ): boolean {
    if (thread.error) return false;
    thread.ready = true;
    const { top } = thread;
    if (top === undefined || top.from === thread) {
      thread.error = true;
      return false;
    }
    thread.stack.pop();
    const caller = top.from;
    if (caller === undefined) return false;
    const to = caller.file;
    const bytes = align8(size) + slots.length * 8 || 8;
    if (!good || !to.alive || bytes > to.arena - to.used) {
      thread.error = true;
      fail(caller, top);
      return false;
    }
    to.used += bytes;
    announce(thread.file, slots);
    direct(caller, new LiteMessage(of, cmd, undefined, to, undefined, flags, true, bytes, slots));
    return true;
  }

  /** The read half of a write_read: takes what there is, or parks. */
  read(thread: LiteThread, op: number, size: number): void {
    const { file } = thread;
    const room = size >= 80 || size < 4;
    const idle = thread.stack.length === 0 && thread.inbox.length === 0 && !thread.ready;
    const any = thread.ready || thread.fresh;
    const deferredOnly = !any && thread.inbox.length === 0;
    if (deferredOnly && !(idle && (file.inbox.length > 0 || file.work > 0))) {
      if (file.nonblock) return;
      thread.parked = op;
      thread.parkedSize = size;
      if (idle) file.waiting.push(thread);
      return;
    }
    if (!room) return;
    thread.ready = false;
    thread.error = false;
    const message = thread.inbox.shift();
    if (message !== undefined) {
      deliver(thread, message);
      return;
    }
    if (!idle) return;
    if (file.work > 0) file.work--;
    const next = file.inbox.shift();
    if (next !== undefined) deliver(thread, next);
  }

  /** A buffer is freed: its counts go and the next oneway moves up. */
  free(file: LiteFile, message: LiteMessage): void {
    removeFrom(file.buffers, message);
    file.used -= message.size;
    if (message.oneway) file.asyncUsed -= message.size;
    for (const { node, strong } of message.slots) {
      if (node === undefined || node.owner === file) continue;
      for (const ref of file.refs) {
        if (ref.node !== node) continue;
        if (strong) ref.strongInBuffers--;
        else ref.weakInBuffers--;
        this.dropIfGone(file, ref);
        break;
      }
    }
    const { node } = message;
    if (message.oneway && node !== undefined) {
      const next = node.oneways.shift();
      if (next === undefined) node.busy = false;
      else dispatch(next);
    }
  }

  /** Forgets a ref without counts; its owner has something to read. */
  dropIfGone(file: LiteFile, ref: LiteRef): void {
    if (ref.gone) {
      removeFrom(file.refs, ref);
      this.releaseIfUnheld(ref.node);
    }
  }

  /** An owner that acknowledged everything is told when nobody holds its node any more. */
  releaseIfUnheld(node: LiteNode): void {
    if (!node.announced || node.owes !== 0 || !node.owner.alive) return;
    for (const file of this.files) for (const ref of file.refs) if (ref.node === node) return;
    node.announced = false;
    this.wake(node.owner);
  }

  /** Work for any thread of a file. */
  wake(file: LiteFile): void {
    const thread = file.waiting.pop();
    if (thread === undefined) {
      file.work++;
      rouse(file);
    } else thread.parked = 0;
  }

  /** The thread leaves the driver: BINDER_THREAD_EXIT. */
  exitThread(thread: LiteThread): void {
    for (let at = thread.stack.length - 1; at >= 0; at--) {
      const message = thread.stack[at] as LiteMessage;
      if (message.from === thread) message.from = undefined;
      else if (at === thread.stack.length - 1 && message.from !== undefined) fail(message.from, message);
    }
    for (const message of thread.inbox) if (message.from !== undefined) fail(message.from, message);
    leaveRead(thread);
    thread.reset();
  }

  /** Every thread of the file returns from its read. */
  flush(file: LiteFile): void {
    for (const thread of file.threads) {
      if (thread.parked !== 0 && !thread.asleep) thread.parked = 0;
      else thread.fresh = true;
    }
    file.waiting.length = 0;
    file.age = 0;
  }

  close(file: LiteFile, { process, fd }: Hand): void {
    this.flush(file);
    file.leave(process);
    if (process !== file.process) process.closed.push(fd);
    if (!file.open && file.arena === 0) this.release(file);
  }

  /** The file's node becomes the context manager, unless its device has one. */
  manage(file: LiteFile, node: LiteNode): void {
    if (this.managers[file.device] !== undefined) return;
    this.managers[file.device] = node;
    file.managerNode = node;
  }

  /** The driver forgets the file. */
  release(file: LiteFile): void {
    if (!file.alive) return;
    file.alive = false;
    file.ownOpen = false;
    for (const { process } of file.holders) removeFrom(process.held, file);
    file.holders = [];
    file.arena = 0;
    removeFrom(this.files, file);
    removeFrom(file.process.files, file);
    if (this.managers[file.device]?.owner === file) this.managers[file.device] = undefined;
    for (const thread of file.threads) this.exitThread(thread);
    for (const message of file.inbox) if (message.from !== undefined) fail(message.from, message);
    for (const other of this.files) {
      for (const ref of other.refs) {
        if (ref.node.owner !== file || ref.death === 0) continue;
        other.deaths.push(ref.death);
        this.wake(other);
      }
    }
  }

  kill(process: LiteProcess): void {
    process.alive = false;
    removeFrom(this.processes, process);
    for (const file of [...process.files, ...process.held]) {
      file.leave(process);
      if (file.process === process) file.arena = 0;
      if (!file.open && file.arena === 0) this.release(file);
      else this.flush(file);
    }
  }
}

/**
 * A cheap mutable mirror of the driver, just exact enough to choose ops that mean something: who is open, who is parked,
 * which message lies where, who holds which node under which symbolic name.
 *
 * It is no oracle. Where it is wrong an op is merely less interesting than intended, or inapplicable and dropped.
 */

/** A node that its owner sends about; the slot in the owner's table outlives the driver's own node. */
export class LiteNode {
  readonly owner: LiteFile;
  readonly ptr: number;
  readonly cookie: number;
  /** Made with the flag that lets descriptors in. */
  takesFds = false;
  /** The owner was told of references. */
  announced = false;
  /** Acknowledgements that the owner owes: 1 BC_INCREFS_DONE, 2 BC_ACQUIRE_DONE. */
  owes = 0;
  oneways: LiteMessage[] = [];
  busy = false;

  constructor(owner: LiteFile, ptr: number, cookie: number) {
    this.owner = owner;
    this.ptr = ptr;
    this.cookie = cookie;
  }
}

/** What a process holds on somebody's node, with the name under which a log can say so. */
export class LiteRef {
  readonly node: LiteNode;
  /** The message that carried it, as `{ of, cmd, slot }`; `of` -1 means handle 0. */
  of: number;
  cmd: number;
  slot: number;
  strong = 0;
  weak = 0;
  /** Counts held by unfreed buffers. */
  strongInBuffers = 0;
  weakInBuffers = 0;
  /** Cookie of the death registration; 0 for none. */
  death = 0;

  constructor(node: LiteNode, of: number, cmd: number, slot: number) {
    this.node = node;
    this.of = of;
    this.cmd = cmd;
    this.slot = slot;
  }

  get callable(): boolean {
    return this.strong + this.strongInBuffers > 0;
  }

  get gone(): boolean {
    return this.strong + this.weak + this.strongInBuffers + this.weakInBuffers <= 0;
  }
}

/** What an object slot of a message is: a node for the receiver, a descriptor, or nothing to refer to. */
export interface LiteSlot {
  readonly node: LiteNode | undefined;
  readonly strong: boolean;
}

export const NO_SLOTS: readonly LiteSlot[] = [];

/** A call, oneway or reply under way, on a stack, or in an unfreed buffer. */
export class LiteMessage {
  readonly of: number;
  readonly cmd: number;
  /** The thread that waits for the answer. */
  from: LiteThread | undefined;
  readonly to: LiteFile;
  readonly node: LiteNode | undefined;
  readonly oneway: boolean;
  readonly reply: boolean;
  readonly size: number;
  readonly slots: readonly LiteSlot[];
  readonly flags: number;

  constructor(
    of: number,
    cmd: number,
    from: LiteThread | undefined,
    to: LiteFile,
    node: LiteNode | undefined,
    flags: number,
    reply: boolean,
    size: number,
    slots: readonly LiteSlot[],
  ) {
    this.of = of;
    this.cmd = cmd;
    this.from = from;
    this.to = to;
    this.node = node;
    this.flags = flags;
    this.oneway = !reply && (flags & 1) !== 0;
    this.reply = reply;
    this.size = size;
    this.slots = slots;
  }
}

/** Looper bits as the driver prints them. */
export const REGISTERED = 1;
export const ENTERED = 2;

/** A driver thread: one native thread on one open file. */
export class LiteThread {
  readonly file: LiteFile;
  readonly index: number;
  /** The op that parked it; 0 while it is not parked. */
  parked = 0;
  parkedSize = 0;
  /** No ioctl yet: the first read does not block. */
  fresh = true;
  looper = 0;
  stack: LiteMessage[] = [];
  inbox: LiteMessage[] = [];
  /** Something waits that ends a read: a completion of a oneway, an error. */
  ready = false;
  /** A failed command holds up all writing until the error is read. */
  error = false;

  constructor(file: LiteFile, index: number) {
    this.file = file;
    this.index = index;
  }

  get top(): LiteMessage | undefined {
    return this.stack[this.stack.length - 1];
  }
}

/** Nodes that a file sends about. */
export const NODE_SLOTS = 6;

/** One open file of a process, and its mapping. */
export class LiteFile {
  readonly process: LiteProcess;
  readonly fd: number;
  readonly device: number;
  nonblock: boolean;
  /** The descriptor is open. */
  open = true;
  /** The driver's state behind it exists. */
  alive = true;
  /** Managed bytes; 0 when never mapped or unmapped. */
  arena = 0;
  everMapped = false;
  used = 0;
  asyncUsed = 0;
  frozen = false;
  threads: LiteThread[] = [];
  waiting: LiteThread[] = [];
  inbox: LiteMessage[] = [];
  /** Node and death work for any thread. */
  work = 0;
  /** Delivered and not freed. */
  buffers: LiteMessage[] = [];
  refs: LiteRef[] = [];
  nodes: (LiteNode | undefined)[] = [];
  managerNode: LiteNode | undefined;
  /** Cookies of delivered deaths. */
  deaths: number[] = [];

  constructor(process: LiteProcess, fd: number, device: number, nonblock: boolean) {
    this.process = process;
    this.fd = fd;
    this.device = device;
    this.nonblock = nonblock;
  }

  /** The node in slot `at` of this file's own table. */
  node(at: number): LiteNode {
    const ptr = 16 + 16 * at;
    return (this.nodes[at] ??= new LiteNode(this, ptr, ptr + 1));
  }

  thread(index: number): LiteThread {
    for (const thread of this.threads) if (thread.index === index) return thread;
    const thread = new LiteThread(this, index);
    this.threads.push(thread);
    return thread;
  }
}

/** A process of the log. */
export class LiteProcess {
  readonly proc: number;
  files: LiteFile[] = [];
  nextFd = 0;
  nextThread = 1;
  /** Native threads that ended. */
  ended: number[] = [];
  alive = true;

  constructor(proc: number) {
    this.proc = proc;
  }

  /** A native thread that is not parked: the main thread, else a new one. */
  awake(): number {
    for (const file of this.files) {
      for (const thread of file.threads) if (thread.index === 0 && thread.parked !== 0) return this.nextThread++;
    }
    return 0;
  }
}

const align8 = (size: number): number => (size + 7) & ~7;

const removeFrom = <Item>(items: Item[], item: Item): void => {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
};

/** Own nodes that go out for the first time are told to their owner, who has to acknowledge. */
const announce = (file: LiteFile, slots: readonly LiteSlot[]): void => {
  for (const { node, strong } of slots) {
    if (node === undefined || node.owner !== file || node.announced || file.managerNode === node) continue;
    node.announced = true;
    node.owes = strong ? 3 : 1;
  }
};

/** The whole system. */
export class ModelLite {
  processes: LiteProcess[] = [];
  files: LiteFile[] = [];
  managers: (LiteNode | undefined)[] = [];
  nextProc = 0;
  nextCookie = 1;

  openProcess(): LiteProcess {
    const process = new LiteProcess(this.nextProc++);
    this.processes.push(process);
    return process;
  }

  openFile(process: LiteProcess, device: number, nonblock: boolean): LiteFile {
    const file = new LiteFile(process, process.nextFd++, device, nonblock);
    process.files.push(file);
    this.files.push(file);
    return file;
  }

  map(file: LiteFile, size: number): void {
    if (file.everMapped) return;
    file.everMapped = true;
    file.arena = size;
  }

  unmap(file: LiteFile): void {
    file.arena = 0;
    if (!file.open) this.release(file);
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
        this.#dispatch(message);
      }
      return true;
    }
    thread.stack.push(message);
    for (let at = thread.stack.length - 2; at >= 0; at--) {
      const from = thread.stack[at]?.from;
      if (from !== undefined && from !== thread && from.file === to) {
        this.#direct(from, message);
        return true;
      }
    }
    this.#dispatch(message);
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
      this.#fail(caller, top);
      return false;
    }
    to.used += bytes;
    announce(thread.file, slots);
    this.#direct(caller, new LiteMessage(of, cmd, undefined, to, undefined, flags, true, bytes, slots));
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
      this.#deliver(thread, message);
      return;
    }
    if (!idle) return;
    if (file.work > 0) file.work--;
    const next = file.inbox.shift();
    if (next !== undefined) this.#deliver(thread, next);
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
      else this.#dispatch(next);
    }
  }

  /** Forgets a ref without counts; its owner has something to read. */
  dropIfGone(file: LiteFile, ref: LiteRef): void {
    if (!ref.gone) return;
    removeFrom(file.refs, ref);
    this.releaseIfUnheld(ref.node);
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
    if (thread === undefined) file.work++;
    else thread.parked = 0;
  }

  /** The thread leaves the driver: BINDER_THREAD_EXIT. */
  exitThread(thread: LiteThread): void {
    for (let at = thread.stack.length - 1; at >= 0; at--) {
      const message = thread.stack[at] as LiteMessage;
      if (message.from === thread) message.from = undefined;
      else if (at === thread.stack.length - 1 && message.from !== undefined) this.#fail(message.from, message);
    }
    for (const message of thread.inbox) if (message.from !== undefined) this.#fail(message.from, message);
    this.unpark(thread);
    thread.stack = [];
    thread.inbox = [];
    thread.ready = false;
    thread.error = false;
    thread.fresh = true;
    thread.looper = 0;
  }

  unpark(thread: LiteThread): void {
    if (thread.parked === 0) return;
    thread.parked = 0;
    removeFrom(thread.file.waiting, thread);
  }

  /** Every thread of the file returns from its read. */
  flush(file: LiteFile): void {
    for (const thread of file.threads) {
      if (thread.parked !== 0) thread.parked = 0;
      else thread.fresh = true;
    }
    file.waiting.length = 0;
  }

  close(file: LiteFile): void {
    this.flush(file);
    file.open = false;
    if (file.arena === 0) this.release(file);
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
    file.open = false;
    file.arena = 0;
    removeFrom(this.files, file);
    removeFrom(file.process.files, file);
    if (this.managers[file.device]?.owner === file) this.managers[file.device] = undefined;
    for (const thread of file.threads) this.exitThread(thread);
    for (const message of file.inbox) if (message.from !== undefined) this.#fail(message.from, message);
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
    for (const file of [...process.files]) this.release(file);
  }

  /** The ref of a file on a node; made when missing. */
  ref(file: LiteFile, node: LiteNode, of: number, cmd: number, slot: number): LiteRef {
    for (const ref of file.refs) {
      if (ref.node !== node) continue;
      if (of >= 0 && ref.of >= 0) {
        ref.of = of;
        ref.cmd = cmd;
        ref.slot = slot;
      }
      return ref;
    }
    const ref = new LiteRef(node, of, cmd, slot);
    file.refs.push(ref);
    return ref;
  }

  #dispatch(message: LiteMessage): void {
    const { to } = message;
    const thread = to.waiting.pop();
    if (thread === undefined) {
      to.inbox.push(message);
      return;
    }
    thread.parked = 0;
    if (thread.parkedSize >= 80 || thread.parkedSize < 4) this.#deliver(thread, message);
    else thread.inbox.push(message);
  }

  #direct(thread: LiteThread, message: LiteMessage): void {
    if (thread.parked === 0) {
      thread.inbox.push(message);
      return;
    }
    this.unpark(thread);
    if (thread.parkedSize >= 80 || thread.parkedSize < 4) this.#deliver(thread, message);
    else thread.inbox.push(message);
  }

  #deliver(thread: LiteThread, message: LiteMessage): void {
    const { file } = thread;
    file.buffers.push(message);
    if (message.reply) thread.stack.pop();
    else if (!message.oneway) thread.stack.push(message);
    const { slots } = message;
    for (let slot = 0; slot < slots.length; slot++) {
      const { node, strong } = slots[slot] as LiteSlot;
      if (node === undefined || node.owner === file) continue;
      const ref = this.ref(file, node, message.of, message.cmd, slot);
      if (strong) ref.strongInBuffers++;
      else ref.weakInBuffers++;
    }
  }

  #fail(caller: LiteThread, message: LiteMessage): void {
    message.from = undefined;
    removeFrom(caller.stack, message);
    caller.ready = true;
    this.unpark(caller);
  }
}

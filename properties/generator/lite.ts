/** What the generator's mirror is made of: processes, open files, threads, messages, nodes and refs, cut to the bone. */
import { LiteNode, LiteRef, type LiteSlot } from './lite-node.ts';

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

/** A descriptor: a process and its number for an open file. */
export interface Hand {
  readonly process: LiteProcess;
  readonly fd: number;
}

/** A driver thread: one native thread on one open file, of the process that opened it or of one that holds it. */
export class LiteThread implements Hand {
  readonly file: LiteFile;
  readonly index: number;
  readonly process: LiteProcess;
  /** The descriptor by which it uses the file. */
  readonly fd: number;
  /** The op that parked it; 0 while it is not parked. */
  parked = 0;
  parkedSize = 0;
  /** What parked it is epoll_wait. */
  asleep = false;
  /** The file is in the epoll set of the native thread. */
  polls = false;
  /** No ioctl yet: the first read does not block. */
  fresh = true;
  looper = 0;
  stack: LiteMessage[] = [];
  inbox: LiteMessage[] = [];
  /** Something waits that ends a read: a completion of a oneway, an error. */
  ready = false;
  /** A failed command holds up all writing until the error is read. */
  error = false;

  constructor(file: LiteFile, index: number, { process, fd }: Hand) {
    this.file = file;
    this.index = index;
    this.process = process;
    this.fd = fd;
  }

  /** Its process did not open the file. */
  get foreign(): boolean {
    return this.process !== this.file.process;
  }

  /** As if it had never been in the driver. */
  reset(): void {
    this.stack = [];
    this.inbox = [];
    this.ready = false;
    this.error = false;
    this.fresh = true;
    this.looper = 0;
  }

  get top(): LiteMessage | undefined {
    return this.stack.at(-1);
  }
}

const NOBODY: readonly Hand[] = [];

/** Nodes that a file sends about. */
export const NODE_SLOTS = 6;

/** One open file of a process, and its mapping. */
export class LiteFile {
  readonly process: LiteProcess;
  readonly fd: number;
  readonly device: number;
  nonblock: boolean;
  /** The opener's descriptor is open. */
  ownOpen = true;
  /** Descriptors that other processes have. */
  holders: readonly Hand[] = NOBODY;
  /** The driver's state behind it exists. */
  alive = true;
  /** Managed bytes; 0 when never mapped or unmapped. */
  arena = 0;
  everMapped = false;
  used = 0;
  asyncUsed = 0;
  frozen = false;
  /** Steps since every reader of it was last known to be out of the driver. */
  age = 0;
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
    // The last one differs from the first in the upper half of its pointer only (OBJ-09).
    const ptr = at === NODE_SLOTS - 1 ? 0x1_0000_0010 : 16 + 16 * at;
    return (this.nodes[at] ??= new LiteNode(this, ptr, ptr + 1));
  }

  /** Somebody has a descriptor. */
  get open(): boolean {
    return this.ownOpen || this.holders.length > 0;
  }

  /** A descriptor by which it can be used: the opener's while that is open. */
  get hand(): Hand {
    return this.ownOpen ? this : (this.holders[0] ?? this);
  }

  /** The record of a native thread of the opener, or of a holder. */
  thread(index: number, hand: Hand = this): LiteThread {
    for (const thread of this.threads) if (thread.index === index && thread.process === hand.process) return thread;
    const thread = new LiteThread(this, index, hand);
    this.threads.push(thread);
    return thread;
  }

  /** Another process gets a descriptor. */
  give(process: LiteProcess, fd: number): Hand {
    const hand = { process, fd };
    this.holders = [...this.holders, hand];
    process.held.push(this);
    return hand;
  }

  /** A process has no descriptor any more; nobody speaks for its threads here. */
  leave(process: LiteProcess): void {
    if (process === this.process) this.ownOpen = false;
    else {
      this.holders = this.holders.filter(hand => hand.process !== process);
      removeFrom(process.held, this);
    }
    if (this.threads.every(thread => thread.process !== process)) return;
    this.threads = this.threads.filter(thread => thread.process !== process);
    this.waiting = this.waiting.filter(thread => thread.process !== process);
  }

  /** The ref on a node; made when missing. */
  ref(node: LiteNode, of: number, cmd: number, slot: number): LiteRef {
    for (const ref of this.refs) {
      if (ref.node !== node) continue;
      if (of >= 0 && ref.of >= 0) {
        ref.of = of;
        ref.cmd = cmd;
        ref.slot = slot;
      }
      return ref;
    }
    const ref = new LiteRef(node, of, cmd, slot);
    this.refs.push(ref);
    return ref;
  }
}

/** A native thread that never reads, so that it is never parked: it opens, maps, closes and flushes where others may be. */
export const JANITOR = 90;

/** A process of the log. */
export class LiteProcess {
  readonly proc: number;
  files: LiteFile[] = [];
  /** Files of others that it has a descriptor of. */
  held: LiteFile[] = [];
  /** Numbers of descriptors of others' files that it closed. */
  closed: number[] = [];
  nextFd = 0;
  nextThread = 1;
  /** Native threads that ended. */
  ended: number[] = [];
  /** It may run out of descriptors. */
  limited = false;
  alive = true;

  constructor(proc: number) {
    this.proc = proc;
  }
}

/** Rounds up to a multiple of 8. */
export const align8 = (size: number): number => (size + 7) & ~7;

/** Removes one item, if it is there. */
export const removeFrom = <Item>(items: Item[], item: Item): void => {
  const at = items.indexOf(item);
  if (at >= 0) items.splice(at, 1);
};

/** Nobody reads, so everybody who sleeps in epoll for the file gets up. */
export const rouse = (file: LiteFile): void => {
  for (const thread of file.threads) {
    if (!thread.asleep || thread.stack.length > 0) continue;
    thread.asleep = false;
    thread.parked = 0;
  }
};

/** Own nodes that go out for the first time are told to their owner, who has to acknowledge. */
export const announce = (file: LiteFile, slots: readonly LiteSlot[]): void => {
  for (const { node, strong } of slots) {
    if (node === undefined || node.owner !== file || node.announced || file.managerNode === node) continue;
    node.announced = true;
    node.owes = strong ? 3 : 1;
  }
};

/** A sequence in the making: the dice, the mirror, the ops so far, and how ops of one thread are put together. */
import type { CommandSpec, HandleRef, Op } from '../../abi/op.ts';
import type { Dice } from './dice.ts';
import type { Hand, LiteFile, LiteMessage, LiteProcess, LiteThread } from './lite.ts';
import type { LiteRef } from './lite-node.ts';
import { ModelLite } from './mirror.ts';

/** Sizes of a read buffer; the first is the usual one. Edges: READ-01, READ-02, READ-03. */
const ODD_READS = [80, 4, 79, 128, 0, 1, 3, 76, 84, 152, 156, 512] as const;
export const READ_SIZE = 256;

type WriteRead = Extract<Op, { op: 'write_read' }>;

interface Who {
  readonly id: number;
  readonly proc: number;
  readonly thread: number;
  readonly fd: number;
}

/** Who makes the next op: a native thread by number, through the opener's descriptor or another one. */
export const who = (draft: Draft, thread: number, { process, fd }: Hand): Who => ({
  id: draft.id,
  proc: process.proc,
  thread,
  fd,
});

/** The thread makes the next op. */
export const by = (draft: Draft, thread: LiteThread): Who => who(draft, thread.index, thread);

/** A write_read of somebody. All of them have one shape, what is not given undefined: most ops are of this kind. */
export const exchange = (
  { id, proc, thread, fd }: Who,
  { write, read, writeSize, writeConsumed, writeLimit, bad }: Partial<Omit<WriteRead, 'op' | keyof Who>>,
): WriteRead => ({ op: 'write_read', id, proc, thread, fd, write, read, writeSize, writeConsumed, writeLimit, bad });

export class Draft {
  readonly dice: Dice;
  readonly full: boolean;
  readonly devices: number;
  /**
   * Whether this sequence sends scatter-gather pieces; if not, it looks into mappings instead. Never both: stale bytes
   * of a mapping may hold absolute addresses, which differ between targets.
   */
  readonly scatters: boolean;
  /** Whether scripts may look into mappings. */
  looks = true;
  /** Names of features that scripts must do without. */
  off: readonly string[] = [];
  readonly model = new ModelLite();
  readonly ops: Op[] = [];

  constructor(dice: Dice, full: boolean, devices: number) {
    this.dice = dice;
    this.full = full;
    this.devices = devices;
    this.scatters = full && dice.chance(60);
  }

  /** The id that the next op gets. */
  get id(): number {
    return this.ops.length + 1;
  }

  /** The usual read size, one time in twelve an odd one. */
  readSize(): number {
    return this.dice.chance(92) ? READ_SIZE : this.dice.pick(ODD_READS);
  }

  /**
   * One write_read of a thread; `read` undefined for none. The commands took effect on the mirror already; `reads` is
   * false where the write fails before the read begins.
   */
  writeRead(
    thread: LiteThread,
    write: readonly CommandSpec[] | undefined,
    read: number | undefined,
    reads = true,
  ): void {
    const { id } = this;
    const commands = write as CommandSpec[] | undefined;
    if (read === undefined) {
      this.ops.push(exchange(by(this, thread), { write: commands ?? [] }));
    } else {
      this.ops.push(exchange(by(this, thread), { write: commands, read: { size: read } }));
      if (read > 0 && reads) this.model.read(thread, id, read);
    }
    thread.fresh = false;
  }

  /** Whether a write of this thread should carry a read: most do, but not every thread of a file may end up parked. */
  wantsRead(thread: LiteThread): boolean {
    const { file } = thread;
    if (file.nonblock || thread.ready || thread.inbox.length > 0) return this.dice.chance(80);
    const outgoing = thread.top?.from === thread;
    if (outgoing) return this.dice.chance(70);
    if (thread.stack.length > 0) return this.dice.chance(25);
    if (file.inbox.length + file.work > 0) return this.dice.chance(60);
    return this.dice.chance(this.idleThreads(file) > 1 || thread.looper !== 0 ? 40 : 8);
  }

  idleThreads(file: LiteFile): number {
    let count = 0;
    for (const thread of file.threads) if (thread.parked === 0) count++;
    return count;
  }

  /** How a log names the handle that a ref is. */
  handle(ref: LiteRef): HandleRef {
    const { of, cmd, slot } = ref;
    if (of < 0) return 0;
    if (cmd === 0) return slot === 0 ? { of } : { of, slot };
    return slot === 0 ? { of, cmd } : { of, cmd, slot };
  }

  /** How a log names the buffer of a message. */
  buffer(message: LiteMessage): { of: number; cmd?: number } {
    return message.cmd === 0 ? { of: message.of } : { of: message.of, cmd: message.cmd };
  }

  /** A thread of the file that is not parked; a new one where the file allows another. */
  freeThread(file: LiteFile, most = 5): LiteThread | undefined {
    const { threads } = file;
    if (threads.length > 0) {
      const start = this.dice.below(threads.length);
      for (let at = 0; at < threads.length; at++) {
        const thread = threads[(start + at) % threads.length] as LiteThread;
        if (thread.parked === 0) return thread;
      }
    }
    return threads.length < most ? this.newThread(file) : undefined;
  }

  /** A thread that the file has not seen: the main thread first. */
  newThread(file: LiteFile, hand: Hand = file.hand): LiteThread {
    const { process } = hand;
    if (!file.threads.some(thread => thread.process === process) && !this.parkedElsewhere(file, process, 0)) {
      return file.thread(0, hand);
    }
    // Another file's thread of the same process serves as well, and gives several driver threads to one native one.
    for (let index = 0; index < process.nextThread; index++) {
      if (process.ended.includes(index) || this.knows(file, process, index)) continue;
      if (!this.parkedElsewhere(file, process, index)) return file.thread(index, hand);
    }
    return file.thread(process.nextThread++, hand);
  }

  knows(file: LiteFile, process: LiteProcess, index: number): boolean {
    for (const thread of file.threads) if (thread.index === index && thread.process === process) return true;
    return false;
  }

  /** A native thread parked through another file cannot do anything here. */
  parkedElsewhere(file: LiteFile, process: LiteProcess, index: number): boolean {
    return parkedIn(process.files, file, process, index) || parkedIn(process.held, file, process, index);
  }
}

const parkedIn = (files: readonly LiteFile[], but: LiteFile, process: LiteProcess, index: number): boolean => {
  for (const other of files) {
    if (other === but) continue;
    for (const thread of other.threads) {
      if (thread.index === index && thread.parked !== 0 && thread.process === process) return true;
    }
  }
  return false;
};

/** A process that drives the optimised driver with bytes: memory by hand, one thread unless more are asked for. */
import { payloadSize, returnOf } from '../../abi/codec.ts';
import { BC, IOCTL, type BcName } from '../../abi/constants.ts';
import { TRANSACTION_DATA, WRITE_READ } from '../../abi/layout.ts';
import { writeU64 } from '../../abi/u64.ts';
import type { BinderDriver } from '../../impl/driver.ts';
import { FileTable } from '../../impl/files.ts';
import { Memory } from '../../impl/memory.ts';
import type { Process } from '../../impl/process.ts';
import { Task, TaskGroup } from '../../impl/task.ts';

const BASE = 0x10000;
const SIZE = 0x8000;
const WRITE = BASE + 0x1000;
const READ = BASE + 0x2000;
const DATA = BASE + 0x3000;
const OFFSETS = BASE + 0x5000;
const PIECES = BASE + 0x6000;
/** Where every mapping begins. */
export const MAPPING = 0x7000_0000;
/** An address that nobody mapped. */
export const NOWHERE = 8;
/** The end of a user's memory: the first address behind it is unmapped. */
export const END = BASE + SIZE;

const { fields: argument } = WRITE_READ;
const { fields: message } = TRANSACTION_DATA;

/** Everything that a message may say; sizes follow from the bytes. */
export interface Letter {
  readonly target?: number;
  readonly code?: number;
  readonly flags?: number;
  readonly data?: Uint8Array;
  readonly offsets?: readonly number[];
  /** Addresses to name instead of those of `data` and `offsets`, which then are not put anywhere. */
  readonly dataAt?: number;
  readonly offsetsAt?: number;
  /** Bytes at `User.pieces`, for PTR objects; makes the command the SG form. */
  readonly pieces?: Uint8Array;
}

/** One return: its word and where its payload begins in `User.view`. */
export interface Seen {
  readonly br: string;
  readonly at: number;
}

export class User {
  readonly view: DataView;
  readonly bytes = new Uint8Array(SIZE);
  readonly memory: Memory;
  readonly task: Task;
  readonly process: Process;
  readonly pieces = PIECES;
  readonly #driver: BinderDriver;
  #written = 0;

  /** `shared`: an open file that somebody handed to it, in place of one of its own. */
  constructor(
    driver: BinderDriver,
    pid: number,
    nonblock = true,
    arena = 1 << 16,
    files = new FileTable(),
    shared: Process | null = null,
  ) {
    this.memory = new Memory(this.bytes);
    this.memory.map(BASE, SIZE, 0);
    this.view = this.memory.view;
    this.#driver = driver;
    this.task = new Task(pid, new TaskGroup(pid, files), this.memory);
    const process = shared ?? driver.open(0, this.task, nonblock);
    if (process === null) throw new Error('there is no device 0');
    this.process = process;
    if (shared !== null) driver.share(process);
    else driver.mmap(process, this.task, MAPPING, arena, { read: true, write: false });
  }

  /** An ioctl whose argument is a structure of words. */
  ioctl(command: number, ...words: readonly number[]): number {
    words.forEach((word, at) => this.view.setUint32(at * 4, word, true));
    return this.#driver.ioctl(this.process, this.task, command, BASE);
  }

  /** Puts a command into the write buffer. */
  command(bc: BcName, ...words: readonly number[]): this {
    const at = WRITE - BASE + this.#written;
    this.view.setUint32(at, BC[bc], true);
    words.forEach((word, index) => this.view.setUint32(at + 4 + index * 4, word, true));
    this.#written += 4 + payloadSize(BC[bc]);
    return this;
  }

  /** Puts a call or reply into the write buffer and its memory in place. */
  send(kind: 'BC_TRANSACTION' | 'BC_REPLY', letter: Letter = {}): this {
    const { data = new Uint8Array(0), offsets = [], pieces, dataAt = DATA, offsetsAt = OFFSETS } = letter;
    if (dataAt === DATA) this.bytes.set(data, DATA - BASE);
    if (offsetsAt === OFFSETS) {
      offsets.forEach((offset, slot) => writeU64(this.view, OFFSETS - BASE + slot * 8, offset));
    }
    if (pieces !== undefined) this.bytes.set(pieces, PIECES - BASE);
    const body = WRITE - BASE + this.#written + 4;
    this.command(pieces === undefined ? kind : `${kind}_SG`);
    const { view } = this;
    view.setUint32(body + message.target.at, letter.target ?? 0, true);
    view.setUint32(body + message.code.at, letter.code ?? 0, true);
    view.setUint32(body + message.flags.at, letter.flags ?? 0, true);
    writeU64(view, body + message.data_size.at, data.length);
    writeU64(view, body + message.offsets_size.at, offsets.length * 8);
    writeU64(view, body + message.buffer.at, dataAt);
    writeU64(view, body + message.offsets.at, offsetsAt);
    if (pieces !== undefined) writeU64(view, body + TRANSACTION_DATA.size, (pieces.length + 7) & ~7);
    return this;
  }

  /** Performs what is in the write buffer and reads up to `readSize` bytes; answers what the driver answered. */
  run(readSize = 0, readAt = READ, writeAt = WRITE): number {
    const { view } = this;
    writeU64(view, argument.write_size.at, this.#written);
    writeU64(view, argument.write_consumed.at, 0);
    writeU64(view, argument.write_buffer.at, writeAt);
    writeU64(view, argument.read_size.at, readSize);
    writeU64(view, argument.read_consumed.at, 0);
    writeU64(view, argument.read_buffer.at, readAt);
    this.#written = 0;
    return this.#driver.ioctl(this.process, this.task, IOCTL.BINDER_WRITE_READ, BASE);
  }

  /** write_consumed of the last run. */
  get wrote(): number {
    return this.view.getUint32(argument.write_consumed.at, true);
  }

  /** read_consumed of the last run. */
  get read(): number {
    return this.view.getUint32(argument.read_consumed.at, true);
  }

  /** What the last run put into the read buffer. */
  seen(): Seen[] {
    const found: Seen[] = [];
    const start = READ - BASE;
    for (let at = start; at < start + this.read;) {
      const known = returnOf(this.view.getUint32(at, true));
      if (known === undefined) throw new Error('no such return');
      found.push({ br: known.br, at: at + 4 });
      at += 4 + known.size;
    }
    return found;
  }

  /** Names of what the last run put into the read buffer. */
  names(): string[] {
    return this.seen().map(({ br }) => br);
  }

  /** Address of the data of the message among the returns, as two words for BC_FREE_BUFFER. */
  delivered(): [number, number] {
    const found = this.seen().find(({ br }) => br === 'BR_TRANSACTION' || br === 'BR_REPLY');
    if (found === undefined) throw new Error('no message was delivered');
    const at = found.at + message.buffer.at;
    return [this.view.getUint32(at, true), this.view.getUint32(at + 4, true)];
  }
}

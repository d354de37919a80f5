/** Write buffers that mostly make sense, composed in the memory of a process. */
import { encodeObject, payloadSize } from '../../../abi/codec.ts';
import { BC, BINDER_BUFFER_FLAG_HAS_PARENT, TF_ONE_WAY } from '../../../abi/constants.ts';
import { TRANSACTION_DATA } from '../../../abi/layout.ts';
import type { WireObject } from '../../../abi/objects.ts';
import { writeU64 } from '../../../abi/u64.ts';
import type { Dice } from '../../../properties/generator/dice.ts';
import type { Process } from '../../../impl/process.ts';
import type { Thread } from '../../../impl/thread.ts';
import { BASE, DATA, EDGE, EDGE_SIZE, OFFSETS, PIECES, writeAt, type Player } from './cast.ts';

const { fields: message } = TRANSACTION_DATA;
const WORDS = Object.values(BC);
const POINTERS = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000, 0];
const FLAGS = [0, 0, 0, 0, 0x10, 0x10, 0x20, 0x30, 0x1, 0x1, 0x41, 0xffff_ffff];
/** Sizes of data: usually small, sometimes about as large as a mapping. */
const SIZES = [0, 1, 4, 24, 64, 100, 128, 200, 256, 1000, 4000, 4096, 8192, 16384, 0x2000];

/** Writes into the first region of one player, and remembers how far it got in each area. */
export class Composer {
  readonly #dice: Dice;
  readonly #player: Player;
  readonly #thread: number;
  readonly #process: Process;
  #at: number;
  /** The thread waits for an answer: it may send nothing but oneways. */
  #waits = false;
  #data = DATA;
  #offsets = OFFSETS;
  #pieces = PIECES;

  constructor(dice: Dice, player: Player, process: Process, thread: number) {
    this.#dice = dice;
    this.#player = player;
    this.#process = process;
    this.#thread = thread;
    this.#at = writeAt(thread);
  }

  /** Bytes of commands so far. */
  get size(): number {
    return this.#at - writeAt(this.#thread);
  }

  /** End of what was used of data, offsets and pieces. */
  get ends(): readonly [number, number, number] {
    return [this.#data, this.#offsets, this.#pieces];
  }

  /** Appends one command. `record`: what the driver knows of the thread, if anything. */
  command(record: Thread | undefined): void {
    const dice = this.#dice;
    const kind = dice.below(100);
    const stack = record?.stack ?? null;
    const serves = stack !== null && stack.toThread === record;
    this.#waits = stack !== null && !serves;
    if (serves && kind < 60) this.#send(dice.chance(20) ? BC.BC_REPLY_SG : BC.BC_REPLY);
    else if (kind < 34 && (this.#reachesSomebody() || dice.chance(10)))
      this.#send(dice.chance(25) ? BC.BC_TRANSACTION_SG : BC.BC_TRANSACTION);
    else if (kind >= 34 && kind < 36) this.#send(BC.BC_REPLY);
    else if (kind < 60) this.#free();
    else if (kind < 74)
      this.#words(dice.pick([BC.BC_INCREFS, BC.BC_ACQUIRE, BC.BC_RELEASE, BC.BC_DECREFS]), [this.#handle()]);
    else if (kind < 84) this.#done();
    else if (kind < 92) this.#death();
    else if (kind < 97) this.#words(dice.pick([BC.BC_REGISTER_LOOPER, BC.BC_ENTER_LOOPER, BC.BC_EXIT_LOOPER]), []);
    else this.#words(dice.chance(50) ? dice.pick(WORDS) : dice.u32(), []);
  }

  /** Mostly a handle that the process has, or that of the manager. */
  #handle(): number {
    const dice = this.#dice;
    if (dice.chance(4)) return dice.chance(70) ? dice.below(8) : dice.u32();
    const { manager } = this.#process.context;
    const known = this.#known();
    const foreign = manager !== null && manager.process?.group !== this.#process.group;
    if (known < 0) return 0;
    return foreign && (known === 0 || dice.chance(30)) ? 0 : known;
  }

  /** There is a manager to call, or a handle. */
  #reachesSomebody(): boolean {
    const { manager } = this.#process.context;
    return (manager !== null && manager.process?.group !== this.#process.group) || this.#known() > 0;
  }

  /** A handle that the process has, -1 when none is found; they are given from the lowest number up. */
  #known(): number {
    const start = this.#dice.below(5);
    for (let count = 0; count < 6; count++) {
      const handle = (start + count) % 6;
      if (this.#process.handles.get(handle) !== null) return handle;
    }
    return -1;
  }

  #words(word: number, words: readonly number[]): void {
    const { view } = this.#player;
    view.setUint32(this.#at, word, true);
    words.forEach((value, index) => view.setUint32(this.#at + 4 + index * 4, value, true));
    this.#at += 4 + Math.min(payloadSize(word), 128);
  }

  #free(): void {
    const dice = this.#dice;
    const { given } = this.#player;
    const at = dice.below(given.length);
    const address = given[at] ?? 0x10_0000 * (2 + dice.below(6)) + dice.below(64) * 8;
    if (given.length > 0 && dice.chance(80)) given.splice(at, 1);
    this.#words(BC.BC_FREE_BUFFER, [address, 0]);
  }

  #done(): void {
    const dice = this.#dice;
    const ptr = dice.pick(POINTERS);
    this.#words(dice.pick([BC.BC_INCREFS_DONE, BC.BC_ACQUIRE_DONE]), [ptr, 0, cookieOf(ptr), 0]);
  }

  #death(): void {
    const dice = this.#dice;
    const cookie = dice.below(3);
    const word = dice.pick([BC.BC_REQUEST_DEATH_NOTIFICATION, BC.BC_CLEAR_DEATH_NOTIFICATION, BC.BC_DEAD_BINDER_DONE]);
    this.#words(word, word === BC.BC_DEAD_BINDER_DONE ? [cookie, 0] : [this.#handle(), cookie, 0]);
  }

  /** A call or reply with its data, offsets and pieces. */
  #send(word: number): void {
    const dice = this.#dice;
    const { view } = this.#player;
    const objects = this.#objects(dice.chance(45) ? dice.between(1, 5) : 0);
    const needed = objects.end - this.#data;
    const wanted = dice.chance(10) ? dice.pick(SIZES) : dice.below(200);
    // Sometimes the data ends in the middle of an object.
    const size = dice.chance(4) ? dice.below(needed + 1) : Math.max(needed, wanted);
    const slots = objects.offsets.length;
    objects.offsets.forEach((offset, slot) => writeU64(view, this.#offsets + slot * 8, offset));
    const body = this.#at + 4;
    this.#words(word, []);
    writeU64(view, body + message.target.at, this.#handle());
    view.setUint32(body + message.code.at, dice.below(3), true);
    const flags = dice.pick(FLAGS) | (this.#waits && dice.chance(90) ? TF_ONE_WAY : 0);
    view.setUint32(body + message.flags.at, flags, true);
    writeU64(view, body + message.data_size.at, size);
    writeU64(view, body + message.offsets_size.at, slots * 8);
    writeU64(view, body + message.buffer.at, dice.chance(3) ? 0 : this.#addressOf(this.#data, size));
    writeU64(view, body + message.offsets.at, BASE + this.#offsets);
    if (word === BC.BC_TRANSACTION_SG || word === BC.BC_REPLY_SG) {
      writeU64(view, body + TRANSACTION_DATA.size, dice.chance(90) ? (objects.pieces + 7) & ~7 : dice.below(64) * 8);
    }
    this.#data = Math.min(DATA + 0x1000, (this.#data + size + 7) & ~7);
    this.#offsets = Math.min(OFFSETS + 0x1000, this.#offsets + slots * 8);
  }

  /** Sometimes the data ends where nothing is mapped. */
  #addressOf(place: number, size: number): number {
    return this.#dice.chance(4) ? EDGE + EDGE_SIZE - Math.min(size, EDGE_SIZE) + this.#dice.below(9) : BASE + place;
  }

  #objects(count: number): { readonly offsets: number[]; readonly end: number; readonly pieces: number } {
    const dice = this.#dice;
    const { view } = this.#player;
    const offsets: number[] = [];
    let at = this.#data + dice.below(3) * 4;
    let pieces = 0;
    // One bad object spoils a message: files arrive where they are among themselves.
    const files = dice.chance(25);
    for (let slot = 0; slot < count; slot++) {
      const object = files ? this.#file() : this.#object(slot);
      offsets.push(at - this.#data);
      encodeObject(view, at, object);
      at += object.type === 'PTR' ? 40 : object.type === 'FDA' ? 32 : 24;
      if (object.type === 'PTR') pieces += ((object.length as number) + 7) & ~7;
      if (dice.chance(20)) at += dice.below(4) * 4;
      if (dice.chance(2)) at += dice.below(8) - 4;
    }
    return { offsets, end: at, pieces };
  }

  #object(slot: number): WireObject {
    const dice = this.#dice;
    const kind = dice.below(100);
    const ptr = dice.pick(POINTERS);
    const known = this.#known();
    if (kind < 25 && (known > 0 || dice.chance(10))) {
      return { type: dice.chance(70) ? 'HANDLE' : 'WEAK_HANDLE', flags: 0, handle: Math.max(0, known), cookie: 0 };
    }
    if (kind < 55) {
      const type = dice.chance(70) ? 'BINDER' : 'WEAK_BINDER';
      const flags = dice.chance(98) ? dice.pick([0, 0x100, 0x17f]) : 0x1000;
      return { type, flags, ptr, cookie: cookieOf(ptr) };
    }
    if (kind < 65) return this.#file();
    if (kind < 85 || slot === 0) return this.#piece(slot);
    return { type: 'FDA', numFds: dice.below(4), parent: dice.below(slot), parentOffset: dice.below(4) * 4 };
  }

  /** A descriptor, mostly one that is open. */
  #file(): WireObject {
    const dice = this.#dice;
    return { type: 'FD', flags: 0, fd: dice.chance(90) ? 100 + dice.below(20) : dice.below(20), cookie: dice.below(9) };
  }

  /** A piece of small words, most of which could be descriptors. */
  #piece(slot: number): WireObject {
    const dice = this.#dice;
    const { view } = this.#player;
    const place = this.#pieces;
    const length = dice.below(9) * 8;
    for (let at = 0; at < length; at += 4) view.setUint32(place + at, 100 + dice.below(20), true);
    this.#pieces = Math.min(PIECES + 0x1000, place + length);
    return {
      type: 'PTR',
      flags: slot > 0 && dice.chance(60) ? BINDER_BUFFER_FLAG_HAS_PARENT : 0,
      buffer: BASE + place,
      length,
      parent: dice.below(slot),
      parentOffset: dice.below(6) * 8,
    };
  }
}

/** The cookie that a node with that pointer was made with. */
const cookieOf = (ptr: number): number => ptr + 1;

/** Open files of the device, and the descriptors that processes of the log have of them. */
import { PAGE, type DeviceIndex, type FdIndex } from '../../../abi/ids.ts';
import { TooLarge, type Actor } from './cast.ts';
import type { Value } from './program.ts';

/** Descriptor names in one process; each takes one of the agent's registers. */
export const MOST_NAMES = 24;
/** Number of the descriptor that the log calls 0; the others follow. Nothing received gets one of these. */
export const FIRST_NUMBER = 64;

/** One open file of the device. What is only known from answers is filled in as they are read. */
export class OpenFile {
  /** Who opened it, and under which name. */
  readonly opener: Actor;
  readonly fd: FdIndex;
  readonly device: DeviceIndex;
  /** Descriptors of it that are open, in any process. */
  readonly hands = new Set<Descriptor>();
  /** Address of the mapping; 0 before there is one. */
  base = 0;
  /** Bytes of address space that the mapping was given. */
  mapped = 0;
  /** Parts of it that are unmapped again, as [from, to) offsets. */
  holes: readonly (readonly [number, number])[] = [];
  /** A call that changes the mapping was sent and its answer not read yet. */
  unsettled = false;

  constructor(opener: Actor, fd: FdIndex, device: DeviceIndex) {
    this.opener = opener;
    this.fd = fd;
    this.device = device;
    opener.opened.push(this);
  }

  /** The register of the opener that holds the address of the mapping. */
  get baseRegister(): number {
    return this.fd;
  }

  /** An address in the mapping, for a call of any process. */
  address(offset: number): Value {
    return { register: this.baseRegister, process: this.opener.seat, add: offset };
  }

  /** The driver still has it: a descriptor is open, or something of the mapping is left. */
  get isAlive(): boolean {
    return this.hands.size > 0 || (this.base !== 0 && this.remaining(0, Infinity).length > 0);
  }

  /** Whether nothing of it is left in the driver. */
  get isGone(): boolean {
    return this.hands.size === 0 && !this.unsettled && this.remaining(0, Infinity).length === 0;
  }

  /** Whether another process than the opener has it. */
  get isElsewhere(): boolean {
    return [...this.hands].some(({ isOpeners }) => !isOpeners);
  }

  /** The opener has ended, and its mapping with it. */
  loseMapping(): void {
    this.holes = [[0, Infinity]];
    this.unsettled = false;
  }

  /** Whether all these bytes are still part of the mapping. */
  covers(offset: number, length: number): boolean {
    if (offset < 0 || offset + length > Math.ceil(this.mapped / PAGE) * PAGE) return false;
    return this.holes.every(([from, to]) => offset + length <= from || offset >= to);
  }

  /** The parts of [from, to) that are still mapped. */
  remaining(from: number, to: number): readonly (readonly [number, number])[] {
    let parts: (readonly [number, number])[] = [[from, Math.min(to, Math.ceil(this.mapped / PAGE) * PAGE)]];
    for (const [low, high] of this.holes) {
      parts = parts.flatMap(([start, end]): (readonly [number, number])[] => [
        [start, Math.min(end, low)],
        [Math.max(start, high), end],
      ]);
      parts = parts.filter(([start, end]) => start < end);
    }
    return parts.filter(([start, end]) => start < end);
  }
}

/** A descriptor of an open file in one process. */
export class Descriptor {
  readonly actor: Actor;
  readonly fd: FdIndex;
  readonly file: OpenFile;

  constructor(actor: Actor, fd: FdIndex, file: OpenFile) {
    if (fd >= MOST_NAMES) throw new TooLarge(`the agent holds ${MOST_NAMES} descriptor names a process`);
    this.actor = actor;
    this.fd = fd;
    this.file = file;
    file.hands.add(this);
  }

  /** Its number, which depends on its name alone: to epoll, an open file under another number is another one. */
  get number(): number {
    return FIRST_NUMBER + this.fd;
  }

  /** Whether it is open. */
  get isOpen(): boolean {
    return this.file.hands.has(this);
  }

  /** Whether its process opened the file. */
  get isOpeners(): boolean {
    return this.actor === this.file.opener;
  }

  /** It is closed, or was never given. */
  close(): void {
    this.file.hands.delete(this);
  }
}

/**
 * The memory into which others write messages for one open file: best fit, split, coalesce, async half, pages.
 *
 * Allocation and free cost O(log n) in the number of free regions; a buffer is found by its address in O(1).
 */
import { MAX_ARENA } from '../abi/ids.ts';
import { Buffer, align8 } from './buffer.ts';
import { FreeIndex } from './free-index.ts';
import { Mapping } from './mapping.ts';
import { Pages } from './pages.ts';
import { EINVAL, ENOSPC, ESRCH } from './result.ts';
import { Table } from './table.ts';

/** Async buffers of one sender in one arena (ALLOC-40). */
export interface Share {
  buffers: number;
  bytes: number;
}

/** More async buffers than this make a sender suspect when space is short (ALLOC-40). */
const SUSPECT_BUFFERS = 50;

/** What an arena has before it is mapped. */
const NO_BYTES = new Uint8Array(0);
const NO_VIEW = new DataView(NO_BYTES.buffer);
const NO_PAGES = new Pages(NO_BYTES);

export class Arena {
  /** Address of byte 0 in the owner's memory. */
  base = 0;
  /** Managed bytes; 0 until mapped (ALLOC-01). */
  size = 0;
  freeAsync = 0;
  bytes: Uint8Array = NO_BYTES;
  view: DataView = NO_VIEW;
  pages: Pages = NO_PAGES;
  mapping: Mapping | null = null;
  /** No part of the mapping was ever unmapped (ALLOC-10). */
  alive = false;
  /** How many buffers are allocated. */
  allocated = 0;
  /** Regions by address, from the lowest. */
  first: Buffer | null = null;
  /** Why the last allocation failed: ESRCH, EINVAL or ENOSPC. */
  refusal = 0;
  readonly #free = new FreeIndex();
  readonly #byOffset = new Table<Buffer>();
  /** By process id; `null` until somebody sends oneways. */
  #shares: Map<number, Share> | null = null;
  #spamDetected = false;
  /** Records of regions that merged into others, linked through `next`. */
  #spare: Buffer | null = null;

  /** Sets up the arena for a mapping of `length` bytes over zeroed or used `bytes` of the managed size. */
  map(base: number, length: number, readable: boolean, bytes: Uint8Array): void {
    this.base = base;
    this.size = bytes.length;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.pages = new Pages(bytes);
    this.mapping = new Mapping(length, readable);
    this.alive = true;
    this.freeAsync = this.size / 2;
    const whole = this.#take();
    whole.offset = 0;
    whole.size = this.size;
    this.first = whole;
    this.#free.insert(whole);
  }

  /**
   * Allocates a region of `size` bytes (from `regionSize`, -1 when that overflowed) for a message with these parts;
   * `null` with the reason in `refusal`. Order of the checks: ALLOC-15.
   */
  allocate(size: number, data: number, offsets: number, extra: number, async: boolean, pid: number): Buffer | null {
    if (!this.alive) return this.#refuse(ESRCH);
    if (size < 0) return this.#refuse(EINVAL);
    if (async && size > this.freeAsync) return this.#refuse(ENOSPC);
    const buffer = size > this.size ? null : this.#free.find(size);
    if (buffer === null) return this.#refuse(ENOSPC);
    this.#free.remove(buffer);
    if (buffer.size > size) this.#split(buffer, size);
    this.pages.populate(buffer.offset, buffer.offset + size);
    this.#byOffset.add(buffer.offset, 0, buffer);
    this.allocated++;
    buffer.free = false;
    buffer.dataSize = data;
    buffer.offsetsSize = offsets;
    buffer.extraSize = extra;
    buffer.async = async;
    buffer.pid = pid;
    buffer.userMayFree = false;
    buffer.clearOnFree = false;
    buffer.spamSuspect = false;
    if (async) this.#charge(buffer);
    return buffer;
  }

  /** Gives a buffer's region back. Its record must not be used afterwards. */
  release(buffer: Buffer): void {
    const { offset, size } = buffer;
    if (buffer.clearOnFree) this.bytes.fill(0, offset, offset + size);
    if (buffer.async) this.#credit(buffer);
    this.#byOffset.remove(offset, 0);
    this.allocated--;
    buffer.free = true;
    buffer.transaction = null;
    buffer.targetNode = null;
    let merged = buffer;
    const { next, previous } = buffer;
    if (next !== null && next.free) {
      this.#free.remove(next);
      this.#absorb(buffer, next);
    }
    if (previous !== null && previous.free) {
      this.#free.remove(previous);
      this.#absorb(previous, buffer);
      merged = previous;
    }
    this.#free.insert(merged);
    this.pages.release(offset, offset + size, merged.offset, merged.offset + merged.size);
  }

  /** The allocated buffer that starts at an address of the owner; `null` when there is none (ALLOC-45). */
  at(address: number): Buffer | null {
    const offset = address - this.base;
    return offset >= 0 && offset < this.size ? this.#byOffset.get(offset, 0) : null;
  }

  /** `length` bytes at an offset as the owner's memory shows them; `undefined` where they cannot be read (ALLOC-29). */
  peek(offset: number, length: number): Uint8Array | undefined {
    const end = offset + length;
    if (this.mapping === null || !this.mapping.readable || offset < 0) return undefined;
    if (!this.mapping.covers(offset, end) || !this.pages.visible(offset, end)) return undefined;
    return this.bytes.subarray(offset, end);
  }

  #refuse(reason: number): null {
    this.refusal = reason;
    return null;
  }

  /** Cuts the tail off a region; the tail is the newest free region (ALLOC-24). */
  #split(buffer: Buffer, size: number): void {
    const rest = this.#take();
    rest.offset = buffer.offset + size;
    rest.size = buffer.size - size;
    rest.previous = buffer;
    rest.next = buffer.next;
    if (buffer.next !== null) buffer.next.previous = rest;
    buffer.next = rest;
    buffer.size = size;
    this.#free.insert(rest);
  }

  /** Lets a region grow over the one behind it. */
  #absorb(region: Buffer, behind: Buffer): void {
    region.size += behind.size;
    region.next = behind.next;
    if (behind.next !== null) behind.next.previous = region;
    behind.previous = null;
    behind.next = this.#spare;
    this.#spare = behind;
  }

  #take(): Buffer {
    const region = this.#spare;
    if (region === null) return new Buffer();
    this.#spare = region.next;
    region.next = null;
    region.free = true;
    return region;
  }

  /** ALLOC-17, and the suspicion of ALLOC-39 to ALLOC-41. */
  #charge(buffer: Buffer): void {
    this.freeAsync -= buffer.size;
    const shares = (this.#shares ??= new Map());
    let share = shares.get(buffer.pid);
    if (share === undefined) {
      share = { buffers: 0, bytes: 0 };
      shares.set(buffer.pid, share);
    }
    share.buffers++;
    share.bytes += buffer.size;
    buffer.share = share;
    if (this.freeAsync >= Math.floor(this.size / 10)) {
      this.#spamDetected = false;
    } else if (!this.#spamDetected && (share.buffers > SUSPECT_BUFFERS || share.bytes > this.size / 4)) {
      this.#spamDetected = true;
      buffer.spamSuspect = true;
    }
  }

  #credit(buffer: Buffer): void {
    this.freeAsync += buffer.size;
    const { share } = buffer;
    if (share === null) return;
    share.buffers--;
    share.bytes -= buffer.size;
    buffer.share = null;
  }
}

/** ALLOC-12, ALLOC-13: the size of a message's region. Each part must be below 2^30. */
export const regionSize = (data: number, offsets: number, extra: number): number => {
  const size = align8(data) + align8(offsets) + align8(extra);
  return size === 0 ? 8 : size;
};

/** The same for parts of any size; -1 when rounding or a sum does not fit 64 bits (ALLOC-14). */
export const wideRegionSize = (data: bigint, offsets: bigint, extra: bigint): number => {
  const parts = [data, offsets, extra].map(part => (part + 7n) & ~7n);
  const total = parts.reduce((sum, part) => sum + part, 0n);
  return total === BigInt.asUintN(64, total) ? Number(total) : -1;
};

/** The managed size of a mapping of `length` bytes (ALLOC-01). */
export const managedSize = (length: number): number => Math.min(length, MAX_ARENA);

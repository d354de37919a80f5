/** The one copy: from the sender's memory straight into the receiver's arena. */
import { PAGE } from '../abi/ids.ts';
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import type { Process } from './process.ts';

/** Up to this many bytes, words one by one are quicker than a block. */
const SMALL = 192;

/**
 * Copies `length` bytes from an address of the sender to an offset of the receiver's arena; `false` on a fault, then
 * the copy ends as `copyUntilFault` leaves it.
 */
export const copyIn = (
  core: Core,
  memory: Memory,
  address: number,
  process: Process,
  offset: number,
  length: number,
): boolean => {
  if (length === 0) return true;
  const from = memory.locate(address, length);
  if (from < 0) return copyUntilFault(core, memory, address, process, offset, length);
  core.copied += length;
  const { bytes, view } = process.arena;
  if (length > SMALL) {
    bytes.set(memory.bytes.subarray(from, from + length), offset);
    return true;
  }
  const words = length & ~3;
  for (let at = 0; at < words; at += 4) view.setUint32(offset + at, memory.view.getUint32(from + at, true), true);
  for (let at = words; at < length; at++) view.setUint8(offset + at, memory.view.getUint8(from + at));
  return true;
};

/**
 * The copy that meets a fault: what is readable before it arrives, and zeros follow up to the end of the copy or of the
 * page of the arena, because Linux copies page by page and clears what it could not copy of a page. Answers `false`.
 */
const copyUntilFault = (
  core: Core,
  memory: Memory,
  address: number,
  process: Process,
  offset: number,
  length: number,
): false => {
  const readable = memory.readable(address, length);
  copyIn(core, memory, address, process, offset, readable);
  const fault = offset + readable;
  const pageEnd = (Math.floor(fault / PAGE) + 1) * PAGE;
  process.arena.bytes.fill(0, fault, Math.min(offset + length, pageEnd));
  return false;
};

/** Copies `length` bytes (a multiple of 4) of an object. */
export const copyWords = (source: DataView, from: number, view: DataView, to: number, length: number): void => {
  for (let at = 0; at < length; at += 4) view.setUint32(to + at, source.getUint32(from + at, true), true);
};

/** Writes a 64-bit zero. */
export const clearWord = (view: DataView, at: number): void => {
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, 0, true);
};

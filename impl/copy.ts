/** The one copy: from the sender's memory straight into the receiver's arena. */
import type { Core } from './core.ts';
import type { Memory } from './memory.ts';
import type { Process } from './process.ts';

/** Up to this many bytes, words one by one are quicker than a block. */
const SMALL = 192;

/**
 * Copies `length` bytes from an address of the sender to an offset of the receiver's arena; `false` on a fault, then
 * nothing was copied.
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
  if (from < 0) return false;
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

/** Copies `length` bytes (a multiple of 4) of an object. */
export const copyWords = (source: DataView, from: number, view: DataView, to: number, length: number): void => {
  for (let at = 0; at < length; at += 4) view.setUint32(to + at, source.getUint32(from + at, true), true);
};

/** Writes a 64-bit zero. */
export const clearWord = (view: DataView, at: number): void => {
  view.setUint32(at, 0, true);
  view.setUint32(at + 4, 0, true);
};

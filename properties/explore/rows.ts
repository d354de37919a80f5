/** A state as the set keeps it: a row of numbers in nibbles, three bits of a number in each and one that says "more". */
import type { Words } from './words.ts';

/** The longest row in 32-bit words; its length stands in one byte. */
export const LONGEST = 255;

/** Words of the row at a place of the arena. */
export const lengthAt = (arena: Int32Array, offset: number): number => (arena[offset] as number) & 0xff;

/** Writes a row as nibbles behind its length in words; answers that length. Throws for a row that is too long. */
export const encode = (row: Words, out: Int32Array): number => {
  const { values, length } = row;
  let word = 0;
  let shift = 8;
  let size = 0;
  for (let index = 0; index < length; index++) {
    let value = values[index] as number;
    while ((value & ~7) !== 0) {
      word |= ((value & 7) | 8) << shift;
      value >>>= 3;
      shift += 4;
      if (shift < 32) continue;
      out[size++] = word;
      word = 0;
      shift = 0;
    }
    word |= value << shift;
    shift += 4;
    if (shift < 32) continue;
    if (size >= LONGEST) break;
    out[size++] = word;
    word = 0;
    shift = 0;
  }
  if (size >= LONGEST) throw new Error('a state is too large to be packed');
  // The rest is filled with a nibble that no number begins or ends with: eight, "more to come".
  while (shift < 32) {
    word |= 8 << shift;
    shift += 4;
  }
  out[size++] = word;
  out[0] = ((out[0] as number) & ~0xff) | size;
  return size;
};

/** Reads the row at a place of the arena. */
export const decode = (arena: Int32Array, offset: number, into: Words): void => {
  const size = lengthAt(arena, offset);
  const { values } = into;
  let count = 0;
  let value = 0;
  let place = 0;
  for (let index = 0; index < size; index++) {
    const word = arena[offset + index] as number;
    for (let shift = index === 0 ? 8 : 0; shift < 32; shift += 4) {
      const nibble = (word >>> shift) & 15;
      value |= (nibble & 7) << place;
      if (nibble > 7) {
        place += 3;
        continue;
      }
      values[count++] = value;
      value = 0;
      place = 0;
    }
  }
  into.length = count;
  into.at = 0;
};

/** 32 bits that depend on every word of a row. */
export const hashOf = (row: Int32Array, size: number): number => {
  let hash = size;
  for (let at = 0; at < size; at++) {
    hash = Math.imul(hash ^ (row[at] as number), 0x9e37_79b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 13), 0x85eb_ca6b);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Whether the row at a place of the arena is this one. */
export const isSame = (arena: Int32Array, offset: number, row: Int32Array, size: number): boolean => {
  for (let at = 0; at < size; at++) if (arena[offset + at] !== row[at]) return false;
  return true;
};

/** Damage: what lies in the memory of a process is changed at random before the driver sees it. */
import { writeU64, type U64 } from '../../../abi/u64.ts';
import type { Dice } from '../../../properties/generator/dice.ts';

/** Values at which drivers go wrong. */
export const EDGES: readonly U64[] = [
  0,
  1,
  4,
  7,
  8,
  4095,
  4096,
  0x7fff_fff8,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_fff8,
  0xffff_ffff,
  0x1_0000_0000,
  '0x4000000000000000',
  '0x7fffffffffffffff',
  '0x8000000000000000',
  '0xfffffffffffffff8',
  '0xffffffffffffffff',
];

/** A stretch of bytes that may be damaged: [from, to). */
export type Stretch = readonly [from: number, to: number];

/** Damages one place: a flipped bit, an edge value, a small word, or bytes that stand elsewhere. */
export const mutate = (dice: Dice, view: DataView, stretches: readonly Stretch[]): void => {
  const [from, to] = dice.pick(stretches);
  if (to - from < 8) return;
  const at = from + dice.below(to - from);
  const word = Math.min(at & ~3, view.byteLength - 8);
  switch (dice.below(6)) {
    case 0:
      view.setUint8(at, view.getUint8(at) ^ (1 << dice.below(8)));
      return;
    case 1:
    case 2:
      writeU64(view, word, dice.pick(EDGES));
      return;
    case 3:
      view.setUint32(word, dice.below(300), true);
      return;
    case 4:
      view.setUint32(word, Number(BigInt(dice.pick(EDGES)) & 0xffff_ffffn), true);
      return;
    default: {
      const bytes = new Uint8Array(view.buffer);
      const [low, high] = dice.pick(stretches);
      const start = low + (dice.below(Math.max(1, high - low)) & ~3);
      bytes.copyWithin(word, start, Math.min(start + dice.below(80), bytes.length));
    }
  }
};

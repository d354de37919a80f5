/**
 * Unsigned 64-bit words as plain JSON: a number while it is a safe integer, else a `0x…` string in lower case.
 *
 * The form is canonical (one spelling a value), so `===` compares.
 */
export type U64 = number | string;

const MASK = (1n << 64n) - 1n;

/** The canonical form of a word; wraps at 64 bits. */
export const u64 = (value: bigint | U64): U64 => {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const wide = BigInt(value) & MASK;
  return wide <= 9007199254740991n ? Number(wide) : `0x${wide.toString(16)}`;
};

/** The word as a bigint. */
export const big = (value: U64): bigint => BigInt(value);

/** True for a word small enough to calculate with as a number. */
export const isSmall = (value: U64): value is number => typeof value === 'number';

/** The low 32 bits as a signed number. */
export const asSigned32 = (value: U64): number =>
  typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, BigInt(value)));

/** Reads a little-endian word. */
export const readU64 = (view: DataView, at: number): U64 => {
  const high = view.getUint32(at + 4, true);
  const low = view.getUint32(at, true);
  return high < 0x200000 ? high * 0x1_0000_0000 + low : u64((BigInt(high) << 32n) | BigInt(low));
};

/** Writes a little-endian word. */
export const writeU64 = (view: DataView, at: number, value: U64): void => {
  if (typeof value === 'number') {
    view.setUint32(at, value >>> 0, true);
    view.setUint32(at + 4, (value / 0x1_0000_0000) >>> 0, true);
  } else {
    view.setBigUint64(at, BigInt(value), true);
  }
};

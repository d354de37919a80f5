/** Rows of bytes on the wire: hex, or hex with repeated parts said once. */
import { z } from 'zod';
import { hex } from '../../abi/schema.ts';

/** `{"rep":["c0ffee",["00",65533]]}`: parts one after the other, each hex, or hex and how many times. */
export const BytesSchema = z.union([
  hex,
  z.strictObject({ rep: z.array(z.union([hex, z.tuple([hex, z.int().nonnegative()])])) }),
]);

/** A row of bytes as a message may spell it. */
export type WireBytes = z.infer<typeof BytesSchema>;

/** Rows shorter than this (hex digits) are never worth another spelling. */
export const LONG = 4096;
/** Digits in front that are looked at one by one: headers and objects stand there. */
const HEAD = 512;
/** No message is longer than the largest mapping; what claims to be is not expanded. */
const MOST_DIGITS = 2 * (16 << 20);

/** The short spelling of a long row that ends in one repeated byte; any other row as it is. */
export const shorten = (row: string): WireBytes => {
  if (row.length < LONG) return row;
  const byte = row.slice(-2);
  // Shifted by one byte a row of equal bytes is itself.
  if (row.slice(HEAD + 2) !== row.slice(HEAD, -2)) return row;
  return { rep: [row.slice(0, HEAD), [byte, (row.length - HEAD) >> 1]] };
};

/** The hex of a row. Throws `RangeError` for one that is longer than any message. */
export const expand = (row: WireBytes): string => {
  if (typeof row === 'string') return row;
  let digits = 0;
  for (const part of row.rep) digits += typeof part === 'string' ? part.length : part[0].length * part[1];
  if (digits > MOST_DIGITS) throw new RangeError(`a row of ${digits / 2} bytes`);
  return row.rep.map(part => (typeof part === 'string' ? part : part[0].repeat(part[1]))).join('');
};

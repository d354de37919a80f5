/** The quantities of an op: every number that is a size, a count, a place, a code or a cookie, and not somebody's name. */
import { MAX_ARENA } from '../../abi/ids.ts';
import type { Op } from '../../abi/op.ts';
import { NAMES } from './leaves.ts';

/** A number inside an op. */
export interface Quantity {
  readonly path: readonly (string | number)[];
  readonly value: bigint;
  /** The largest value that its field takes and that is worth trying. */
  readonly highest: bigint;
}

/** Names of things and of kinds: another number there is another thing, not more of it. */
const NOT_COUNTED = new Set([
  ...NAMES,
  'device',
  'parent',
  'handle',
  'target',
  'type',
  'word',
  'number',
  'pid',
  'bytes',
]);

/** Fields of 64 bits; all others are counts of 32. */
const WIDE = new Set(['ptr', 'cookie', 'address', 'offsets', 'offsetsSize', 'buffersSize', 'parentOffset', 'numFds']);
/** Sizes that a target must have memory for: beyond the largest mapping one is like the other. */
const IN_MEMORY = new Set(['size', 'length', 'offset', 'limit', 'consumed', 'at', 'writeLimit', 'writeSize']);

const BYTE = 0xffn;
const U32 = 0xffff_ffffn;
const U64 = (1n << 64n) - 1n;

const highestOf = (key: string): bigint => {
  if (key === 'fill') return BYTE;
  if (IN_MEMORY.has(key)) return BigInt(2 * MAX_ARENA);
  return WIDE.has(key) ? U64 : U32;
};

const isQuantity = (value: unknown): value is number | string =>
  typeof value === 'number' ? value >= 0 : typeof value === 'string' && value.startsWith('0x');

/** Every quantity of an op, outermost and earliest first. */
export const quantitiesOf = (op: Op): readonly Quantity[] => {
  const found: Quantity[] = [];
  const visit = (value: unknown, key: string, path: readonly (string | number)[]): void => {
    if (isQuantity(value)) {
      const highest = highestOf(key);
      const wide = BigInt(value);
      found.push({ path, value: wide, highest: wide > highest ? U64 : highest });
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) value.forEach((item, at) => visit(item, key, [...path, at]));
    else
      for (const [name, item] of Object.entries(value)) if (!NOT_COUNTED.has(name)) visit(item, name, [...path, name]);
  };
  for (const [name, item] of Object.entries(op)) if (!NOT_COUNTED.has(name)) visit(item, name, [name]);
  return found.filter(({ path }) => !(op.op === 'set_nice' && path[0] === 'nice'));
};

/** A place in an op as people write it: `write[0].message.size`. */
export const placeName = (path: readonly (string | number)[]): string =>
  path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at === 0 ? part : `.${part}`)).join('');

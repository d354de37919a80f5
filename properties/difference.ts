/** Where two plain values differ and how much: the leaves, what class each is of, and what it is a part of. */
const size = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + size(item), 1)
    : 1;

/** Number of leaves in which two plain values differ, up to `limit`. */
export const distance = (a: unknown, b: unknown, limit = 1000): number => {
  if (a === b) return 0;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Math.max(size(a), size(b));
  let count = 0;
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
    count += distance(left[key], right[key], limit - count);
    if (count >= limit) return limit;
  }
  return count;
};

const NAME = /^[A-Za-z_]+$/;

/** The class of a value: its name where it has one, its type otherwise. */
export const classOf = (value: unknown): string => {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return NAME.test(value) && !/^[0-9a-f]+$/.test(value) ? value : 'text';
  if (typeof value !== 'object') return typeof value;
  for (const key of ['br', 'work', 'status', 'direction']) {
    const name = (value as Record<string, unknown>)[key];
    if (typeof name === 'string') return name;
  }
  return Array.isArray(value) ? 'list' : 'record';
};

/** The nearest of the allowed values, by number of differing leaves. */
export const nearest = <Item>(
  observed: unknown,
  allowed: readonly Item[],
  view: (item: Item) => unknown,
): Item | undefined => {
  let best: Item | undefined;
  let least = Infinity;
  for (const item of allowed) {
    const far = distance(observed, view(item), least);
    if (far < least) {
      least = far;
      best = item;
    }
  }
  return best;
};

export const lookup = (value: unknown, path: string): unknown =>
  path === ''
    ? value
    : path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);

/** Returns that carry the same fields belong together: what goes wrong with one goes wrong with the others. */
const SORTS: Readonly<Record<string, string>> = {
  BR_TRANSACTION: 'delivery',
  BR_TRANSACTION_SEC_CTX: 'delivery',
  BR_REPLY: 'delivery',
  BR_INCREFS: 'node work',
  BR_ACQUIRE: 'node work',
  BR_RELEASE: 'node work',
  BR_DECREFS: 'node work',
};

export const sortOf = (one: unknown): string | undefined => {
  const br = typeof one === 'object' && one !== null ? (one as { readonly br?: unknown }).br : undefined;
  return typeof br === 'string' ? (SORTS[br] ?? br) : undefined;
};

/** The sort of the return that a path leads into; `undefined` where it leads into none, or to its name. */
export const sortAlong = (value: unknown, path: readonly string[]): string | undefined => {
  const at = path.indexOf('returns');
  if (at < 0 || path.length < at + 3 || path[at + 2] === 'br') return undefined;
  return sortOf(lookup(value, path.slice(0, at + 2).join('.')));
};

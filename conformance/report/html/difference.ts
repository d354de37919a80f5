/** Where two plain values differ: every leaf, named so that lists of things with an identity compare by it. */

/** One difference; `undefined` stands for what one side does not have. */
export interface Difference {
  /** Names from the outside in, joined by `/`. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

/** What tells an item of a list from the others; its place where nothing does. */
export const identity = (item: unknown, at: number): string => {
  if (typeof item !== 'object' || item === null) return String(at);
  const { proc, fd, id, thread } = item as Record<string, unknown>;
  if (typeof proc === 'number' && typeof fd === 'number') return `${proc}.${fd}`;
  if (typeof id === 'number') return String(id);
  return typeof thread === 'number' ? String(thread) : String(at);
};

const entries = (value: object): readonly (readonly [string, unknown])[] =>
  Array.isArray(value) ? value.map((item, at) => [identity(item, at), item] as const) : Object.entries(value);

/** Every leaf in which two values differ. A `null` on the right says that it cannot tell, and differs from nothing. */
export const differences = (left: unknown, right: unknown, path = ''): readonly Difference[] => {
  if (left === right || right === null) return [];
  if (
    typeof left !== 'object' ||
    typeof right !== 'object' ||
    left === null ||
    Array.isArray(left) !== Array.isArray(right)
  ) {
    return [{ path, left, right }];
  }
  const [lefts, rights] = [new Map(entries(left)), new Map(entries(right as object))];
  return [...new Set([...lefts.keys(), ...rights.keys()])].flatMap(key =>
    differences(lefts.get(key), rights.get(key), path === '' ? key : `${path}/${key}`),
  );
};

/** The paths of differences, and of everything around them: what to mark in a drawing of either side. */
export const marksOf = (found: readonly Difference[]): ReadonlySet<string> =>
  new Set(
    found.flatMap(({ path }) => {
      const parts = path.split('/');
      return parts.map((_, at) => parts.slice(0, at + 1).join('/'));
    }),
  );

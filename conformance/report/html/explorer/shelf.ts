/**
 * Plain values stored so that what is equal is stored once: the states of a graph share nearly everything.
 *
 * An entry is a primitive, or the shape of a compound followed by the places of its parts, which come before it.
 */

/** What the page carries. */
export interface Shelf {
  /** Names of the parts of each kind of object; `null` for lists. */
  readonly shapes: readonly (readonly string[] | null)[];
  readonly entries: readonly (string | number | boolean | null | readonly number[])[];
}

/** Stores a value; the last entry is the value itself. Parts that are `undefined` are left out. */
export const shelve = (value: unknown): Shelf => {
  const shapes: (readonly string[] | null)[] = [null];
  const entries: Shelf['entries'][number][] = [];
  const shapeAt = new Map<string, number>();
  const placeAt = new Map<string, number>();
  const place = (key: string, entry: Shelf['entries'][number]): number => {
    const before = placeAt.get(key);
    if (before !== undefined) return before;
    placeAt.set(key, entries.length);
    return entries.push(entry) - 1;
  };
  const put = (part: unknown): number => {
    if (typeof part !== 'object' || part === null) {
      const plain = part as string | number | boolean | null;
      return place(JSON.stringify(plain), plain);
    }
    if (Array.isArray(part)) {
      const parts = [0, ...part.map(put)];
      return place(`[${parts.join(' ')}`, parts);
    }
    const named = Object.entries(part).filter(([, each]) => each !== undefined);
    const names = named.map(([name]) => name);
    const key = JSON.stringify(names);
    let shape = shapeAt.get(key);
    if (shape === undefined) {
      shape = shapes.push(names) - 1;
      shapeAt.set(key, shape);
    }
    const parts = [shape, ...named.map(([, each]) => put(each))];
    return place(`[${parts.join(' ')}`, parts);
  };
  const last = put(value);
  if (last !== entries.length - 1) entries.push(entries[last] as Shelf['entries'][number]);
  return { shapes, entries };
};

/** The value on a shelf; parts that are equal are the same object. */
export const unshelve = ({ shapes, entries }: Shelf): unknown => {
  const made: unknown[] = [];
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null) {
      made.push(entry);
      continue;
    }
    const [shape = 0, ...places] = entry;
    const parts = places.map(at => made[at]);
    const names = shapes[shape] ?? null;
    made.push(names === null ? parts : Object.fromEntries(names.map((name, at) => [name, parts[at]])));
  }
  return made.at(-1);
};

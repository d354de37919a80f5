/** The values inside an op: which can go, and what the simplest one is. */

/** A place inside an op, and one thing to do there. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  /** Deleting it leaves a valid op. */
  readonly optional: boolean;
  /** What it should rather be; `undefined` where no value is simpler. */
  readonly simplest: unknown;
}

/** Names of things, not quantities: never made smaller. */
export const NAMES: ReadonlySet<string> = new Set([
  'id',
  'of',
  'proc',
  'thread',
  'fd',
  'to',
  'as',
  'child',
  'op',
  'bc',
  'cmd',
  'slot',
  'index',
  'file',
]);

/** Keys that the schema requires, by what they are a part of. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  peek: ['offset', 'length'],
  file_io: ['call'],
  mprotect: ['prot'],
  epoll_ctl: ['ctl'],
  share: ['to', 'as'],
  fork: ['child'],
  mmap: ['size'],
  set_nonblock: ['nonblock'],
  set_nice: ['nice'],
  set_euid: ['euid'],
  FDA: ['numFds', 'parent', 'parentOffset'],
  RAW: ['bytes', 'word'],
};
const ALWAYS = new Set([
  'size',
  'at',
  'ptr',
  'cookie',
  'code',
  'message',
  'target',
  'handle',
  'buffer',
  'type',
  'address',
]);
const ALWAYS_ADDED = new Set(['number', 'pid', 'result', 'priority', 'word']);

/** The simplest value of a quantity. */
const SIMPLEST: Readonly<Record<string, number>> = { length: 8 };

const isOptional = (parent: Record<string, unknown>, key: string): boolean => {
  if (NAMES.has(key) || ALWAYS.has(key) || ALWAYS_ADDED.has(key)) return false;
  const kind = (parent['op'] ?? parent['type'] ?? parent['bc']) as string | undefined;
  if (kind !== undefined && REQUIRED[kind]?.includes(key) === true) return false;
  if (key === 'flags' && typeof parent['bc'] === 'string') return false;
  if (key === 'fd') return false;
  // A write_read without a write and a read is possible, but says nothing.
  if (kind === 'write_read' && (key === 'read' || key === 'write'))
    return parent[key === 'read' ? 'write' : 'read'] !== undefined;
  return true;
};

const simplestOf = (parent: Record<string, unknown>, key: string, value: unknown): unknown => {
  if (key === 'ptr' || key === 'cookie' || key === 'type' || key === 'word') return undefined;
  if (typeof value === 'number' || (typeof value === 'string' && value.startsWith('0x'))) {
    if (key === 'size' && parent['op'] === 'mmap') return 4096;
    if (
      key === 'size' &&
      parent['bc'] === undefined &&
      ('consumed' in parent || 'limit' in parent || Object.keys(parent).length === 1)
    ) {
      return undefined;
    }
    return SIMPLEST[key] ?? 0;
  }
  if (key === 'type' && value === 'WEAK_BINDER') return 'BINDER';
  return undefined;
};

/** Every leaf of an op, outermost and earliest first. */
export const leavesOf = (op: object): readonly Leaf[] => {
  const found: Leaf[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]): void => {
    if (typeof value !== 'object' || value === null) return;
    if ('of' in value) {
      const { delta } = value as { delta?: number };
      if (delta !== undefined)
        found.push({ path: [...path, 'delta'], value: delta, optional: true, simplest: undefined });
      return;
    }
    if (Array.isArray(value)) {
      const key = path.at(-1);
      if (key !== 'write') {
        value.forEach((item, at) =>
          found.push({ path: [...path, at], value: item, optional: true, simplest: undefined }),
        );
      }
      value.forEach((item, at) => visit(item, [...path, at]));
      return;
    }
    const parent = value as Record<string, unknown>;
    for (const [key, item] of Object.entries(parent)) {
      if (NAMES.has(key)) {
        if (key === 'fd') visit(item, [...path, key]);
        continue;
      }
      const optional = isOptional(parent, key);
      // A read buffer is an object of its own; its size has the usual value as the simplest.
      const reads = path.length === 1 && path[0] === 'read';
      const simplest = reads && key === 'size' ? 256 : reads ? undefined : simplestOf(parent, key, item);
      if (optional || (simplest !== undefined && simplest !== item))
        found.push({ path: [...path, key], value: item, optional, simplest });
      visit(item, [...path, key]);
    }
  };
  visit(op, []);
  return found;
};

/** A copy with the value at a path replaced, or removed when `value` is `undefined`. */
export const edited = <Value>(whole: Value, path: readonly (string | number)[], value: unknown): Value => {
  const [key, ...rest] = path;
  if (key === undefined) return value as Value;
  if (Array.isArray(whole)) {
    const items = [...(whole as unknown[])];
    if (rest.length === 0 && value === undefined) items.splice(key as number, 1);
    else items[key as number] = edited(items[key as number], rest, value);
    return items as Value;
  }
  const copy: Record<string, unknown> = { ...(whole as Record<string, unknown>) };
  if (rest.length === 0 && value === undefined) delete copy[key];
  else copy[key] = edited(copy[key], rest, value);
  return copy as Value;
};

/** When a snapshot that a target shows is one that the specification allows. */
import { equal } from '../abi/equal.ts';
import type { NodeSnapshot, Snapshot } from '../abi/snapshot.ts';

/** The expected value, with `null` wherever the target cannot tell. */
export const blinded = (expected: unknown, seen: unknown): unknown => {
  if (seen === null) return null;
  if (typeof expected !== 'object' || expected === null || typeof seen !== 'object') return expected;
  if (Array.isArray(expected)) {
    return Array.isArray(seen)
      ? expected.map((item, at) => (at < seen.length ? blinded(item, seen[at]) : item))
      : expected;
  }
  const right = seen as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, key in right ? blinded(value, right[key]) : value]),
  );
};

/** The ids of the driver's counter that a snapshot names, ascending. */
const idsOf = (snapshot: Snapshot): readonly number[] => {
  const ids = new Set<number>();
  const nodes = [...(snapshot.deadNodes ?? []), ...snapshot.procs.flatMap(proc => proc.nodes)];
  for (const { id, asyncTodo } of nodes) {
    ids.add(id);
    for (const each of asyncTodo) ids.add(each);
  }
  for (const proc of snapshot.procs) {
    for (const { id, node } of proc.refs) ids.add(id).add(node);
    for (const { id } of proc.buffers) ids.add(id);
    for (const thread of proc.threads) for (const { id } of thread.stack) ids.add(id);
    for (const work of [...proc.todo, ...proc.threads.flatMap(({ todo }) => todo)]) if ('id' in work) ids.add(work.id);
  }
  for (const { id } of snapshot.transactions ?? []) ids.add(id);
  return [...ids].sort((a, b) => a - b);
};

/**
 * The snapshot with every id of the driver's counter replaced by its rank, so that sequences which share the counter
 * with others compare.
 */
export const ranked = (snapshot: Snapshot): Snapshot => {
  const rank = new Map(idsOf(snapshot).map((id, at) => [id, at + 1]));
  const of = (id: number): number => rank.get(id) as number;
  const work = <Work extends object>(item: Work): Work =>
    'id' in item ? { ...item, id: of(item.id as number) } : item;
  const node = (item: NodeSnapshot): NodeSnapshot => ({
    ...item,
    id: of(item.id),
    asyncTodo: item.asyncTodo.map(of),
  });
  return {
    ...snapshot,
    deadNodes: snapshot.deadNodes?.map(node) ?? null,
    transactions: snapshot.transactions?.map(item => ({ ...item, id: of(item.id) })) ?? null,
    procs: snapshot.procs.map(proc => ({
      ...proc,
      nodes: proc.nodes.map(node),
      refs: proc.refs.map(ref => ({ ...ref, id: of(ref.id), node: of(ref.node) })),
      buffers: proc.buffers.map(buffer => ({ ...buffer, id: of(buffer.id) })),
      todo: proc.todo.map(work),
      threads: proc.threads.map(thread => ({
        ...thread,
        stack: thread.stack.map(entry => ({ ...entry, id: of(entry.id) })),
        todo: thread.todo.map(work),
      })),
    })),
  };
};

/** The two snapshots in the form in which they are compared; `exact` when the target's ids are its own alone. */
export const comparable = (expected: Snapshot, seen: Snapshot, exact: boolean): readonly [Snapshot, Snapshot] => {
  if (exact) return [expected, seen];
  // Blind first: an id that only the expected side can name must not shift the ranks.
  return [ranked(blinded(expected, seen) as Snapshot), ranked(seen)];
};

/** True when the target's snapshot is the expected one as far as the target can tell. */
export const agrees = (expected: Snapshot, seen: Snapshot, exact: boolean): boolean => {
  const [left, right] = comparable(expected, seen, exact);
  return equal(left, right);
};

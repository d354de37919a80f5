/**
 * A state as a text for telling states of a hunting ground apart: all of it, but for numbers that only say how many
 * there were before. Nothing is renamed and nothing is left out for not being asked for, so that whatever an extra op
 * does is told apart, too.
 */
import type { State } from '../../../model/model.ts';

type Arena = State['files'][number]['arena'];
type Work = State['files'][number]['todo'][number];

/** Numbers of the driver's counter as their rank among those in use: age stays, absolute size goes. */
class Ranks {
  readonly #ranks = new Map<number, number>();

  constructor(ids: number[]) {
    for (const id of ids.sort((a, b) => a - b)) if (!this.#ranks.has(id)) this.#ranks.set(id, this.#ranks.size + 1);
  }

  /** 0 for none; -1 for one that is gone. */
  of(id: number): number {
    return id === 0 ? 0 : (this.#ranks.get(id) ?? -1);
  }
}

/** The key of a state. `bytes`: the contents of memory count. */
export const keyOf = (state: State, bytes: boolean): string => {
  const { nodes, refs, transactions, files, threads, parked, devices, tasks } = state;
  const ranks = new Ranks([...nodes, ...refs, ...transactions].map(({ id }) => id));
  const rank = (id: number): number => ranks.of(id);
  const work = (item: Work): unknown => {
    if ('id' in item) return [item.work, rank(item.id)];
    return 'ref' in item ? [item.work, rank(item.ref), item.cookie] : item.work;
  };
  const arena = ({ regions, nextFreed: _, spans, ...rest }: Arena): unknown => {
    const ages = regions.map(({ freed }) => freed).sort((a, b) => a - b);
    return [
      rest,
      bytes ? spans : 0,
      regions.map(({ size, freed, buffer }) =>
        buffer === null
          ? [size, ages.indexOf(freed)]
          : [size, { ...buffer, id: 0, transaction: rank(buffer.transaction), targetNode: rank(buffer.targetNode) }],
      ),
    ];
  };
  return JSON.stringify([
    devices.map(({ manager, managerUid }) => [rank(manager), managerUid]),
    tasks,
    files.map(file => ({
      ...file,
      todo: file.todo.map(work),
      delivered: file.delivered.map(work),
      arena: arena(file.arena),
    })),
    threads.map(thread => ({
      ...thread,
      stack: rank(thread.stack),
      todo: thread.todo.map(work),
      error: [thread.error.id === 0, thread.error.command, thread.error.param],
    })),
    nodes.map(node => ({
      ...node,
      id: rank(node.id),
      asyncTodo: node.asyncTodo.map(rank),
      refs: node.refs.map(rank),
    })),
    refs.map(ref => ({ ...ref, id: rank(ref.id), node: rank(ref.node) })),
    transactions.map(each => ({
      ...each,
      id: rank(each.id),
      origin: 0,
      fromParent: rank(each.fromParent),
      toParent: rank(each.toParent),
      targetNode: rank(each.targetNode),
      payload: bytes ? each.payload : 0,
    })),
    parked.map(({ op: _, ...rest }) => rest),
  ]);
};

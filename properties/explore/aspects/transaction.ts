/** The aspect of transactions: where they are, and their buffers. */
import type { State } from '../../../model/model.ts';
import type { Words } from '../words.ts';
import { alike, placeIn, placeOf, type Aspect, type File, type Node, type Thread, type Work } from './aspect.ts';

const worksWith = (table: State['transactions'], list: readonly Work[], out: Words): void => {
  for (const work of list) if (work.work === 'transaction') out.put(1 + placeIn(table, work.id));
  out.put(0);
};

const queueAlike = (one: File, other: File): boolean =>
  one.key === other.key && one.todo === other.todo && one.arena === other.arena;

const stackAlike = (one: Thread, other: Thread): boolean =>
  one.key === other.key && one.stack === other.stack && one.todo === other.todo;

const keepAlike = (one: Node, other: Node): boolean => one.owner === other.owner && one.asyncTodo === other.asyncTodo;

/** Transactions: who sent them, where they wait, on which stacks they are, and their buffers. */
export const transactions: Aspect = {
  invariants: [
    ...[1, 2, 3, 4, 5, 6, 7].map(number => `INV-TRANSACTION-0${number}`),
    ...['INV-NODE-07', 'INV-BUFFER-06', 'INV-BUFFER-07', 'INV-CENSUS-05'],
  ],
  isSame: (state, before) =>
    state.transactions === before.transactions &&
    alike(state.files, before.files, queueAlike) &&
    alike(state.threads, before.threads, stackAlike) &&
    alike(state.nodes, before.nodes, keepAlike),
  write: (state, out) => {
    const { transactions: all } = state;
    out.put(all.length);
    for (const { id, from, to, toThread, fromParent, toParent, needsReply, flags } of all) {
      out.put(placeIn(all, id));
      out.put(from + 1);
      out.put(placeOf(state, to));
      out.put(toThread + 1);
      out.put(placeIn(all, fromParent));
      out.put(placeIn(all, toParent));
      out.put((needsReply ? 1 : 0) | ((flags & 1) << 1));
    }
    for (const {
      key,
      todo,
      arena: { regions },
    } of state.files) {
      out.put(key);
      worksWith(all, todo, out);
      for (const { buffer } of regions) {
        if (buffer === null) continue;
        out.put(1 + ((buffer.transaction === 0 ? 0 : 1) | (buffer.userMayFree ? 2 : 0)));
        out.put(placeIn(all, buffer.id));
      }
      out.put(0);
    }
    for (const { key, stack, todo } of state.threads) {
      out.put(key);
      out.put(placeIn(all, stack));
      worksWith(all, todo, out);
    }
    for (const { owner, asyncTodo } of state.nodes) {
      if (asyncTodo.length === 0) continue;
      out.put(placeOf(state, owner));
      for (const id of asyncTodo) out.put(1 + placeIn(all, id));
      out.put(0);
    }
  },
};

/** Aspects of references: what nodes count, who has them, and the ids of everything. */
import { NO_FILE, alike, isSameFile, placeIn, placeOf, sign } from './aspect.ts';
import type { Aspect, Node, Ref, Transaction } from './aspect.ts';

const refAlike = (one: Ref, other: Ref): boolean =>
  one.file === other.file &&
  one.node === other.node &&
  one.handle === other.handle &&
  sign(one.strong) === sign(other.strong) &&
  sign(one.weak) === sign(other.weak);

const countsAlike = (one: Node | undefined, other: Node | undefined): boolean =>
  one === other ||
  (one !== undefined &&
    other !== undefined &&
    one.id === other.id &&
    one.owner === other.owner &&
    one.internalStrong === other.internalStrong &&
    sign(one.localStrong) === sign(other.localStrong) &&
    sign(one.localWeak) === sign(other.localWeak) &&
    one.hasStrong === other.hasStrong &&
    one.hasWeak === other.hasWeak &&
    one.hasAsync === other.hasAsync &&
    one.asyncTodo.length === other.asyncTodo.length &&
    one.refs.length === other.refs.length);

/** One node: what it counts, and how many refs name it. */
export const node: Aspect = {
  invariants: [1, 2, 3, 4, 5, 6].map(number => `INV-NODE-0${number}`),
  parts: ({ nodes }) => nodes.length,
  isSame: (state, before, at) =>
    countsAlike(state.nodes[at], before.nodes[at]) &&
    alike(state.refs, before.refs, refAlike) &&
    alike(state.files, before.files, isSameFile),
  write: (state, out, at) => {
    const one = state.nodes[at] as Node;
    const { id, owner } = one;
    let refs = 0;
    let strong = 0;
    for (const ref of state.refs) {
      if (ref.node !== id) continue;
      for (const { key } of state.files) {
        if (key !== ref.file) continue;
        refs++;
        if (ref.strong > 0) strong++;
      }
    }
    out.put(owner === NO_FILE ? 0 : 1 + Math.min(1, placeOf(state, owner)));
    out.put(one.internalStrong);
    out.put(sign(one.localStrong));
    out.put(sign(one.localWeak));
    out.put((one.hasStrong ? 1 : 0) | (one.hasWeak ? 2 : 0) | (one.hasAsync ? 4 : 0));
    out.put(one.asyncTodo.length);
    out.put(one.refs.length);
    out.put(refs);
    out.put(strong);
  },
};

const ownAlike = (one: Node, other: Node): boolean =>
  one.id === other.id && one.owner === other.owner && one.ptr === other.ptr;

/** Nodes and refs: who has them. */
export const references: Aspect = {
  invariants: [
    'INV-NODE-08',
    ...[1, 2, 3, 4, 5, 6].map(number => `INV-REF-0${number}`),
    'INV-CENSUS-03',
    'INV-CENSUS-04',
  ],
  isSame: (state, before) =>
    alike(state.nodes, before.nodes, ownAlike) &&
    alike(state.refs, before.refs, refAlike) &&
    alike(state.files, before.files, isSameFile),
  write: (state, out) => {
    const { nodes, refs } = state;
    for (const { key, device } of state.files) {
      out.put(1 + key);
      out.put(device);
    }
    out.put(0);
    out.put(nodes.length);
    for (const node of nodes) {
      out.put(placeIn(nodes, node.id));
      out.put(node.owner === NO_FILE ? 0 : 1 + placeOf(state, node.owner));
      out.put(Number(node.ptr));
    }
    for (const ref of refs) {
      out.put(placeOf(state, ref.file));
      out.put(placeIn(nodes, ref.node));
      out.put(ref.handle);
      out.put(3 * sign(ref.strong) + sign(ref.weak));
    }
  },
};

const countAlike = (one: Node, other: Node): boolean => one.id === other.id && one.owner === other.owner;
const nameAlike = (one: Ref, other: Ref): boolean => one.id === other.id && one.file === other.file;
const isSameSending = (one: Transaction, other: Transaction): boolean => one.id === other.id;

/** Which ids of nodes, refs and transactions stand for an earlier one, too. */
export const counter: Aspect = {
  invariants: ['INV-NODE-09'],
  isSame: (state, before) =>
    alike(state.nodes, before.nodes, countAlike) &&
    alike(state.refs, before.refs, nameAlike) &&
    alike(state.transactions, before.transactions, isSameSending) &&
    alike(state.files, before.files, isSameFile),
  write: (state, out) => {
    const { nodes, refs, transactions: sent } = state;
    const ids: number[] = [];
    for (const { key } of state.files) out.put(1 + key);
    out.put(0);
    out.put(nodes.length);
    out.put(refs.length);
    for (const { owner } of nodes) out.put(owner === NO_FILE ? 0 : 1 + placeOf(state, owner));
    for (const { file } of refs) out.put(placeOf(state, file));
    for (const table of [nodes, refs, sent] as const) {
      for (const { id } of table) {
        if (ids.includes(id)) out.put(ids.length);
        ids.push(id);
      }
    }
  },
};

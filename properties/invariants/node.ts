/** Nodes: what they count is what exists. */
import type { NodeSnapshot, ProcSnapshot, RefSnapshot } from '../../abi/snapshot.ts';
import { forEvery, perSnapshot, type Invariant } from '../invariant.ts';

interface Counted {
  readonly owner: ProcSnapshot | undefined;
  readonly node: NodeSnapshot;
  readonly refs: readonly RefSnapshot[];
}

const NO_REFS: readonly RefSnapshot[] = [];

/** Every node with the refs that name it. */
const nodesOf = perSnapshot((seen): readonly Counted[] => {
  const byNode = new Map<number, RefSnapshot[]>();
  for (const { refs } of seen.procs) {
    for (const ref of refs) {
      const list = byNode.get(ref.node);
      if (list === undefined) byNode.set(ref.node, [ref]);
      else list.push(ref);
    }
  }
  const nodes: Counted[] = [];
  for (const owner of seen.procs) {
    for (const node of owner.nodes) nodes.push({ owner, node, refs: byNode.get(node.id) ?? NO_REFS });
  }
  for (const node of seen.deadNodes ?? []) nodes.push({ owner: undefined, node, refs: byNode.get(node.id) ?? NO_REFS });
  return nodes;
});

const name = ({ owner, node }: Counted): string =>
  owner === undefined ? `dead node ${node.id}` : `node ${node.id} of process ${owner.proc} fd ${owner.fd}`;

export const internalStrong: Invariant = forEvery({
  id: 'INV-NODE-01',
  says: 'The internal strong count of a node is the number of refs that hold it strongly.',
  among: nodesOf,
  holds: ({ node, refs }) => node.internalStrong === refs.filter(({ strong }) => strong > 0).length,
  but: item =>
    `${name(item)} counts ${item.node.internalStrong}, of ${item.refs.length} refs ${item.refs.filter(({ strong }) => strong > 0).length} are strong`,
});

export const refsAreListed: Invariant = forEvery({
  id: 'INV-NODE-02',
  says: 'The number of refs that a node lists is the number of refs that name it.',
  among: nodesOf,
  holds: ({ node, refs }) => node.refs === refs.length,
  but: item => `${name(item)} lists ${item.node.refs} refs, ${item.refs.length} exist`,
});

export const nodesAreNeeded: Invariant = forEvery({
  id: 'INV-NODE-03',
  says: 'A node exists only while something refers to it or its owner still believes so.',
  among: nodesOf,
  holds: ({ node, refs }) =>
    refs.length > 0 || node.localStrong > 0 || node.localWeak > 0 || node.hasStrong || node.hasWeak,
  but: item => `nothing refers to ${name(item)}`,
});

export const deadNodesAreHeld: Invariant = forEvery({
  id: 'INV-NODE-04',
  says: 'A dead node has no local counts and at least one ref.',
  among: seen => nodesOf(seen).filter(({ owner }) => owner === undefined),
  holds: ({ node, refs }) => refs.length > 0 && node.localStrong === 0 && node.localWeak === 0,
  but: item =>
    `${name(item)} has ${item.refs.length} refs, local counts ${item.node.localStrong} and ${item.node.localWeak}`,
});

export const countsAreNatural: Invariant = forEvery({
  id: 'INV-NODE-05',
  says: 'No count of a node is negative.',
  among: nodesOf,
  holds: ({ node }) => node.localStrong >= 0 && node.localWeak >= 0 && node.internalStrong >= 0,
  but: item => `${name(item)} counts ${item.node.localStrong} ${item.node.localWeak} ${item.node.internalStrong}`,
});

export const onewaysWaitForOne: Invariant = forEvery({
  id: 'INV-NODE-06',
  says: 'Oneways wait at a node only while another one is under way.',
  among: seen => nodesOf(seen).filter(({ node }) => node.asyncTodo.length > 0),
  holds: ({ node }) => node.hasAsync !== false,
  but: item => `${item.node.asyncTodo.length} oneways wait at ${name(item)} and none is under way`,
});

export const onewaysKeepOrder: Invariant = forEvery({
  id: 'INV-NODE-07',
  says: 'Oneways wait at a node in the order in which they were sent.',
  among: seen => nodesOf(seen).filter(({ node }) => node.asyncTodo.length > 1),
  holds: ({ node }) => node.asyncTodo.every((id, at) => at === 0 || id > (node.asyncTodo[at - 1] as number)),
  but: item => `at ${name(item)} wait ${item.node.asyncTodo.join(' ')}`,
});

export const ptrIsUnique: Invariant = forEvery({
  id: 'INV-NODE-08',
  says: 'A process has one node for each ptr.',
  among: seen => seen.procs.filter(({ nodes }) => nodes.length > 1),
  holds: ({ nodes }) => new Set(nodes.map(({ ptr }) => ptr)).size === nodes.length,
  but: ({ proc, fd, nodes }) => `process ${proc} fd ${fd} has nodes ${nodes.map(({ ptr }) => ptr).join(' ')}`,
});

export const idsAreUnique: Invariant = forEvery({
  id: 'INV-NODE-09',
  says: 'Nodes, refs and transactions take their ids from one counter.',
  among: seen => [seen],
  holds: seen => {
    const ids = nodesOf(seen).map(({ node }) => node.id);
    for (const { refs } of seen.procs) for (const { id } of refs) ids.push(id);
    for (const { id } of seen.transactions ?? []) ids.push(id);
    return new Set(ids).size === ids.length;
  },
  but: () => 'one id stands for two things',
});

/** Refs: handles, counts, and what they name. */
import type { ProcSnapshot, RefSnapshot, Snapshot } from '../../abi/snapshot.ts';
import { forEvery, perSnapshot, type Invariant } from '../invariant.ts';

interface Held {
  readonly proc: ProcSnapshot;
  readonly ref: RefSnapshot;
}

const refsOf = perSnapshot((seen): readonly Held[] =>
  seen.procs.flatMap(proc => proc.refs.map(ref => ({ proc, ref }))),
);

const name = ({ proc, ref }: Held): string => `process ${proc.proc} fd ${proc.fd}: handle ${ref.handle}`;

export const everyHandleIsCounted: Invariant = forEvery({
  id: 'INV-REF-01',
  says: 'A handle exists only while its process holds a count on it, and counts are not negative.',
  among: refsOf,
  holds: ({ ref }) => ref.strong >= 0 && ref.weak >= 0 && ref.strong + ref.weak > 0,
  but: held => `${name(held)} has strong ${held.ref.strong} and weak ${held.ref.weak}`,
});

export const oneHandleANode: Invariant = forEvery({
  id: 'INV-REF-02',
  says: 'A process has one handle for each node and one node for each handle.',
  among: seen => seen.procs.filter(({ refs }) => refs.length > 1),
  holds: ({ refs }) =>
    new Set(refs.map(({ handle }) => handle)).size === refs.length &&
    new Set(refs.map(({ node }) => node)).size === refs.length,
  but: ({ proc, fd, refs }) =>
    `process ${proc} fd ${fd}: ${refs.map(({ handle, node }) => `${handle}->${node}`).join(' ')}`,
});

const ownersOf = (seen: Snapshot): ReadonlyMap<number, ProcSnapshot | undefined> => {
  const owners = new Map<number, ProcSnapshot | undefined>();
  for (const proc of seen.procs) for (const { id } of proc.nodes) owners.set(id, proc);
  for (const { id } of seen.deadNodes ?? []) owners.set(id, undefined);
  // Where dead nodes are not shown, a ref that says so is taken at its word.
  if (seen.deadNodes === null) {
    for (const { refs } of seen.procs) for (const { dead, node } of refs) if (dead) owners.set(node, undefined);
  }
  return owners;
};

interface Named extends Held {
  readonly known: boolean;
  readonly owner: ProcSnapshot | undefined;
}

const namedRefs = perSnapshot((seen): readonly Named[] => {
  const owners = ownersOf(seen);
  return refsOf(seen).map(({ proc, ref }) => ({
    proc,
    ref,
    known: owners.has(ref.node),
    owner: owners.get(ref.node),
  }));
});

export const namesANode: Invariant = forEvery({
  id: 'INV-REF-03',
  says: 'A ref names a node that exists, and says that it is dead exactly when its owner is gone.',
  among: namedRefs,
  holds: ({ ref, known, owner }) => known && ref.dead === (owner === undefined),
  but: held => `${name(held)} names ${held.known ? 'a' : 'no'} node ${held.ref.node}, dead ${held.ref.dead}`,
});

export const neverOwn: Invariant = forEvery({
  id: 'INV-REF-04',
  says: 'No process holds a handle on a node of its own.',
  among: namedRefs,
  holds: ({ proc, owner }) => owner !== proc,
  but: held => `${name(held)} is its own node ${held.ref.node}`,
});

export const contextsAreApart: Invariant = forEvery({
  id: 'INV-REF-05',
  says: 'A handle and its node belong to the same device.',
  among: seen => namedRefs(seen).filter(({ owner }) => owner !== undefined),
  holds: ({ proc, owner }) => proc.device === owner?.device,
  but: held => `${name(held)} reaches from device ${held.proc.device} to device ${held.owner?.device}`,
});

export const oneManager: Invariant = forEvery({
  id: 'INV-REF-06',
  says: 'All living nodes that a device knows as handle 0 are one node: the context manager.',
  among: seen => {
    const byDevice = new Map<number, Set<number>>();
    for (const { proc, ref, owner } of namedRefs(seen)) {
      if (ref.handle !== 0 || owner === undefined) continue;
      const nodes = byDevice.get(proc.device) ?? new Set();
      byDevice.set(proc.device, nodes.add(ref.node));
    }
    return [...byDevice];
  },
  holds: ([, nodes]) => nodes.size === 1,
  but: ([device, nodes]) => `device ${device}: handle 0 names nodes ${[...nodes].join(' ')}`,
});

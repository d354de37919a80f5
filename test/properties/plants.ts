/** The catalogue of planted faults that the shrinker is judged by: what a driver shows wrongly, and how short it gets. */
import type { Return } from '../../abi/observation.ts';
import type { ProcSnapshot, Snapshot } from '../../abi/snapshot.ts';

/** A fault of what a driver shows, with the length of the shortest log that shows it. */
export interface Plant {
  readonly says: string;
  readonly shortest: number;
  readonly returned?: (one: Return) => Return;
  readonly seen?: (snapshot: Snapshot) => Snapshot;
}

const inProcs =
  (edit: (proc: ProcSnapshot) => ProcSnapshot) =>
  (snapshot: Snapshot): Snapshot => ({ ...snapshot, procs: snapshot.procs.map(edit) });

export const PLANTS: readonly Plant[] = [
  {
    says: 'a dead reply is shown as a failed one',
    shortest: 2,
    returned: one => (one.br === 'BR_DEAD_REPLY' ? { br: 'BR_FAILED_REPLY' } : one),
  },
  {
    says: 'a payload of 1,000 bytes or more is cut',
    shortest: 6,
    returned: one => ('dataSize' in one && one.dataSize >= 1000 ? { ...one, dataSize: 999 } : one),
  },
  {
    says: 'a node is announced without its cookie',
    shortest: 5,
    returned: one => (one.br === 'BR_ACQUIRE' ? { ...one, cookie: 0 } : one),
  },
  {
    says: 'a death is told with another cookie',
    shortest: 6,
    returned: one => (one.br === 'BR_DEAD_BINDER' ? { ...one, cookie: 1 } : one),
  },
  {
    says: 'free async space is wrong from three buffers on',
    shortest: 5,
    seen: inProcs(proc =>
      proc.buffers.filter(({ async }) => async === true).length > 2 ? { ...proc, freeAsync: proc.freeAsync - 8 } : proc,
    ),
  },
  {
    says: 'a reply loses its code',
    shortest: 9,
    returned: one => (one.br === 'BR_REPLY' && one.code !== 0 ? { ...one, code: 0 } : one),
  },
  {
    says: 'a dead node that two processes hold has one reference too few',
    shortest: 7,
    seen: snapshot => ({
      ...snapshot,
      deadNodes: (snapshot.deadNodes ?? []).map(node => (node.refs > 1 ? { ...node, refs: 1 } : node)),
    }),
  },
  {
    says: 'a stack of two calls shows the older one only',
    shortest: 8,
    seen: inProcs(proc => ({
      ...proc,
      threads: proc.threads.map(thread => ({ ...thread, stack: thread.stack.slice(-1) })),
    })),
  },
  {
    says: 'two oneways that wait for their turn change places',
    shortest: 5,
    seen: inProcs(proc => ({
      ...proc,
      nodes: proc.nodes.map(node => ({ ...node, asyncTodo: [...node.asyncTodo].reverse() })),
    })),
  },
  {
    says: 'a frozen process is said to have failed',
    shortest: 6,
    returned: one => (one.br === 'BR_FROZEN_REPLY' ? { br: 'BR_FAILED_REPLY' } : one),
  },
  {
    says: 'nobody is asked for another thread',
    shortest: 3,
    returned: one => (one.br === 'BR_SPAWN_LOOPER' ? { br: 'BR_NOOP' } : one),
  },
  {
    says: 'the end of a registration is confirmed with another cookie',
    shortest: 4,
    returned: one => (one.br === 'BR_CLEAR_DEATH_NOTIFICATION_DONE' ? { ...one, cookie: 1 } : one),
  },
  {
    says: 'a suspected flood is told as completion',
    shortest: 6,
    returned: one => (one.br === 'BR_ONEWAY_SPAM_SUSPECT' ? { br: 'BR_TRANSACTION_COMPLETE' } : one),
  },
  {
    says: 'a node that nobody holds is released under another cookie',
    shortest: 7,
    returned: one => (one.br === 'BR_RELEASE' ? { ...one, cookie: 0 } : one),
  },
  {
    says: 'the second object of a message is lost',
    shortest: 6,
    returned: one => ('offsets' in one && one.offsets.length > 1 ? { ...one, offsets: one.offsets.slice(0, 1) } : one),
  },
  {
    says: 'the second piece of a message is lost',
    shortest: 6,
    returned: one => ('pieces' in one && one.pieces.length > 1 ? { ...one, pieces: one.pieces.slice(0, 1) } : one),
  },
  {
    says: 'a handle numbered three is shown dead',
    shortest: 5,
    seen: inProcs(proc => ({
      ...proc,
      refs: proc.refs.map(ref => (ref.handle === 3 && ref.strong > 1 ? { ...ref, dead: true } : ref)),
    })),
  },
];

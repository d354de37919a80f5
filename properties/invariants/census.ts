/** The leak census: what was created and not deleted is what can be reached. */
import type { Census, Snapshot } from '../../abi/snapshot.ts';
import { forEvery, type Invariant } from '../invariant.ts';

type Class = Exclude<keyof Census, 'death'>;

const reachable = new WeakMap<Snapshot, Record<Class, number>>();

const count = (seen: Snapshot): Record<Class, number> => {
  const known = reachable.get(seen);
  if (known !== undefined) return known;
  const counts = {
    proc: 0,
    thread: 0,
    node: seen.deadNodes?.length ?? 0,
    ref: 0,
    transaction: seen.transactions?.length ?? 0,
    transaction_complete: 0,
  };
  for (const proc of seen.procs) {
    counts.proc++;
    counts.thread += proc.threads.length;
    counts.node += proc.nodes.length;
    counts.ref += proc.refs.length;
    for (const { todo } of proc.threads) {
      for (const { work } of todo) if (work === 'complete' || work === 'spam_suspect') counts.transaction_complete++;
    }
  }
  reachable.set(seen, counts);
  return counts;
};

const conserved = (id: Invariant['id'], what: Class, says: string): Invariant =>
  forEvery<Census>({
    id,
    says,
    among: seen =>
      seen.census === null || (what === 'transaction' && seen.transactions === null) ? [] : [seen.census],
    holds: (census, seen) => census[what] === count(seen)[what],
    but: (census, seen) => `${census[what]} exist and ${count(seen)[what]} can be reached`,
  });

export const procs = conserved('INV-CENSUS-01', 'proc', 'Every open file that exists is listed.');
export const threads = conserved('INV-CENSUS-02', 'thread', 'Every thread that exists belongs to a listed file.');
export const nodes = conserved('INV-CENSUS-03', 'node', 'Every node that exists is listed, alive or dead.');
export const refs = conserved('INV-CENSUS-04', 'ref', 'Every ref that exists is listed.');
export const transactions = conserved(
  'INV-CENSUS-05',
  'transaction',
  'Every transaction that exists is queued, stacked or unanswered.',
);
export const completes = conserved(
  'INV-CENSUS-06',
  'transaction_complete',
  'Every completion that exists waits in a thread.',
);

export const deaths: Invariant = forEvery<Census>({
  id: 'INV-CENSUS-07',
  says: 'There are at least as many death records as refs with a registration and queued death work.',
  among: seen => (seen.census === null ? [] : [seen.census]),
  holds: (census, seen) =>
    census.death >= seen.procs.reduce((sum, { refs: held }) => sum + held.filter(({ death }) => death).length, 0),
  but: census => `only ${census.death} death records exist`,
});

export const nothingIsLeft: Invariant = forEvery<Snapshot>({
  id: 'INV-CENSUS-08',
  says: 'When nothing is open any more, nothing exists.',
  among: seen => (seen.procs.length === 0 ? [seen] : []),
  holds: ({ deadNodes, transactions: left, census }) =>
    (deadNodes?.length ?? 0) === 0 &&
    (left?.length ?? 0) === 0 &&
    (census === null || Object.values(census).every(n => n === 0)),
  but: ({ deadNodes, transactions: left, census }) =>
    `${deadNodes?.length ?? 0} dead nodes and ${left?.length ?? 0} transactions are left, census ${JSON.stringify(census)}`,
});

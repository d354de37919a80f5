/** Transactions: each is in one place, and both ends of a call agree about it. */
import type { Snapshot, TransactionSnapshot } from '../../abi/snapshot.ts';
import { forEvery, perSnapshot, type Invariant } from '../invariant.ts';

const TF_ONE_WAY = 1;

/** Where a transaction waits, and on which stacks it is. */
interface Place {
  readonly transaction: TransactionSnapshot;
  readonly queues: number;
  readonly incoming: readonly string[];
  readonly outgoing: readonly string[];
}

const NOWHERE = { queues: 0, incoming: [] as string[], outgoing: [] as string[] };

const key = (proc: number, fd: number, { thread, holder }: Native): string =>
  holder === undefined ? `${proc}.${fd}.${thread}` : `${proc}.${fd}.${holder}:${thread}`;

/** A native thread by its number, and by its process where that did not open the file. */
interface Native {
  readonly thread: number | null;
  readonly holder?: number | undefined;
}

interface Survey {
  readonly places: readonly Place[];
  /** Ids that stand somewhere and do not exist; `null` where that cannot be told. */
  readonly strays: readonly number[] | null;
}

const survey = perSnapshot((seen): Survey => {
  const found = new Map<number, { queues: number; incoming: string[]; outgoing: string[] }>();
  const at = (id: number): { queues: number; incoming: string[]; outgoing: string[] } => {
    let place = found.get(id);
    if (place === undefined) found.set(id, (place = { queues: 0, incoming: [], outgoing: [] }));
    return place;
  };
  for (const proc of seen.procs) {
    for (const work of proc.todo) if (work.work === 'transaction') at(work.id).queues++;
    for (const { asyncTodo } of proc.nodes) for (const id of asyncTodo) at(id).queues++;
    for (const thread of proc.threads) {
      for (const work of thread.todo) if (work.work === 'transaction') at(work.id).queues++;
      for (const { id, direction } of thread.stack) at(id)[direction].push(key(proc.proc, proc.fd, thread));
    }
  }
  const transactions = seen.transactions ?? [];
  const ids = new Set(transactions.map(({ id }) => id));
  return {
    places: transactions.map(transaction => {
      const { queues, incoming, outgoing } = found.get(transaction.id) ?? NOWHERE;
      return { transaction, queues, incoming, outgoing };
    }),
    strays: seen.transactions === null ? null : [...found.keys()].filter(id => !ids.has(id)),
  };
});

const placesOf = (seen: Snapshot): readonly Place[] => survey(seen).places;
const callsOf = perSnapshot(seen => placesOf(seen).filter(({ transaction }) => transaction.needsReply));

export const queuedOnce: Invariant = forEvery({
  id: 'INV-TRANSACTION-01',
  says: 'A transaction waits in one queue or has been read, never both and never twice.',
  among: placesOf,
  holds: ({ queues, incoming }) => queues <= 1 && incoming.length <= 1 && queues + incoming.length <= 1,
  but: ({ transaction, queues, incoming }) =>
    `transaction ${transaction.id} is in ${queues} queues and on the stacks of ${incoming.join(' ')}`,
});

export const somewhere: Invariant = forEvery({
  id: 'INV-TRANSACTION-02',
  says: 'What is queued or on a stack exists.',
  among: (seen): readonly (readonly number[])[] => {
    const { strays } = survey(seen);
    return strays === null ? [] : [strays];
  },
  holds: ids => ids.length === 0,
  but: ids => `transactions ${ids.join(' ')} are queued and do not exist`,
});

export const endsAgree: Invariant = forEvery({
  id: 'INV-TRANSACTION-03',
  says: 'The caller of a call has it on its stack, and so has its handler once it was read.',
  among: callsOf,
  holds: ({ transaction: { from, to }, incoming, outgoing }) =>
    (from === null ? outgoing.length === 0 : outgoing.length === 1 && outgoing[0] === key(from.proc, from.fd, from)) &&
    (incoming.length === 0 || (to !== null && incoming[0] === key(to.proc, to.fd, to))),
  but: ({ transaction, incoming, outgoing }) =>
    `call ${transaction.id} from ${JSON.stringify(transaction.from)} to ${JSON.stringify(transaction.to)} is outgoing at ${outgoing.join(' ')} and incoming at ${incoming.join(' ')}`,
});

export const onlyCallsAreStacked: Invariant = forEvery({
  id: 'INV-TRANSACTION-04',
  says: 'Oneways and replies are on no stack.',
  among: seen => placesOf(seen).filter(({ transaction }) => !transaction.needsReply),
  holds: ({ transaction, incoming, outgoing }) => transaction.from === null && incoming.length + outgoing.length === 0,
  but: ({ transaction, incoming, outgoing }) =>
    `transaction ${transaction.id} is on the stacks of ${[...incoming, ...outgoing].join(' ')}`,
});

export const onewaysNeedNoReply: Invariant = forEvery({
  id: 'INV-TRANSACTION-05',
  says: 'A transaction that needs a reply is not a oneway.',
  among: callsOf,
  holds: ({ transaction }) => (transaction.flags & TF_ONE_WAY) === 0,
  but: ({ transaction }) => `call ${transaction.id} has flags ${transaction.flags.toString(16)}`,
});

export const newestOnTop: Invariant = forEvery({
  id: 'INV-TRANSACTION-06',
  says: 'A stack holds the newest transaction on top.',
  among: seen =>
    seen.procs.flatMap(proc => proc.threads.filter(({ stack }) => stack.length > 1).map(thread => ({ proc, thread }))),
  holds: ({ thread: { stack } }) => stack.every(({ id }, at) => at === 0 || id < (stack[at - 1]?.id as number)),
  but: ({ proc, thread }) =>
    `process ${proc.proc} fd ${proc.fd} thread ${thread.thread} stacks ${thread.stack.map(({ id }) => id).join(' ')}`,
});

export const oneOutgoing: Invariant = forEvery({
  id: 'INV-TRANSACTION-07',
  says: 'A thread has a second call under way only on top of one that it serves.',
  among: seen =>
    seen.procs.flatMap(proc => proc.threads.filter(({ stack }) => stack.length > 1).map(thread => ({ proc, thread }))),
  holds: ({ thread: { stack } }) =>
    stack.every(({ direction }, at) => direction === 'incoming' || stack[at + 1]?.direction !== 'outgoing'),
  but: ({ proc, thread }) => `process ${proc.proc} fd ${proc.fd} thread ${thread.thread} has two calls in a row`,
});

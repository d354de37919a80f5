/** Threads: who waits, who was asked for, and what a waiting thread may leave unread. */
import type { ProcSnapshot, ThreadSnapshot } from '../../abi/snapshot.ts';
import { forEvery, perSnapshot, type Invariant } from '../invariant.ts';

const WAITING = 0x10;
const KNOWN_BITS = 0x3f;

interface Member {
  readonly proc: ProcSnapshot;
  readonly thread: ThreadSnapshot;
}

const threadsOf = perSnapshot((seen): readonly Member[] =>
  seen.procs.flatMap(proc => proc.threads.map(thread => ({ proc, thread }))),
);

const name = ({ proc, thread }: Member): string =>
  `process ${proc.proc} fd ${proc.fd} thread ${thread.thread}${holderText(thread)}`;

/** Whose thread it is where the opener's would be expected. */
const holderText = ({ holder }: ThreadSnapshot): string => (holder === undefined ? '' : ` of process ${holder}`);

const waits = (thread: ThreadSnapshot): boolean => (thread.looper & WAITING) !== 0;

export const oneRequest: Invariant = forEvery({
  id: 'INV-THREAD-01',
  says: 'At most one new looper is asked for at a time.',
  among: seen => seen.procs,
  holds: ({ requestedThreads, startedThreads }) =>
    (requestedThreads === 0 || requestedThreads === 1) && startedThreads >= 0,
  but: ({ proc, fd, requestedThreads }) => `process ${proc} fd ${fd} has ${requestedThreads} requests`,
});

export const readyAreWaiting: Invariant = forEvery({
  id: 'INV-THREAD-02',
  says: 'Every thread that is ready for work of its process waits, with nothing on its stack.',
  among: seen => seen.procs.filter(({ readyThreads }) => readyThreads > 0),
  holds: proc => proc.readyThreads <= proc.threads.filter(thread => waits(thread) && thread.stack.length === 0).length,
  but: ({ proc, fd, readyThreads }) => `process ${proc} fd ${fd} counts ${readyThreads} ready threads`,
});

export const waitingHasNothing: Invariant = forEvery({
  id: 'INV-THREAD-03',
  says: 'A thread that waits has nothing to read beyond completions and node work that wait for company.',
  among: seen => threadsOf(seen).filter(({ thread }) => waits(thread)),
  holds: ({ thread }) => thread.todo.every(({ work }) => work === 'complete' || work === 'node'),
  but: member => `${name(member)} waits over ${member.thread.todo.map(({ work }) => work).join(' ')}`,
});

export const noWorkIsLeftLying: Invariant = forEvery({
  id: 'INV-THREAD-04',
  says: 'While a process has work that nobody reads, none of its threads is ready for it.',
  among: seen => seen.procs.filter(({ todo }) => todo.length > 0),
  holds: ({ readyThreads }) => readyThreads === 0,
  but: ({ proc, fd, todo, readyThreads }) =>
    `process ${proc} fd ${fd} leaves ${todo.length} items to ${readyThreads} ready threads`,
});

export const knownBits: Invariant = forEvery({
  id: 'INV-THREAD-05',
  says: 'A thread has no looper bits beyond the six that exist.',
  among: threadsOf,
  holds: ({ thread }) => (thread.looper & ~KNOWN_BITS) === 0,
  but: member => `${name(member)} has looper bits ${member.thread.looper.toString(16)}`,
});

export const invalidHasReason: Invariant = forEvery({
  id: 'INV-THREAD-06',
  says: 'A looper is invalid only if it registered.',
  among: seen => threadsOf(seen).filter(({ thread }) => (thread.looper & 8) !== 0),
  holds: ({ thread }) => (thread.looper & 1) !== 0,
  but: member => `${name(member)} is invalid with bits ${member.thread.looper.toString(16)}`,
});

export const filesAreApart: Invariant = forEvery({
  id: 'INV-PROCESS-01',
  says: 'Every open file is listed once, with each of its threads once.',
  among: seen => [seen],
  holds: ({ procs }) =>
    new Set(procs.map(({ proc, fd }) => `${proc} ${fd}`)).size === procs.length &&
    procs.every(
      ({ threads }) => new Set(threads.map(({ holder, thread }) => `${holder} ${thread}`)).size === threads.length,
    ),
  but: ({ procs }) => `files ${procs.map(({ proc, fd }) => `${proc}.${fd}`).join(' ')}`,
});

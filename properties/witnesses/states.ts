/** States that runs must sometimes reach. */
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Witness } from '../witness.ts';

const someProc =
  (test: (proc: Snapshot['procs'][number]) => boolean) =>
  (seen: Snapshot): boolean =>
    seen.procs.some(test);

export const states: readonly Witness[] = [
  {
    id: 'WIT-STATE-01',
    says: 'Two threads of a process wait.',
    onSnapshot: someProc(({ readyThreads }) => readyThreads > 1),
  },
  {
    id: 'WIT-STATE-02',
    says: 'A message waits for a process.',
    onSnapshot: someProc(({ todo }) => todo.some(({ work }) => work === 'transaction')),
  },
  {
    id: 'WIT-STATE-03',
    says: 'A oneway waits for another one.',
    onSnapshot: someProc(({ nodes }) => nodes.some(({ asyncTodo }) => asyncTodo.length > 0)),
  },
  {
    id: 'WIT-STATE-04',
    says: 'A thread serves a call and waits for one of its own.',
    onSnapshot: someProc(({ threads }) => threads.some(({ stack }) => stack.length > 1)),
  },
  {
    id: 'WIT-STATE-05',
    says: 'Three transactions are on one stack.',
    onSnapshot: someProc(({ threads }) => threads.some(({ stack }) => stack.length > 2)),
  },
  {
    id: 'WIT-STATE-06',
    says: 'The async half is nearly used up.',
    onSnapshot: someProc(({ arena, freeAsync }) => (arena ?? 0) > 0 && freeAsync < (arena as number) / 10),
  },
  {
    id: 'WIT-STATE-07',
    says: 'A mapping has a hole between two buffers.',
    onSnapshot: someProc(({ buffers }) =>
      buffers.some((buffer, at) => at > 0 && buffer.offset > (buffers[at - 1]?.offset ?? 0) + 4096),
    ),
  },
  {
    id: 'WIT-STATE-08',
    says: 'A node outlives its owner.',
    onSnapshot: ({ procs }) => procs.some(({ refs }) => refs.some(({ dead }) => dead)),
  },
  {
    id: 'WIT-STATE-09',
    says: 'Three processes hold one node.',
    onSnapshot: someProc(({ nodes }) => nodes.some(({ refs }) => refs > 2)),
  },
  {
    id: 'WIT-STATE-10',
    says: 'A handle is held weakly only.',
    onSnapshot: someProc(({ refs }) => refs.some(({ strong }) => strong === 0)),
  },
  {
    id: 'WIT-STATE-11',
    says: 'A delivered death waits for its acknowledgement.',
    onSnapshot: someProc(({ deliveredDeath }) => deliveredDeath),
  },
  {
    id: 'WIT-STATE-12',
    says: 'A looper answered a request.',
    onSnapshot: someProc(({ startedThreads }) => startedThreads > 0),
  },
  {
    id: 'WIT-STATE-13',
    says: 'A page is populated and used by nobody.',
    onSnapshot: someProc(({ pages }) => pages.lru > 0),
  },
  {
    id: 'WIT-STATE-14',
    says: 'A message lies unread with a single thread.',
    onSnapshot: someProc(({ threads }) => threads.some(({ todo }) => todo.some(({ work }) => work === 'transaction'))),
  },
  {
    id: 'WIT-STATE-15',
    says: 'Two devices are in use.',
    onSnapshot: ({ procs }) => procs.some(({ device }) => device > 0),
  },
  {
    id: 'WIT-STATE-16',
    says: 'One process has two open files.',
    onSnapshot: ({ procs }) => procs.some(({ proc }, at) => at > 0 && procs[at - 1]?.proc === proc),
  },
  { id: 'WIT-STATE-17', says: 'Everything that was open is gone.', onSnapshot: ({ procs }) => procs.length === 0 },
];

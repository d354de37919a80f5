/**
 * What reading a debugfs file shows, and does: printing holds a node for a moment, and letting go judges it again
 * (DBG-14, NODE-15). A node that only waits for its owner's acknowledgement is then queued once more, and a reader woken
 * for nothing.
 */
import type { Looks } from '../abi/specification.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import { settle } from './node.ts';
import { runAllWoken } from './read.ts';
import { byPtr, snapshotOf } from './snapshot.ts';
import type { Node, State } from './state.ts';
import { Turn } from './turn.ts';

/** What a file that lists these nodes may show, and the state when everybody has come to rest again. */
const look = (
  state: State,
  lists: (node: Node) => boolean,
): { readonly moments: Snapshot[]; readonly after: State } => {
  const turn = new Turn(state, 0, []);
  for (const { id } of state.nodes.filter(lists).sort(byPtr)) settle(turn, id);
  const plain = snapshotOf(state);
  if (turn.nodes === state.nodes) return { moments: [plain], after: state };
  const looked = snapshotOf(turn.state());
  runAllWoken(turn);
  const after = turn.state();
  const settled = snapshotOf(after);
  // Threads and nodes are printed before their nodes are let go, the todo list after that, and the count of ready
  // threads comes from a second file, when everybody has come to rest again.
  const seen = ({ procs }: Snapshot): Snapshot => ({
    ...plain,
    procs: plain.procs.map((proc, at) => ({
      ...proc,
      todo: procs[at]?.todo ?? proc.todo,
      readyThreads: settled.procs[at]?.readyThreads ?? proc.readyThreads,
    })),
  });
  return { moments: [plain, seen(looked), seen(settled)], after };
};

const everyNode = (): boolean => true;

/** What the state file may show. */
export const shown = (state: State): readonly Snapshot[] => look(state, everyNode).moments;

/** DBG-08, DBG-09: the transactions file lists nodes with a oneway in flight, the files of processes all of theirs. */
export const looks = (state: State): Looks => {
  const whole = look(state, everyNode);
  const moving = look(whole.after, ({ hasAsync }) => hasAsync);
  return { state: whole.moments, transactions: moving.moments, processes: look(moving.after, everyNode).moments };
};

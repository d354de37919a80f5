/** What the debugfs files tell of a history: which open files each of them lists, in which order, and what of them. */
import type { History, Journal, Listed, Native, OpenFile } from '../../abi/journal.ts';
import type { ProcSnapshot, Snapshot } from '../../abi/snapshot.ts';

const nativesOf = (threads: ProcSnapshot['threads']): readonly Native[] =>
  threads.map(({ thread, holder }) => (holder === undefined ? { thread } : { thread, holder }));

/** DBG-01, DBG-09: a block with everything. */
const whole = ({ proc, device, threads, nodes, refs, buffers, todo, deliveredDeath }: ProcSnapshot): Listed => ({
  proc,
  device,
  threads: nativesOf(threads),
  nodes: nodes.map(({ id }) => id),
  refs: refs.map(({ id }) => id),
  buffers: buffers.map(({ id }) => id),
  todo: todo.length,
  deliveredDeath,
});

/** DBG-08: what moves: threads with a stack or work, nodes with a oneway in flight, and no references. */
const moving = (file: ProcSnapshot): Listed => ({
  ...whole(file),
  threads: nativesOf(file.threads.filter(({ stack, todo }) => stack.length + todo.length > 0)),
  nodes: file.nodes.filter(({ hasAsync }) => hasAsync === true).map(({ id }) => id),
  refs: [],
});

/** DBG-08: an open file with nothing to list is left out. */
const isSomething = ({ threads, nodes, buffers, todo, deliveredDeath }: Listed): boolean =>
  threads.length + nodes.length + buffers.length + todo > 0 || deliveredDeath;

/** The journal of a driver with this history, in a state that shows this snapshot. */
export const journalOf = ({ total, made, files, log, failed }: History, { procs }: Snapshot): Journal => {
  // DBA-07: the newest first.
  const newestFirst = [...files].reverse();
  const shown = newestFirst.map(
    ({ proc, fd }) => procs.find(other => other.proc === proc && other.fd === fd) as ProcSnapshot,
  );
  const owners: OpenFile[] = files.filter(({ ownsFile }) => ownsFile).sort((a, b) => a.proc - b.proc);
  return {
    total,
    made,
    stats: newestFirst.map(({ proc, device, commands, returns }) => ({ proc, device, commands, returns })),
    state: shown.map(whole),
    transactions: shown.map(moving).filter(isSomething),
    processes: owners.map(({ proc }) => ({ proc, listed: shown.filter(file => file.proc === proc).map(whole) })),
    log,
    failed,
  };
};

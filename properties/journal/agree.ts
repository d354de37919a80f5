/** When the journal that a target shows is one that the specification allows, and which rules speak of it. */
import { equal, firstDifference } from '../../abi/equal.ts';
import type { Journal, Listed, LogEntry } from '../../abi/journal.ts';
import { blinded } from '../agree.ts';

const listedOf = ({ state, transactions, processes }: Journal): readonly Listed[] => [
  ...state,
  ...transactions,
  ...processes.flatMap(({ listed }) => listed),
];

/** The ids of the driver's counter that a journal names, ascending; 0 is none. */
const idsOf = (journal: Journal): readonly number[] => {
  const ids = new Set<number>();
  for (const { nodes, refs, buffers } of listedOf(journal))
    for (const id of [...nodes, ...refs, ...buffers]) ids.add(id);
  for (const { id, node } of [...journal.log, ...journal.failed]) ids.add(id).add(node);
  ids.delete(0);
  return [...ids].sort((a, b) => a - b);
};

/** The journal with every id of the driver's counter replaced by its rank among those that it names. */
const ranked = (journal: Journal): Journal => {
  const rank = new Map(idsOf(journal).map((id, at) => [id, at + 1]));
  const of = (id: number): number => rank.get(id) ?? 0;
  const entry = (line: LogEntry): LogEntry => ({ ...line, id: of(line.id), node: of(line.node) });
  const listed = (file: Listed): Listed => ({
    ...file,
    nodes: file.nodes.map(of),
    refs: file.refs.map(of),
    buffers: file.buffers.map(of),
  });
  return {
    ...journal,
    state: journal.state.map(listed),
    transactions: journal.transactions.map(listed),
    processes: journal.processes.map(file => ({ ...file, listed: file.listed.map(listed) })),
    log: journal.log.map(entry),
    failed: journal.failed.map(entry),
  };
};

/** The two journals in the form in which they are compared; `exact` when the target's ids are its own alone. */
export const comparableJournals = (expected: Journal, seen: Journal, exact: boolean): readonly [Journal, Journal] =>
  exact ? [expected, seen] : [ranked(blinded(expected, seen) as Journal), ranked(seen)];

/** True when the target's journal is the expected one as far as the target can tell. */
export const agreesWith = (expected: Journal, seen: Journal, exact: boolean): boolean => {
  const [left, right] = comparableJournals(expected, seen, exact);
  return equal(left, right);
};

/** The rules that only a journal tells of. */
export const TOLD = [
  ...(['WR-10', 'READ-43', 'DBG-10'] as const),
  ...(['DBA-05', 'DBG-12', 'DBG-13'] as const),
  ...(['DBA-07', 'DBG-08', 'DBG-09', 'PROC-05'] as const),
];

type Told = (typeof TOLD)[number];

/** Whether anything was counted. */
const some = (counts: object): boolean => Object.keys(counts).length > 0;

/** The rules that a comparison with this journal exercises: those of which it shows something. */
export const rulesIn = ({
  total,
  made,
  stats,
  state,
  transactions,
  processes,
  log,
  failed,
}: Journal): readonly Told[] => {
  const rules: Told[] = [];
  if (some(total.commands)) rules.push('WR-10');
  if (some(total.returns)) rules.push('READ-43');
  if (some(made)) rules.push('DBG-10');
  if (log.length > 0) rules.push('DBA-05', 'DBG-12');
  if (failed.length > 0) rules.push('DBG-13');
  // With one open file there is no order.
  if (stats.length > 1) rules.push('DBA-07');
  if (state.length > 0 && (state.length > transactions.length || !equal(state, transactions))) rules.push('DBG-08');
  if (processes.length > 0) rules.push('DBG-09');
  // One that lists two open files, or one that is missing, tells whose the file is.
  const procs = new Set(state.map(({ proc }) => proc));
  if (state.length > procs.size || procs.size > processes.length) rules.push('PROC-05');
  return rules;
};

/** The rules of the place in which two journals differ first. */
export const rulesBehind = (expected: Journal, seen: Journal): readonly Told[] => {
  const path = firstDifference(expected, seen)?.path ?? '';
  if (/\bcommands\b/.test(path)) return ['WR-10'];
  if (/\breturns\b/.test(path)) return ['READ-43'];
  if (path.startsWith('made')) return ['DBG-10'];
  if (/^log(?:$|\.\d+(?:$|\.id$|\.finished$))/.test(path)) return ['DBG-12'];
  if (path.startsWith('log.')) return ['DBA-05'];
  if (path.startsWith('failed')) return ['DBG-13'];
  if (path.startsWith('transactions')) return ['DBG-08'];
  if (/^processes\.\d+\.listed/.test(path)) return ['DBG-09'];
  return path.startsWith('processes') ? ['PROC-05'] : ['DBA-07'];
};

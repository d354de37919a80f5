/** The counters of the `stats` file (DBA-01, DBA-02, DBG-10, DBG-11). */
import { BC, BR } from '../abi/constants.ts';
import type { Core, Tally } from './core.ts';
import type { Process } from './process.ts';
import { WORK_TRANSACTION } from './work.ts';

/** Names by number. BR_TRANSACTION_SEC_CTX shares its number with BR_TRANSACTION, which names both. */
const namesOf = (words: Readonly<Record<string, number>>): readonly string[] => {
  const names: string[] = [];
  for (const [name, word] of Object.entries(words)) if (name !== 'BR_TRANSACTION_SEC_CTX') names[word & 0xff] = name;
  return names;
};
const COMMANDS = namesOf(BC);
const RETURNS = namesOf(BR);

const countersText = (indent: string, commands: readonly number[], returns: readonly number[]): string => {
  const lines = (names: readonly string[], counts: readonly number[]): string =>
    names.map((name, number) => (counts[number] === 0 ? '' : `${indent}${name}: ${counts[number]}\n`)).join('');
  return lines(COMMANDS, commands) + lines(RETURNS, returns);
};

const objectText = (name: string, { live, total }: Tally): string =>
  total === 0 ? '' : `${name}: active ${live} total ${total}\n`;

/** DBG-10: what all open files did together, and the objects of each class. */
export const globalStatsText = (core: Core): string =>
  countersText('', core.commands, core.returns) +
  objectText('proc', core.procs) +
  objectText('thread', core.threads) +
  objectText('node', core.nodes) +
  objectText('ref', core.refs) +
  objectText('death', core.deaths) +
  objectText('transaction', core.transactions) +
  objectText('transaction_complete', core.completions);

/** DBG-11: one open file. */
export const processStatsText = (process: Process): string => {
  const { group, context, threads, arena, nodes, handles } = process;
  const { pages, alive } = arena;
  const refs = handles.all();
  let ready = 0;
  for (let thread = process.waiting; thread !== null; thread = thread.waitsBefore) ready++;
  let pending = 0;
  for (let work = process.todo.head; work !== null; work = work.next) if (work.kind === WORK_TRANSACTION) pending++;
  const strong = refs.reduce((sum, ref) => sum + ref.strong, 0);
  const weak = refs.reduce((sum, ref) => sum + ref.weak, 0);
  const counts = alive ? `${pages.active}:${pages.reclaimable}:${pages.absent}` : '0:0:0';
  return [
    `proc ${group.pid}`,
    `context ${context.name}`,
    `  threads: ${threads.size}`,
    `  requested threads: ${process.requestedThreads}+${process.startedThreads}/${process.maxThreads | 0}`,
    `  ready threads ${ready}`,
    `  free async space ${arena.freeAsync}`,
    `  nodes: ${nodes.size}`,
    `  refs: ${refs.length} s ${strong} w ${weak}`,
    `  buffers: ${arena.allocated}`,
    `  pages: ${counts}`,
    `  pages high watermark: ${pages.highWatermark}`,
    `  pending transactions: ${pending}`,
    countersText('  ', process.commands, process.returns),
  ].join('\n');
};

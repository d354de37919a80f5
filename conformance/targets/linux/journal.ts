/** A journal from the driver's debugfs files, in numbers of the log. */
import type { DeviceIndex, ProcIndex } from '../../../abi/ids.ts';
import type { Counts, Journal, Listed, LogEntry, Made, Native } from '../../../abi/journal.ts';
import type { NativeThread } from './cast.ts';
import { parseState, type ProcText } from './debugfs.ts';
import { madeIn, parseCounts, parseLog, since, type LogLine } from './journal-text.ts';

/** Who the pids, tids and contexts of the files are. */
export interface Persons {
  /** `null` for a pid that nobody of the log is known to have. */
  procOf(pid: number): ProcIndex | null;
  threadOf(tid: number): NativeThread | undefined;
  deviceIn(context: string): DeviceIndex;
}

/** What is read. */
export interface JournalText {
  readonly stats: string;
  readonly state: string;
  readonly transactions: string;
  /** The file of each process that has one. */
  readonly processes: readonly { readonly proc: ProcIndex; readonly text: string }[];
  readonly log: string;
  readonly failed: string;
}

/** What the files said before the sequence. */
export interface Before {
  readonly total: Counts;
  readonly made: Made;
  /** The last id of the driver's counter that was logged. */
  readonly lastId: number;
}

/** Nothing was said before. */
export const NOTHING_BEFORE: Before = { total: { commands: {}, returns: {} }, made: {}, lastId: 0 };

/** What the files say before a sequence. */
export const beforeOf = ({ stats, log }: Pick<JournalText, 'stats' | 'log'>): Before => ({
  total: parseCounts(stats).total,
  made: madeIn(stats),
  lastId: Math.max(0, ...parseLog(log).map(({ id }) => id)),
});

/** Puts the files together. Throws when a text cannot be understood. */
export const journalFrom = (persons: Persons, text: JournalText, before: Before): Journal => {
  const procOf = (pid: number): ProcIndex => {
    const proc = persons.procOf(pid);
    if (proc === null) throw new Error(`debugfs shows process ${pid}, which no process of the log is`);
    return proc;
  };
  /** A thread in a file that process `pid` opened; `null` where nobody asked for its id while it was there. */
  const nativeOf = (pid: number, tid: number): Native | null => {
    const who = persons.threadOf(tid);
    if (who === undefined) return null;
    const { proc, thread } = who;
    return proc === persons.procOf(pid) ? { thread } : { thread, holder: proc };
  };
  const listedOf = (block: ProcText): Listed => ({
    proc: procOf(block.pid),
    device: persons.deviceIn(block.context),
    threads: block.threads
      .map(({ tid }) => {
        const native = nativeOf(block.pid, tid);
        if (native === null) throw new Error(`debugfs shows thread ${tid}, which no thread of the log is`);
        return native;
      })
      .sort((a, b) => (a.holder ?? -1) - (b.holder ?? -1) || a.thread - b.thread),
    nodes: block.nodes.map(({ id }) => id),
    refs: block.refs.map(({ id }) => id),
    buffers: block.buffers.map(({ id }) => id),
    todo: block.todo.length,
    deliveredDeath: block.deliveredDeath,
  });
  const listed = (file: string): Listed[] => parseState(file).procs.map(listedOf);
  const end = ({ pid, tid }: LogLine['from']): LogEntry['from'] => ({
    proc: pid === 0 ? 'none' : persons.procOf(pid),
    thread: tid === 0 ? 'none' : nativeOf(pid, tid),
  });
  const logOf = (file: string): LogEntry[] =>
    parseLog(file)
      .filter(({ id }) => id > before.lastId)
      .map(({ from, to, context, ...line }) => ({
        ...line,
        from: end(from),
        to: end(to),
        device: persons.deviceIn(context),
      }));
  const { total, files } = parseCounts(text.stats);
  return {
    total: {
      commands: since(total.commands, before.total.commands),
      returns: since(total.returns, before.total.returns),
    },
    made: since(madeIn(text.stats), before.made),
    stats: files.map(({ pid, context, ...counts }) => ({
      proc: procOf(pid),
      device: persons.deviceIn(context),
      ...counts,
    })),
    state: listed(text.state),
    transactions: listed(text.transactions),
    processes: text.processes
      .map(({ proc, text: file }) => ({ proc, listed: listed(file) }))
      .sort((a, b) => a.proc - b.proc),
    log: logOf(text.log),
    failed: logOf(text.failed),
  };
};

/** The history of a sequence, step by step: what a turn noted, added to what happened before it. */
import type { Counts, History, LogEntry, OpenFile } from '../../abi/journal.ts';
import type { File, State } from '../state.ts';
import type { Counted, Notes } from './note.ts';

/** Lines that a transaction log keeps (DBG-12). */
export const LOG_LINES = 32;

const NO_COUNTS: Counts = { commands: {}, returns: {} };

/** Nothing has happened. */
export const BEGINNING: History = { total: NO_COUNTS, made: {}, files: [], log: [], failed: [] };

const counted = <Of extends Counts>(counts: Of, { what, name }: Counted): Of => ({
  ...counts,
  [what]: { ...counts[what], [name]: (counts[what][name] ?? 0) + 1 },
});

/** DBG-12: a full log forgets its oldest line. */
const logged = (log: readonly LogEntry[], entries: readonly LogEntry[]): readonly LogEntry[] =>
  entries.length === 0 ? log : [...log, ...entries].slice(-LOG_LINES);

const isOf = (open: OpenFile, { proc, fd }: File): boolean => open.proc === proc && open.fd === fd;

/**
 * PROC-05: an open makes the debugfs file of its process where no other open file of the process is listed; it goes
 * with that open file, whoever else is left.
 */
const opened = (files: readonly OpenFile[], { proc, fd, device }: File): readonly OpenFile[] => [
  ...files,
  { proc, fd, device, ownsFile: files.every(other => other.proc !== proc), ...NO_COUNTS },
];

/** What has happened after a turn that led from one state to another and noted this. */
export const afterTurn = (
  history: History,
  before: State,
  after: State,
  { counted: all, made: objects, entries }: Notes,
): History => {
  let { total } = history;
  // No call closes one file and opens another.
  let files = history.files;
  for (const file of after.files) if (!before.files.some(({ key }) => key === file.key)) files = opened(files, file);
  for (const each of all) {
    total = counted(total, each);
    const file = [...before.files, ...after.files].find(({ key }) => key === each.file) as File;
    files = files.map(open => (isOf(open, file) ? counted(open, each) : open));
  }
  files = files.filter(open => after.files.some(file => isOf(open, file)));
  const made: Record<string, number> = { ...history.made };
  for (const what of objects) made[what] = (made[what] ?? 0) + 1;
  const failures = entries.filter(({ code }) => code !== 0);
  return { total, made, files, log: logged(history.log, entries), failed: logged(history.failed, failures) };
};

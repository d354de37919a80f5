/**
 * The files that the driver shows under debugfs, as text (DBA-01 to DBA-07, DBG-01 to DBG-13).
 *
 * Pointers are opaque there. Here an address is that of the owner's mapping, and a record's is made of its number.
 */
import { nodeText, processText } from './debugfs-blocks.ts';
import { logText } from './debugfs-log.ts';
import { globalStatsText, processStatsText } from './debugfs-stats.ts';
import type { Core } from './core.ts';
import type { Process } from './process.ts';

/** The files of the directory, apart from those of single processes. */
export const DEBUG_FILES = ['state', 'stats', 'transactions', 'transaction_log', 'failed_transaction_log'] as const;

/** Open files, newest first (PROC-04). */
const newestFirst = (core: Core): Process[] => [...core.processes].reverse();

/** The text of a file by its path, such as `state` or `proc/1000`; `null` when there is no such file. */
export const readDebugFile = (core: Core, path: string): string | null => {
  switch (path) {
    case 'state':
      return stateText(core);
    case 'stats':
      return `binder stats:\n${globalStatsText(core)}${newestFirst(core).map(processStatsText).join('')}`;
    case 'transactions':
      return `binder transactions:\n${newestFirst(core)
        .map(process => processText(process, false))
        .join('')}`;
    case 'transaction_log':
      return logText(core, core.log);
    case 'failed_transaction_log':
      return logText(core, core.failedLog);
    default:
      return path.startsWith('proc/') ? procText(core, path.slice('proc/'.length)) : null;
  }
};

/** DBG-01: nodes that outlived their owners, the one that died last first; then every open file. */
const stateText = (core: Core): string => {
  const dead = [...core.deadNodes].reverse().map(nodeText).join('');
  const processes = newestFirst(core).map(process => processText(process, true));
  return `binder state:\n${dead === '' ? '' : `dead nodes:\n${dead}`}${processes.join('')}`;
};

/** DBG-09: every open file of a pid, while the one that the file belongs to is there (PROC-05). */
const procText = (core: Core, pid: string): string | null => {
  const processes = newestFirst(core).filter(({ group }) => String(group.pid) === pid);
  if (!processes.some(({ hasDebugFile }) => hasDebugFile)) return null;
  return processes.map(process => `binder proc state:\n${processText(process, true)}`).join('');
};

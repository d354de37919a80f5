/** The text of a transaction log (DBA-05, DBG-12, DBG-13). */
import type { Core } from './core.ts';
import * as log from './transaction-log.ts';

/** The types as they are printed, `call` filled up to the width of the others. */
const KINDS = ['call ', 'async', 'reply'];

/** Entries of a log, oldest first. The last number of a line is one of a source line; there is none here. */
export const logText = (core: Core, entries: log.TransactionLog): string =>
  entries
    .places()
    .map(at => entryText(core, entries.words.subarray(at)))
    .join('');

const entryText = (core: Core, words: Int32Array): string => {
  const word = (at: number): number => words[at] as number;
  const kind = KINDS[word(log.LOG_KIND)] ?? '';
  const name = core.contexts[word(log.LOG_CONTEXT)]?.name ?? '';
  return (
    `${word(log.LOG_ID)}: ${kind} from ${word(log.LOG_FROM_PID)}:${word(log.LOG_FROM_TID)}` +
    ` to ${word(log.LOG_TO_PID)}:${word(log.LOG_TO_TID)} context ${name} node ${word(log.LOG_NODE)}` +
    ` handle ${word(log.LOG_HANDLE)} size ${word(log.LOG_DATA_SIZE)}:${word(log.LOG_OFFSETS_SIZE)}` +
    ` ret ${word(log.LOG_WORD)}/${word(log.LOG_PARAM)} l=0\n`
  );
};

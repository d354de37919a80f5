/**
 * Notes that a turn takes for a journal: which commands were read, which returns stored, and the lines of the
 * transaction log. A turn that nobody keeps a journal of takes none.
 */
import type { Command, Message, WriteRead } from '../../abi/call.ts';
import { BC, BR, type BrName } from '../../abi/constants.ts';
import { wordOfCommand } from '../../abi/encode.ts';
import type { LogEntry } from '../../abi/journal.ts';
import type { Census } from '../../abi/snapshot.ts';
import { asSigned32 } from '../../abi/u64.ts';
import { nativeOf } from '../snapshot.ts';
import { fileOf, NO_THREAD, type FileKey, type Id, type ThreadKey } from '../state.ts';
import { headAt } from '../stream.ts';
import type { Turn } from '../turn.ts';

/** A command that was read or a return that was stored. */
export interface Counted {
  readonly file: FileKey;
  readonly what: 'commands' | 'returns';
  readonly name: string;
}

/** What a turn has noted so far. */
export interface Notes {
  readonly counted: Counted[];
  /** Objects that were made, by class, also those that did not last. */
  readonly made: (keyof Census)[];
  /** The last one is of the command that is being executed. */
  readonly entries: LogEntry[];
  /** Low word of the target of the command that was read last, if it has one. */
  target: number;
}

export const newNotes = (): Notes => ({ counted: [], made: [], entries: [], target: 0 });

/** The number of a word among those of its kind: its low byte. */
const numberOf = (word: number): number => word & 0xff;

const byNumber = (words: Readonly<Record<string, number>>): ReadonlyMap<number, string> => {
  const names = new Map<number, string>();
  for (const [name, word] of Object.entries(words)) names.set(numberOf(word), name);
  return names;
};

const COMMANDS = byNumber(BC);
/** BR_TRANSACTION_SEC_CTX has the number of BR_TRANSACTION, and counts as one. */
const RETURNS = byNumber(BR);

/** WR-10: a word that could be read counts by its low byte, whatever it is. */
export const noteCommand = (t: Turn, thread: ThreadKey, request: WriteRead, at: number, command?: Command): void => {
  if (t.notes === null) return;
  // Most commands are known as the log has them; of others the bytes tell.
  const asWritten = command !== undefined && request.write.includes(command);
  const { word, target } = asWritten ? headOf(command) : headAt(request, at);
  const name = COMMANDS.get(numberOf(word));
  t.notes.target = target;
  if (name !== undefined) t.notes.counted.push({ file: fileOf(thread), what: 'commands', name });
};

/** READ-43: a return counts once it is stored. */
export const noteReturn = (notes: Notes | null, file: FileKey, br: BrName | 'malformed'): void => {
  if (notes === null || br === 'malformed') return;
  const name = RETURNS.get(numberOf((BR as Readonly<Record<string, number>>)[br] ?? 0));
  if (name !== undefined) notes.counted.push({ file, what: 'returns', name });
};

/** DBG-10: an object counts when it is made, whatever becomes of it. */
export const noteMade = (t: Turn, what: keyof Census): void => {
  t.notes?.made.push(what);
};

const headOf = (command: Command): { readonly word: number; readonly target: number } => ({
  word: wordOfCommand(command),
  target: command.bc === 'BC_TRANSACTION' ? command.target : 0,
});

/** DBG-12: each call and each reply has a line, from the moment it has an id. */
export const noteSent = (t: Turn, thread: ThreadKey, id: Id, kind: LogEntry['kind'], message: Message): void => {
  if (t.notes === null) return;
  const { proc, device } = t.file(fileOf(thread));
  t.notes.entries.push({
    id,
    kind,
    from: { proc, thread: nativeOf(thread) },
    to: { proc: 'none', thread: 'none' },
    device,
    node: 0,
    handle: t.notes.target,
    dataSize: asSigned32(message.size),
    offsetsSize: asSigned32(message.offsetsSize),
    code: 0,
    param: 0,
    finished: true,
  });
};

/** Completes the line of the message that is being sent. */
const complete = (t: Turn, change: Partial<LogEntry>): void => {
  const last = t.notes?.entries.pop();
  if (last !== undefined) t.notes?.entries.push({ ...last, ...change });
};

/** The node stands in the line once it is found. */
export const noteNode = (t: Turn, node: Id): void => {
  if (t.notes !== null) complete(t, { node });
};

/** The receiver does once the sender may call it; its thread only where one is addressed. */
export const noteReceiver = (t: Turn, file: FileKey, thread: ThreadKey): void => {
  if (t.notes === null) return;
  // Who passed the checks of the target gets a record and a completion, which may not last.
  t.notes.made.push('transaction', 'transaction_complete');
  complete(t, { to: { proc: t.file(file).proc, thread: thread === NO_THREAD ? 'none' : nativeOf(thread) } });
};

/** DBG-13: why it was not sent. */
export const noteFailure = (t: Turn, code: number, param: number): void => {
  if (t.notes !== null) complete(t, { code, param });
};

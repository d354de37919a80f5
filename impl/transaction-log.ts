/**
 * The last 32 calls and replies of all processes (DBG-12, DBG-13): a ring of numbers, filled when a send is over.
 *
 * A send never stops half-way here, so that no entry is ever incomplete.
 */

/** Entries that a ring holds. */
const ENTRIES = 32;
/** Words of an entry. */
const WORDS = 16;

/** What an entry is about. */
export const LOG_CALL = 0;
export const LOG_ASYNC = 1;
export const LOG_REPLY = 2;

/** Places of the words in an entry. */
export const LOG_ID = 0;
export const LOG_KIND = 1;
export const LOG_FROM_PID = 2;
export const LOG_FROM_TID = 3;
export const LOG_TO_PID = 4;
export const LOG_TO_TID = 5;
export const LOG_NODE = 6;
/** Low word of the target as it was sent. */
export const LOG_HANDLE = 7;
/** Low words of the sizes as they were sent. */
export const LOG_DATA_SIZE = 8;
export const LOG_OFFSETS_SIZE = 9;
/** Number of the device. */
export const LOG_CONTEXT = 10;
/** The BR_* word of a failure with its negative errno; 0 and 0 for what was queued. */
export const LOG_WORD = 11;
export const LOG_PARAM = 12;

export class TransactionLog {
  /** Entries, one after the other. */
  readonly words = new Int32Array(ENTRIES * WORDS);
  /** Entries ever begun. */
  #count = 0;

  /** Forgets every entry. */
  clear(): void {
    this.#count = 0;
  }

  /** Makes room for one more entry and answers the place of its first word; whatever stood there is still there. */
  next(): number {
    return (this.#count++ % ENTRIES) * WORDS;
  }

  /** Adds a copy of an entry of another log. */
  copy(log: TransactionLog, at: number): void {
    this.words.set(log.words.subarray(at, at + WORDS), this.next());
  }

  /** Places of the entries, oldest first. */
  places(): number[] {
    const first = Math.max(0, this.#count - ENTRIES);
    return Array.from({ length: this.#count - first }, (_, index) => ((first + index) % ENTRIES) * WORDS);
  }
}

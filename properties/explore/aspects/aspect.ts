/** What an aspect of a state is, and how two states are compared in one. */
import type { State } from '../../../model/model.ts';
import type { Words } from '../words.ts';

/** A record of a state: file. */
export type File = State['files'][number];
/** A record of a state: thread. */
export type Thread = State['threads'][number];
/** A record of a state: node. */
export type Node = State['nodes'][number];
/** A record of a state: ref. */
export type Ref = State['refs'][number];
/** A record of a state: transaction. */
export type Transaction = State['transactions'][number];
/** A record of a state: work. */
export type Work = File['todo'][number];

/** Owner of a dead node. */
export const NO_FILE = -1;

/** One aspect: the invariants that read nothing else, and what they read. */
export interface Aspect {
  readonly invariants: readonly string[];
  /** How many parts of a state are looked at one by one; absent: the state as a whole. */
  readonly parts?: (state: State) => number;
  /** Nothing of it has changed since an earlier state. */
  readonly isSame: (state: State, before: State, part: number) => boolean;
  readonly write: (state: State, out: Words, part: number) => void;
}

/** Whether two tables hold as many records, each the same or alike. */
export const alike = <Item>(
  table: readonly Item[],
  before: readonly Item[],
  areAlike: (item: Item, other: Item) => boolean,
): boolean => {
  if (table === before) return true;
  if (table.length !== before.length) return false;
  for (let at = 0; at < table.length; at++) {
    const item = table[at] as Item;
    const other = before[at] as Item;
    if (item !== other && !areAlike(item, other)) return false;
  }
  return true;
};

/** The same file, whatever is in it. */
export const isSameFile = (one: File, other: File): boolean =>
  one.key === other.key && one.proc === other.proc && one.fd === other.fd && one.device === other.device;

/** One more than the place of a file; 0 when it is gone. */
export const placeOf = (state: State, key: number): number => {
  const { files: all } = state;
  for (let at = 0; at < all.length; at++) if ((all[at] as File).key === key) return at + 1;
  return 0;
};

/** One more than the place of what has an id; 0 when there is no such. */
export const placeIn = (table: readonly { readonly id: number }[], id: number): number => {
  for (let at = 0; at < table.length; at++) if ((table[at] as { id: number }).id === id) return at + 1;
  return 0;
};

/** No law asks for more of most counts than whether there is one. */
export const sign = (count: number): number => (count > 0 ? 1 : count === 0 ? 0 : 2);

/** Death work whose registration is gone. */
export const cleared = (list: readonly Work[]): number => {
  let count = 0;
  for (const work of list) if ('ref' in work && work.ref === 0) count++;
  return count;
};

/** An invariant: a sentence about every snapshot of any driver, its predicate, its explanation, and its weight. */
import type { Snapshot } from '../abi/snapshot.ts';

/** "For every …, …". One value decides, explains and counts. */
export interface Invariant {
  readonly id: `INV-${Uppercase<string>}-${number}`;
  readonly says: string;
  /** Every way the sentence is broken; empty when it holds. */
  readonly breaches: (seen: Snapshot) => readonly string[];
  /** How many things the sentence spoke about. Zero in every run means it proves nothing. */
  readonly weight: (seen: Snapshot) => number;
}

const NONE: readonly string[] = [];

/** What is read off a snapshot, once for all who ask about the same one in a row. */
export const perSnapshot = <Read>(read: (seen: Snapshot) => Read): ((seen: Snapshot) => Read) => {
  let last: Snapshot | undefined;
  let found: Read;
  return seen => {
    if (seen !== last) {
      found = read(seen);
      last = seen;
    }
    return found;
  };
};

/** Builds an invariant from what it ranges over; `but` explains the item that the predicate refused. */
export const forEvery = <Item>(law: {
  readonly id: Invariant['id'];
  readonly says: string;
  readonly among: (seen: Snapshot) => readonly Item[];
  readonly holds: (item: Item, seen: Snapshot) => boolean;
  readonly but: (item: Item, seen: Snapshot) => string;
}): Invariant => {
  // Both questions are asked of the same snapshot, one after the other.
  const among = perSnapshot(law.among);
  return {
    id: law.id,
    says: law.says,
    breaches: seen => {
      let breaches: string[] | undefined;
      for (const item of among(seen)) {
        if (!law.holds(item, seen)) (breaches ??= []).push(law.but(item, seen));
      }
      return breaches ?? NONE;
    },
    weight: seen => among(seen).length,
  };
};

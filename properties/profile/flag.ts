/** A difference between drivers, as data. */

/** `compared`: what both sides show is compared without it. `avoided`: the sequences do not depend on it. */
export type How = 'compared' | 'avoided';

export interface Flag {
  /** Kebab-case, stable. */
  readonly id: string;
  /** Numbers in the list of known differences (`DIFFERENCES`); empty where the difference is not in it. */
  readonly rows: readonly number[];
  /** The difference, in a sentence about drivers. */
  readonly says: string;
  /** What is relaxed by it, and what is still held. */
  readonly relaxes: string;
  readonly how: How;
  /** Rules that mark the difference: an op that would make one of them fire is not performed in that form. */
  readonly avoids: readonly string[];
  /** Rules, invariants and witnesses that are out of reach then, those of `avoids` among them. */
  readonly hides: readonly string[];
}

type Row<Id extends string> = Pick<Flag, 'says' | 'relaxes' | 'how'> &
  Partial<Pick<Flag, 'rows' | 'avoids' | 'hides'>> & { readonly id: Id };

/** A flag from what is said of it. */
export const flag = <Id extends string>({ rows = [], avoids = [], hides = [], ...row }: Row<Id>) => ({
  ...row,
  rows,
  avoids,
  hides: [...avoids, ...hides],
});

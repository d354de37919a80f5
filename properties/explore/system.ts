/** What the explorer explores: any system whose states can be packed. */
import type { Words } from './words.ts';

/** What is told of each step; `tags` are bits that the temporal checks read (0 to 31). */
export type Emit<State> = (next: State, tags: number) => void;

/** Something broken in a state, by the id of what it breaks. */
export interface Breach {
  readonly id: string;
  readonly text: string;
}

/**
 * A system of states. `pack` is canonical: equal rows exactly for states that are the same to the explorer, that is up
 * to renaming where the system has a symmetry. `unpack(pack(s))` may differ from `s` in names only.
 */
export interface System<State> {
  initial(): readonly State[];
  /** Every step of a state, always in the same order. */
  next(state: State, emit: Emit<State>): void;
  pack(state: State, into: Words): void;
  unpack(from: Words): State;
  /** Looks at a state when it is met first; answers what it breaks. */
  check?(state: State): readonly Breach[];
  /** Bits of a state for the temporal checks (0 to 255), asked when it is met first. */
  marks?(state: State): number;
}

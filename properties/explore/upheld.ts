/** The invariants on every new state: each is asked where what it reads is new. */
import type { Snapshot } from '../../abi/snapshot.ts';
import { specification, type State } from '../../model/model.ts';
import type { Invariant } from '../invariant.ts';
import { ASPECTS } from './aspects.ts';
import { NO_STATE, StateStore, newMemory } from './store.ts';
import type { Breach } from './system.ts';
import { Words } from './words.ts';

const NONE: readonly Breach[] = [];

/** Bytes that the rows of aspects may take; beyond them invariants are asked of every state. */
const MEMORY = 64_000_000;

/** Mark of a row with which something was broken: it is asked again. */
const BROKEN = 1;

export class Upheld {
  readonly #row = new Words();
  readonly #known = new StateStore(newMemory(MEMORY), MEMORY);
  readonly #always: readonly Invariant[];
  /** The invariants of each aspect. */
  readonly #of: readonly (readonly Invariant[])[];
  /** Rows of the aspect under way that are new, or known for what they broke. */
  #rows: number[] = [];
  /** How often an invariant was asked. */
  asked = 0;

  readonly #look: ((seen: Snapshot) => void) | undefined;

  /** `look` is shown every state in which something is new. */
  constructor(invariants: readonly Invariant[], look?: (seen: Snapshot) => void) {
    this.#look = look;
    const named = new Set(ASPECTS.flatMap(aspect => aspect.invariants));
    this.#always = invariants.filter(({ id }) => !named.has(id));
    this.#of = ASPECTS.map(aspect => invariants.filter(({ id }) => aspect.invariants.includes(id)));
  }

  /** What a state breaks; `before` is a state that breaks nothing, mostly the one that led here. */
  breaches(state: State, before?: State): readonly Breach[] {
    let found: Breach[] | undefined;
    let seen: Snapshot | undefined;
    const ask = (laws: readonly Invariant[]): boolean => {
      const already = found?.length ?? 0;
      seen ??= specification.snapshot(state);
      this.asked += laws.length;
      for (const { id, breaches } of laws) for (const text of breaches(seen)) (found ??= []).push({ id, text });
      return (found?.length ?? 0) > already;
    };
    if (this.#always.length > 0) ask(this.#always);
    for (let at = 0; at < ASPECTS.length; at++) {
      if (!this.#isNew(at, state, before)) continue;
      if (ask(this.#of[at] ?? [])) for (const row of this.#rows) this.#known.mark(row, BROKEN);
    }
    if (seen !== undefined) this.#look?.(seen);
    return found ?? NONE;
  }

  #isNew(number: number, state: State, before: State | undefined): boolean {
    const aspect = ASPECTS[number] as (typeof ASPECTS)[number];
    const parts = aspect.parts === undefined ? 1 : aspect.parts(state);
    let isNew = false;
    if (this.#rows.length > 0) this.#rows = [];
    for (let part = 0; part < parts; part++) {
      if (before !== undefined && aspect.isSame(state, before, part)) continue;
      const row = this.#row;
      row.clear();
      row.put(number);
      aspect.write(state, row, part);
      isNew = this.#meet(row) || isNew;
    }
    return isNew;
  }

  /** Whether a row was never met, or breaks something. */
  #meet(row: Words): boolean {
    const known = this.#known;
    if (!known.hasRoom(1) && !known.grow(1)) return true;
    const at = known.add(row, NO_STATE);
    if (at === NO_STATE) return true;
    if (!known.isNew && known.marksOf(at) !== BROKEN) return false;
    this.#rows.push(at);
    return true;
  }
}

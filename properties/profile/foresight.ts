/** What an op would do now, looked at before it is performed: whether drivers may differ in it. */
import type { Call } from '../../abi/call.ts';
import type { Outcome, Specification } from '../../abi/specification.ts';
import type { FlagId } from './flags.ts';
import { marksOf, type Profile } from './profile.ts';

export class Foresight<State> {
  readonly #specification: Specification<State>;
  /** Rules that mark a difference. */
  readonly #marks: ReadonlyMap<string, FlagId>;

  constructor(specification: Specification<State>, profile: Profile) {
    this.#specification = specification;
    this.#marks = marksOf(profile);
  }

  /** In what drivers may differ where an applicable call is made; `undefined` where all do the same. */
  difference(state: State, call: Call): FlagId | undefined {
    for (const outcome of this.#outcomes(state, call)) {
      for (const rule of outcome.rules) {
        const mark = this.#marks.get(rule);
        if (mark !== undefined) return mark;
      }
    }
    return undefined;
  }

  #outcomes(state: State, call: Call): readonly Outcome<State>[] {
    const canonical = this.#specification.canonical?.(state, call);
    return canonical?.alone === true ? [canonical.outcome] : this.#specification.step(state, call);
  }
}

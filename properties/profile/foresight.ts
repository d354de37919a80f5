/** What an op would do now, looked at before it is performed: whether drivers may differ in it. */
import type { Call } from '../../abi/call.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Outcome, Specification } from '../../abi/specification.ts';
import { CONDITIONS, type Look } from './avoid.ts';
import type { FlagId } from './flags.ts';
import { marksOf, type Profile } from './profile.ts';

export class Foresight<State> {
  readonly #specification: Specification<State>;
  /** Rules that mark a difference. */
  readonly #marks: ReadonlyMap<string, FlagId>;
  readonly #conditions: typeof CONDITIONS;

  constructor(specification: Specification<State>, profile: Profile) {
    this.#specification = specification;
    this.#marks = marksOf(profile);
    this.#conditions = CONDITIONS.filter(([flag]) => profile.flags.has(flag));
  }

  /** In what drivers may differ where an applicable call is made; `undefined` where all do the same. */
  difference(state: State, call: Call): FlagId | undefined {
    for (const outcome of this.outcomes(state, call)) {
      for (const rule of outcome.rules) {
        const mark = this.#marks.get(rule);
        if (mark !== undefined) return mark;
      }
      const look = this.#look(state, call, outcome);
      const condition = this.#conditions.find(([, holds]) => holds(look));
      if (condition !== undefined) return condition[0];
    }
    return undefined;
  }

  /** Everything that an applicable call may do. */
  outcomes(state: State, call: Call): readonly Outcome<State>[] {
    const canonical = this.#specification.canonical?.(state, call);
    return canonical?.alone === true ? [canonical.outcome] : this.#specification.step(state, call);
  }

  #look(state: State, call: Call, outcome: Outcome<State>): Look {
    const specification = this.#specification;
    let before: Snapshot | undefined;
    let after: Snapshot | undefined;
    return {
      call,
      outcome,
      get before(): Snapshot {
        return (before ??= specification.snapshot(state));
      },
      get after(): Snapshot {
        return (after ??= specification.snapshot(outcome.state));
      },
    };
  }
}

/**
 * The journal of one sequence as the specification tells it: the very calls and observations that were accepted, gone
 * through once more with their history.
 *
 * The canonical outcomes are followed as long as they are what was observed and told; only if that fails, every one is.
 */
import type { Call } from '../../abi/call.ts';
import type { World } from '../../abi/driver.ts';
import { equal } from '../../abi/equal.ts';
import type { History, Journal } from '../../abi/journal.ts';
import type { Observation } from '../../abi/observation.ts';
import type { OpId } from '../../abi/ids.ts';
import type { Op } from '../../abi/op.ts';
import { same } from '../../abi/same.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Historian, Specification } from '../../abi/specification.ts';
import { nearest } from '../difference.ts';
import { differs, type Failure } from '../failure.ts';
import { agreesWith, comparableJournals, rulesBehind, rulesIn } from './agree.ts';

/** A state with a history that leads there. */
interface Possible<State> {
  readonly state: State;
  readonly history: History;
}

/** Histories that are followed at once; where there are more, nothing can be told. */
const MOST_POSSIBLE = 256;

/** What came of comparing a journal. */
export interface Told {
  /** Rules that the comparison exercised. */
  readonly rules: readonly string[];
  readonly failure?: Failure;
}

const NOTHING: Told = { rules: [] };

export class Chronicle<State> {
  readonly #specification: Specification<State>;
  readonly #historian: Historian<State> | undefined;
  readonly #begin: State;
  /** Whether the ids in the journals are the sequence's own. */
  readonly #exact: boolean;
  /** Whether looking at a file leaves no trace in the next one. */
  readonly #traceless: boolean;
  readonly #steps: { readonly call: Call; readonly observation: Observation }[] = [];
  #possible: readonly Possible<State>[] = [];
  /** Steps that were gone through. */
  #told = 0;
  /** Only canonical outcomes are followed. */
  #canonical = true;
  /** Every history that is possible is among those that are followed. */
  #complete = true;

  constructor(specification: Specification<State>, world: World, exact: boolean, traceless: boolean = exact) {
    this.#specification = specification;
    this.#historian = specification.historian;
    this.#begin = specification.initial(world);
    this.#exact = exact;
    this.#traceless = traceless;
    this.#restart(true);
  }

  /** A call was made, and it was allowed to show this. */
  add(call: Call, observation: Observation): void {
    this.#steps.push({ call, observation });
  }

  /** Compares what a driver tells after the calls so far; `op` is the last of them. */
  compare(seen: Journal, op: Op, skipped: readonly OpId[]): Told {
    if (this.#historian === undefined) return NOTHING;
    this.#catchUp();
    let allowed = this.#allowed();
    if (!this.#fits(allowed, seen) && !this.#complete && this.#canonical) {
      this.#restart(false);
      this.#catchUp();
      allowed = this.#allowed();
    }
    if (this.#fits(allowed, seen)) return { rules: rulesIn(seen) };
    // Where not every history was followed, one of the others may be the true one.
    const best = nearest(seen, allowed, journal => journal);
    if (!this.#complete || best === undefined) return NOTHING;
    const [left, right] = comparableJournals(best, seen, this.#exact);
    return { rules: [], failure: differs('journal', op, right, [left], rulesBehind(left, right), skipped) };
  }

  #restart(canonical: boolean): void {
    this.#canonical = canonical;
    this.#complete = true;
    this.#told = 0;
    if (this.#historian !== undefined) this.#possible = [{ state: this.#begin, history: this.#historian.begin }];
  }

  #catchUp(): void {
    for (; this.#told < this.#steps.length; this.#told++) {
      const { call, observation } = this.#steps[this.#told] as { call: Call; observation: Observation };
      this.#possible = this.#canonical ? this.#follow(call, observation) : this.#narrow(call, observation);
      if (this.#possible.length > 0 || !this.#canonical) continue;
      this.#restart(false);
      this.#told--;
    }
  }

  /** The canonical outcome, if it is what was observed. */
  #follow(call: Call, observation: Observation): readonly Possible<State>[] {
    const [{ state, history }] = this.#possible as [Possible<State>];
    const { chapter, alone } = (this.#historian as Historian<State>).canonical(state, history, call);
    if (!alone) this.#complete = false;
    return same(chapter.observation, observation) ? [chapter] : [];
  }

  #narrow(call: Call, observation: Observation): readonly Possible<State>[] {
    const kept: Possible<State>[] = [];
    for (const { state, history } of this.#possible) {
      for (const chapter of (this.#historian as Historian<State>).step(state, history, call)) {
        if (!same(chapter.observation, observation)) continue;
        if (kept.some(other => equal(other.state, chapter.state) && equal(other.history, chapter.history))) continue;
        if (kept.length < MOST_POSSIBLE) kept.push({ state: chapter.state, history: chapter.history });
        else this.#complete = false;
      }
    }
    return kept;
  }

  /** Every journal that may be shown. On a driver whose files are read, each of them may show another moment. */
  #allowed(): readonly Journal[] {
    const historian = this.#historian as Historian<State>;
    return this.#possible.flatMap(({ state, history }) => {
      if (this.#traceless) return [historian.journal(history, this.#specification.snapshot(state))];
      const looks = historian.looks(state);
      const told = (moment: Snapshot): Journal => historian.journal(history, moment);
      const moving = looks.transactions.map(moment => told(moment).transactions);
      const ofProcesses = looks.processes.map(moment => told(moment).processes);
      return looks.state
        .map(told)
        .flatMap(first =>
          moving.flatMap(transactions =>
            ofProcesses.map((processes): Journal => ({ ...first, transactions, processes })),
          ),
        );
    });
  }

  #fits(allowed: readonly Journal[], seen: Journal): boolean {
    return allowed.some(journal => agreesWith(journal, seen, this.#exact));
  }
}

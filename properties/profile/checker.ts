/** What runners ask of whoever judges a driver, exactly or in a driver's own terms. */
import type { Call } from '../../abi/call.ts';
import type { ExpectedDelivery } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';
import type { Op } from '../../abi/op.ts';
import type { Snapshot } from '../../abi/snapshot.ts';
import type { Outcome, Specification } from '../../abi/specification.ts';
import type { Divergence, Judge } from '../judge.ts';
import type { Reading } from './stream.ts';

/** What steps may happen from here without observations. */
export interface Ahead<State> {
  call(op: Op): Call | 'skip' | 'ambiguous';
  advance(call: Call): readonly ExpectedDelivery[];
  step(state: State, call: Call): readonly Outcome<State>[];
}

/** What runners ask of a checker. */
export interface Checker<State> extends Omit<Pick<Judge<State>, keyof Judge<State>>, 'predict' | 'observe'>, Reading {
  observe(
    call: Call,
    observation: Observation,
    steps?: Pick<Specification<State>, 'step'>,
  ): Divergence<State> | undefined;
  predict(): Ahead<State>;
  /** A snapshot as it is compared; absent: as it is. */
  readonly shape?: (seen: Snapshot) => Snapshot;
  /** Whether a driver need not uphold an invariant; absent: it has to uphold all. */
  readonly excuses?: (invariant: string) => boolean;
}

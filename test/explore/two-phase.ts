/**
 * Two-phase commit as published with TLA+ (Gray and Lamport, TwoPhase.tla): a transaction manager and resource
 * managers that talk by messages which are never taken back. The number of its reachable states is known.
 */
import type { System } from '../../properties/explore/system.ts';

/** What a resource manager is. */
const WORKING = 0;
const PREPARED = 1;
const COMMITTED = 2;
const ABORTED = 3;
/** What the transaction manager is. */
const INIT = 0;
const TM_COMMITTED = 1;
const TM_ABORTED = 2;

export interface TwoPhaseState {
  readonly rm: readonly number[];
  readonly tm: number;
  /** Resource managers that the transaction manager knows to be prepared, as bits. */
  readonly known: number;
  /** `Prepared` messages that were sent, as bits. */
  readonly sent: number;
  readonly commit: boolean;
  readonly abort: boolean;
}

const at = (rm: readonly number[], index: number, value: number): readonly number[] => rm.with(index, value);

/** The system with so many resource managers. */
export const twoPhase = (managers: number): System<TwoPhaseState> => ({
  initial: () => [
    { rm: Array.from({ length: managers }, () => WORKING), tm: INIT, known: 0, sent: 0, commit: false, abort: false },
  ],
  next: (state, emit) => {
    const { rm, tm, known, sent, commit, abort } = state;
    const everybody = (1 << managers) - 1;
    if (tm === INIT && known === everybody) emit({ ...state, tm: TM_COMMITTED, commit: true }, 0);
    if (tm === INIT) emit({ ...state, tm: TM_ABORTED, abort: true }, 0);
    for (let index = 0; index < managers; index++) {
      const bit = 1 << index;
      if (tm === INIT && (sent & bit) !== 0) emit({ ...state, known: known | bit }, 0);
      if (rm[index] === WORKING) {
        emit({ ...state, rm: at(rm, index, PREPARED), sent: sent | bit }, 0);
        emit({ ...state, rm: at(rm, index, ABORTED) }, 0);
      }
      if (commit) emit({ ...state, rm: at(rm, index, COMMITTED) }, 0);
      if (abort) emit({ ...state, rm: at(rm, index, ABORTED) }, 0);
    }
  },
  pack: ({ rm, tm, known, sent, commit, abort }, into) => {
    into.put(tm);
    into.put((commit ? 1 : 0) | (abort ? 2 : 0));
    into.put(known);
    into.put(sent);
    for (const one of rm) into.put(one);
  },
  unpack: from => {
    const tm = from.take();
    const flags = from.take();
    const known = from.take();
    const sent = from.take();
    return {
      tm,
      known,
      sent,
      commit: (flags & 1) !== 0,
      abort: (flags & 2) !== 0,
      rm: Array.from({ length: managers }, () => from.take()),
    };
  },
  check: ({ rm }) =>
    rm.includes(COMMITTED) && rm.includes(ABORTED)
      ? [{ id: 'TC-CONSISTENT', text: `resource managers are ${rm.join(' ')}` }]
      : [],
});

/** The system as worker threads make it. */
export const makeTwoPhase = (managers: number): { readonly system: System<TwoPhaseState> } => ({
  system: twoPhase(managers),
});

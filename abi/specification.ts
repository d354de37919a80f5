/** The face of the specification, as checkers and explorers use it. `model/model.ts` implements it. */
import type { Call } from './call.ts';
import type { World } from './driver.ts';
import type { FdIndex, OpId, ProcIndex } from './ids.ts';
import type { History, Journal } from './journal.ts';
import type { Delivery, Observation } from './observation.ts';
import type { Snapshot } from './snapshot.ts';

/** A message sent by command number `cmd` of op `op` was delivered into the mapping of (`proc`, `fd`). */
export interface Delivered {
  readonly origin: { readonly op: OpId; readonly cmd: number };
  readonly proc: ProcIndex;
  readonly fd: FdIndex;
  readonly delivery: Delivery;
}

/** One thing that the rules allow an op to do. */
export interface Outcome<State> {
  readonly state: State;
  readonly observation: Observation;
  /** Messages delivered by this op, to this thread or to threads that it released. */
  readonly delivered: readonly Delivered[];
  /** Ids of the rules that fired, in order of first firing. */
  readonly rules: readonly string[];
}

/** An outcome with the history behind it. */
export interface Chapter<State> extends Outcome<State> {
  readonly history: History;
}

/** What each of the files may show where they are read in this order: looking is not free of effects (DBG-14). */
export interface Looks {
  readonly state: readonly Snapshot[];
  readonly transactions: readonly Snapshot[];
  readonly processes: readonly Snapshot[];
}

/** Keeps the history of a sequence beside its states, and says what a driver tells of it. */
export interface Historian<State> {
  readonly begin: History;
  /** `step` with histories; the same outcomes in the same order. */
  step(state: State, history: History, call: Call): readonly Chapter<State>[];
  /** `canonical` with histories. */
  canonical(state: State, history: History, call: Call): { readonly chapter: Chapter<State>; readonly alone: boolean };
  journal(history: History, snapshot: Snapshot): Journal;
  looks(state: State): Looks;
}

export interface Specification<State> {
  initial(world: World): State;
  /** Whether the call can be made at all: the process lives, the descriptor is open, the thread is not parked. */
  applicable(state: State, call: Call): boolean;
  /** Every outcome that the rules allow; never empty for an applicable call. Pure and total. */
  step(state: State, call: Call): readonly Outcome<State>[];
  /** The first of the outcomes, where that is much less work than all of them; `alone` when there is no other. */
  canonical?(state: State, call: Call): { readonly outcome: Outcome<State>; readonly alone: boolean };
  /** Outcomes in which at most so many things go another way than in the canonical one: few, where all may be thousands. */
  near?(state: State, call: Call, choices: number): readonly Outcome<State>[];
  snapshot(state: State): Snapshot;
  /** Every snapshot that reading a driver's debugfs may show: looking is not free of effects (DBG-14). */
  shown(state: State): readonly Snapshot[];
  /** Absent where a specification tells nothing of the history. */
  readonly historian?: Historian<State>;
}

/** What every target of the suite is, as the checker sees it. */
import type { Call } from './call.ts';
import type { Observation } from './observation.ts';
import type { Journal } from './journal.ts';
import type { Snapshot } from './snapshot.ts';

/** How a sequence begins: nothing is open; this many devices exist, each a context of its own. */
export interface World {
  readonly devices: number;
}

/** A driver in this process: one call at a time, the answer at once; blocking is the answer `pending`. */
export interface Driver {
  /** Begins a sequence with nothing open. */
  reset(world: World): void;
  /** Performs one call on a thread that is not parked. Never throws for anything a call can say. */
  perform(call: Call): Observation;
  /** The state now; `undefined` where the target cannot show it. */
  snapshot(): Snapshot | undefined;
  /** What it tells of the sequence so far; absent, or `undefined`, where the target cannot tell. */
  journal?(): Journal | undefined;
}

/** Payload memory that the checker expects to be delivered by a call: what a remote target reads back in the same batch. */
export interface ExpectedDelivery {
  readonly proc: number;
  readonly fd: number;
  /** Offset in the mapping. */
  readonly buffer: number;
  readonly length: number;
}

/** One call of a batch, with the deliveries that any allowed outcome of it may make. */
export interface BatchStep {
  readonly call: Call;
  readonly expected: readonly ExpectedDelivery[];
}

/** One sequence on a remote driver. */
export interface RemoteSession {
  /** Performs the steps in order and answers one observation a step. A step after a crash is absent from the answer. */
  perform(batch: readonly BatchStep[]): Promise<readonly Observation[]>;
  snapshot(): Promise<Snapshot | undefined>;
  /** What the driver tells of the sequence, as it was when the last snapshot was taken; `undefined` where it cannot tell. */
  journal?(): Promise<Journal | undefined>;
  /** Ends the sequence; the driver is left with nothing of it. */
  end(): Promise<void>;
}

/** A driver behind a process or machine boundary: several sequences side by side, each on a device of its own. */
export interface RemoteDriver {
  readonly name: string;
  /** Version of what is driven, for the report. */
  readonly version: string;
  /** How many sequences may run side by side. */
  readonly slots: number;
  /**
   * Whether the same calls always show the same, messages lie where the specification says, and looking at the state
   * leaves no trace: then whole sequences are foretold, and sent without waiting for an answer. False unless told.
   */
  readonly isPredictable?: boolean;
  /**
   * Begins a sequence. `alone`: when every other one has ended, and none begins before it has; its snapshots then also
   * hold what a target can only tell of everybody at once (dead nodes, transactions, the census).
   */
  begin(world: World, alone?: boolean): Promise<RemoteSession>;
  /** Objects of the driver that still exist when every sequence has ended, by class; `undefined` classes cannot be told. */
  leftovers?(): Promise<Readonly<Record<string, number>>>;
  stop(): Promise<void>;
}

/** What the explorer page is made from. */
import type { Observation } from '../../../../abi/observation.ts';
import type { Op, OpLog } from '../../../../abi/op.ts';
import type { Snapshot } from '../../../../abi/snapshot.ts';

/** One outcome of an op that is possible in a state. Outcomes of one op share the op. */
export interface GraphStep {
  readonly op: Op;
  readonly observation: Observation;
  readonly rules: readonly string[];
  /** Ids of the witnesses that this step is. */
  readonly witnesses: readonly string[];
  /** The state that it leads to, under the names of the state that it leaves. */
  readonly after: Snapshot;
  /** Number of that state; `null` when it is not on the page. */
  readonly to: number | null;
}

/** A step by the state that it leaves and its number there, from 0. */
export interface StepAt {
  readonly state: number;
  readonly step: number;
}

/** A state as its shortest log shows it. */
export interface GraphState {
  readonly depth: number;
  /** The last step of the shortest log; `null` for the state in which everything begins. */
  readonly parent: StepAt | null;
  readonly snapshot: Snapshot;
  /** How many things each invariant speaks of here, in the order of `ExplorerData.invariants`. */
  readonly weights: readonly number[];
  /** Invariants that do not hold here. */
  readonly broken: readonly { readonly id: string; readonly breaches: readonly string[] }[];
  /** Ids of the witnesses that this state is. */
  readonly witnesses: readonly string[];
  readonly steps: readonly GraphStep[];
}

/** A rule, an invariant or a witness. */
export interface Sentence {
  readonly id: string;
  readonly says: string;
}

/** Something that the exploration found, and where. */
export interface Finding {
  readonly id: string;
  readonly says: string;
  /** `null` when that state is not on the page. */
  readonly state: number | null;
}

/** The whole page. */
export interface ExplorerData {
  readonly title: string;
  /** What each process is called, by its number. */
  readonly processes: readonly string[];
  /** How the whole exploration ended, and how many states it met up to renaming. */
  readonly ended: string;
  readonly distinct: number;
  /** There are states that are not on the page. */
  readonly cut: boolean;
  /** The log that leads to state 0. */
  readonly begins: OpLog;
  readonly rules: readonly Sentence[];
  readonly invariants: readonly Sentence[];
  readonly witnesses: readonly Sentence[];
  readonly findings: readonly Finding[];
  readonly states: readonly GraphState[];
}

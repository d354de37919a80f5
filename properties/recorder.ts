/** Taking down what a driver shows, as it comes and before anything of it is judged. */
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import type { Snapshot } from '../abi/snapshot.ts';
import type { Failure } from './failure.ts';

/** What a runner tells about the sequence that it drives. */
export interface Recorder {
  /** The sequence begins, perhaps once more: what was told of it before is void. */
  begin(): void;
  /** An op was performed. */
  observed(op: Op, observation: Observation): void;
  /** The state after the last performed op. */
  snapshot(seen: Snapshot): void;
  /** The driver fell silent: it threw, or the target behind it died. */
  died(failure: Failure): void;
}

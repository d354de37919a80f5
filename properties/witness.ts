/** A witness: something that must sometimes happen. A run that never saw it has not tested what it claims. */
import type { Call } from '../abi/call.ts';
import type { Observation } from '../abi/observation.ts';
import type { Op } from '../abi/op.ts';
import type { Snapshot } from '../abi/snapshot.ts';

/** Seen through what an op showed, or through a snapshot. The initial state satisfies none. */
export interface Witness {
  readonly id: `WIT-${Uppercase<string>}-${number}`;
  readonly says: string;
  readonly onOp?: (observation: Observation, call: Call, op: Op) => boolean;
  readonly onSnapshot?: (seen: Snapshot) => boolean;
}

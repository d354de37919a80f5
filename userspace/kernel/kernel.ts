/** The face of a driver that programs stand on, wherever the driver is. */
import type { Call } from '../../abi/call.ts';
import type { Driver, RemoteSession } from '../../abi/driver.ts';
import type { Observation } from '../../abi/observation.ts';

/** One system call at a time; a call that sleeps is answered `pending` and completes in the answer to a later one. */
export interface Kernel {
  perform(call: Call): Promise<Observation>;
}

/** A driver in this process. The caller resets it. */
export const driverKernel = (driver: Driver): Kernel => ({
  perform: call => Promise.resolve(driver.perform(call)),
});

/** One sequence of a driver behind a machine boundary. The caller begins and ends it. */
export const sessionKernel = (session: RemoteSession): Kernel => ({
  perform: async call => {
    const [observation] = await session.perform([{ call, expected: [] }]);
    if (observation === undefined) throw new Error(`the driver gave no answer to ${call.op}`);
    return observation;
  },
});

/** What there is to work with on the machine of an agent: devices, system-call numbers, the driver's own files. */
import { PAGE } from '../../../abi/ids.ts';
import type { Greeting } from './agent.ts';
import { EnvironmentError } from './errors.ts';
import { MAP_32BIT, SYSTEM_CALLS, type SystemCalls } from './sys.ts';

/** The machine of an agent as the lowering of calls sees it. */
export interface Ground {
  /** Paths of the devices that may be used. */
  readonly devices: readonly string[];
  /** Folder of the driver's own files (`state`, `stats`, `proc/`); `undefined` where there is none to read. */
  readonly logs: string | undefined;
  readonly calls: SystemCalls;
  /** Flag of mmap for an address below 2 GiB; 0 where there is no such flag. */
  readonly lowAddress: number;
}

const MOST_DEVICES = 256;

/** The virtual machine of `machine.ts`. */
export const VIRTUAL_MACHINE: Ground = {
  devices: Array.from({ length: MOST_DEVICES }, (_, at) => `/dev/binder${at}`),
  logs: '/sys/kernel/debug/binder',
  calls: SYSTEM_CALLS.x86_64,
  lowAddress: MAP_32BIT,
};

/** Devices without which the sequences of a run have nothing to be apart on. */
const FEWEST_DEVICES = 2;

/** The machine that an agent tells of. Throws `EnvironmentError` where it is not fit. */
export const groundOf = ({ machine, page, root, reclaim, devices, logs }: Greeting): Ground => {
  const refuse = (missing: string, fix: string): never => {
    throw new EnvironmentError(`The machine of the agent is not fit: ${missing}.`, fix);
  };
  const calls = Object.hasOwn(SYSTEM_CALLS, machine) ? SYSTEM_CALLS[machine as keyof typeof SYSTEM_CALLS] : undefined;
  if (calls === undefined)
    return refuse(`its architecture is ${machine}`, `use ${Object.keys(SYSTEM_CALLS).join(' or ')}.`);
  if (page !== PAGE) refuse(`its pages have ${page} bytes`, `use a kernel with pages of ${PAGE} bytes.`);
  if (!root) refuse('the agent is not root', 'start it as root: sudo, su, adb root.');
  if (!reclaim) refuse('the agent cannot write /proc/sys/vm/drop_caches', 'start its container privileged.');
  if (devices.length < FEWEST_DEVICES) {
    const found = devices.length === 0 ? 'no device' : `only ${devices[0]}`;
    refuse(`it finds ${found}`, 'let the agent make some (--binderfs 16), or name some that nobody uses (--devices).');
  }
  return { devices, logs: logs ?? undefined, calls, lowAddress: machine === 'x86_64' ? MAP_32BIT : 0 };
};

/** The last part of a path: the name by which the driver calls the context of a device. */
export const contextOf = (device: string): string => device.slice(device.lastIndexOf('/') + 1);

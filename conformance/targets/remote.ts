/** The targets behind a process or machine boundary, by name. */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { TargetChoice } from '../options.ts';
import { LinuxTarget } from './linux/target.ts';

/** Starts a remote target, for so many sequences side by side. Throws `EnvironmentError` naming what is missing. */
export const startRemote = async (choice: TargetChoice, slots?: number): Promise<RemoteDriver> => {
  if (choice.kind !== 'linux') throw new Error(`${choice.kind} is no remote target`);
  return LinuxTarget.start(slots === undefined ? {} : { slots });
};

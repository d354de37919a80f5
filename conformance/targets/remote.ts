/** The targets behind a process or machine boundary, by name. */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { TargetChoice } from '../options.ts';
import { LinuxTarget } from './linux/target.ts';

/** Starts a remote target. Throws `EnvironmentError` naming what is missing. */
export const startRemote = async (choice: TargetChoice): Promise<RemoteDriver> => {
  if (choice.kind !== 'linux') throw new Error(`${choice.kind} is no remote target`);
  return LinuxTarget.start();
};

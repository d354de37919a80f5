/** The targets behind a process or machine boundary, by name. */
import type { RemoteDriver } from '../../abi/driver.ts';
import type { TargetChoice } from '../options.ts';
import { LinuxTarget } from './linux/target.ts';
import { ProcessTarget } from './process/target.ts';

/** Starts a remote target, for so many sequences side by side. Throws `EnvironmentError` naming what is missing. */
export const startRemote = async (choice: TargetChoice, slots?: number): Promise<RemoteDriver> => {
  const some = slots === undefined ? {} : { slots };
  if (choice.kind === 'linux') {
    return LinuxTarget.start({ ...some, ...(choice.command === undefined ? {} : { command: choice.command }) });
  }
  if (choice.kind === 'process') {
    const { command, timeScale: scale, timeouts } = choice;
    return ProcessTarget.start({ command, patience: { scale, timeouts }, ...some });
  }
  throw new Error(`${choice.kind} is no remote target`);
};

/** The targets that live in this process, by name. */
import type { Driver } from '../../abi/driver.ts';
import { specification } from '../../model/model.ts';
import type { TargetChoice } from '../options.ts';
import { driverWithFault } from './faulty.ts';
import { ImplTarget } from './impl.ts';
import { SpecificationTarget } from './model.ts';

/** Makes a target of this process. Throws `UsageError` for a name that none has. */
export const localTarget = async (choice: TargetChoice): Promise<Driver> => {
  switch (choice.kind) {
    case 'impl':
      return new ImplTarget();
    case 'model':
      return new SpecificationTarget(specification);
    case 'mutant':
      return new ImplTarget(await driverWithFault(choice.mutant));
    case 'linux':
    case 'process':
      throw new Error(`the driver of ${choice.kind} is not in this process`);
  }
};

/** The targets that live in this process, by name. */
import type { Driver } from '../../abi/driver.ts';
import { specification } from '../../model/model.ts';
import { UsageError } from '../exit.ts';
import type { TargetChoice } from '../options.ts';
import { ImplTarget } from './impl.ts';
import { SpecificationTarget } from './model.ts';

/** Makes a target of this process. Throws `UsageError` for a name that none has. */
export const localTarget = (choice: TargetChoice): Driver => {
  switch (choice.kind) {
    case 'impl':
      return new ImplTarget();
    case 'model':
      return new SpecificationTarget(specification);
    case 'mutant':
      throw new UsageError(`there is no mutant named ${choice.mutant}`);
    case 'linux':
      throw new Error('the Linux driver is not in this process');
  }
};

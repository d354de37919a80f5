/** The targets that live in this process, by name. */
import type { Driver } from '../../abi/driver.ts';
import { specification } from '../../model/model.ts';
import { UsageError } from '../exit.ts';
import type { TargetChoice } from '../options.ts';
import { ImplTarget } from './impl.ts';
import { SpecificationTarget } from './model.ts';
import { MUTANTS, MutantTarget } from './mutants.ts';

/** Makes a target of this process. Throws `UsageError` for a name that none has. */
export const localTarget = (choice: TargetChoice): Driver => {
  switch (choice.kind) {
    case 'impl':
      return new ImplTarget();
    case 'model':
      return new SpecificationTarget(specification);
    case 'mutant': {
      const mutant = Object.hasOwn(MUTANTS, choice.mutant) ? MUTANTS[choice.mutant] : undefined;
      if (mutant !== undefined) return new MutantTarget(new ImplTarget(), mutant);
      throw new UsageError(`no mutant has the name ${choice.mutant}: there are ${Object.keys(MUTANTS).join(', ')}`);
    }
    case 'linux':
    case 'process':
      throw new Error(`the driver of ${choice.kind} is not in this process`);
  }
};

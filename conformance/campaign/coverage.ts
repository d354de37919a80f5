/** What a run counts. */
import { WITNESSES } from '../../properties/all.ts';
import { Coverage } from '../../properties/coverage.ts';
import { Reached } from '../../properties/reached/reached.ts';
import type { Plan } from './plan.ts';

/** Empty counts of what a plan asks for. */
export const coverageOf = ({ reached }: Pick<Plan, 'reached'>): Coverage =>
  new Coverage(WITNESSES, reached ? new Reached() : undefined);

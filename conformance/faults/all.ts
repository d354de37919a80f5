/** The catalogue: every seeded fault, in the order of the areas. */
import { UsageError } from '../exit.ts';
import { accounting } from './accounting.ts';
import { calls } from './calls.ts';
import { debugfs } from './debugfs.ts';
import { AREAS, type Area, type Fault } from './fault.ts';
import { hands } from './hands.ts';
import { lifecycle } from './lifecycle.ts';
import { objects } from './objects.ts';
import { placement } from './placement.ts';
import { processes } from './processes.ts';
import { references } from './references.ts';
import { surroundings } from './surroundings.ts';
import { threads } from './threads.ts';
import { transactions } from './transactions.ts';

const ORDER = Object.keys(AREAS) as readonly Area[];

/** Every fault. */
export const FAULTS: readonly Fault[] = [
  accounting,
  placement,
  references,
  transactions,
  threads,
  lifecycle,
  objects,
  calls,
  processes,
  surroundings,
  debugfs,
  hands,
]
  .flat()
  .sort((a, b) => ORDER.indexOf(a.area) - ORDER.indexOf(b.area));

const near = (id: string): string => {
  const words = id.split('-').filter(word => word.length > 2);
  const alike = FAULTS.filter(fault => words.some(word => fault.id.includes(word))).map(fault => fault.id);
  return alike.length === 0 ? 'see docs/faults.md' : `perhaps ${alike.slice(0, 5).join(', ')}; see docs/faults.md`;
};

/** The fault with that id. Throws `UsageError` for an id that none has. */
export const faultNamed = (id: string): Fault => {
  const fault = FAULTS.find(each => each.id === id);
  if (fault === undefined) throw new UsageError(`no mutant has the name ${id}: ${near(id)}`);
  return fault;
};

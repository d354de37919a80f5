/** `npm run denominators`: writes conformance/denominators.json from every configuration and hunting ground. */
import { writeWhole } from '../files.ts';
import { DENOMINATORS, NO_DENOMINATORS, denominatorsText, withSource } from './denominators.ts';
import { REACHED_FROM, reachedFrom } from './reached-from.ts';

let all = NO_DENOMINATORS;
for (const from of REACHED_FROM) {
  const { source, reached } = reachedFrom(from);
  all = withSource(all, source, reached);
  const { name, distinct, generated } = source;
  process.stdout.write(`${name}: ${distinct} states, ${generated} steps\n`);
}
const { rules, operations, classes } = all;
const count = (table: object): number => Object.keys(table).length;
writeWhole(DENOMINATORS, denominatorsText(all));
process.stdout.write(`${count(rules)} rules by outcome, ${count(operations)} operations, ${count(classes)} classes\n`);

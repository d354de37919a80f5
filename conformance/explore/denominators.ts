/** How much there is to cover: what explorations reached, as data that `run --coverage` divides by. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { CensusRecord } from '../../properties/explore/census.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import type { Result } from '../../properties/explore/explore.ts';
import { writeWhole } from '../files.ts';
import { packageRoot } from '../paths.ts';

/** The denominators that come with the program. */
export const DENOMINATORS = path.join(packageRoot, 'conformance', 'denominators.json');

/** The form of the file: the union of several explorations. */
export const DenominatorsSchema = z.strictObject({
  format: z.literal('binder-spec/denominators'),
  version: z.literal(1),
  configurations: z.array(
    z.strictObject({ title: z.string(), ended: z.string(), distinct: z.int(), generated: z.int(), depth: z.int() }),
  ),
  /** `RULE outcome`. */
  rules: z.array(z.string()),
  /** `operation outcome`. */
  operations: z.array(z.string()),
  classes: z.array(z.string()),
});
export type Denominators = z.infer<typeof DenominatorsSchema>;

/** Reads denominators; `undefined` where there are none. */
export const readDenominators = (file = DENOMINATORS): Denominators | undefined => {
  try {
    return DenominatorsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
};

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])].sort();

/** Adds what one exploration reached to a file. Throws `EnvironmentError` when it cannot be written. */
export const writeDenominators = (
  file: string,
  { title }: Configuration,
  { ended, distinct, generated, depth }: Result,
  census: CensusRecord,
): void => {
  const before = readDenominators(file);
  const others = (before?.configurations ?? []).filter(each => each.title !== title);
  const all: Denominators = {
    format: 'binder-spec/denominators',
    version: 1,
    configurations: [...others, { title, ended, distinct, generated, depth }],
    rules: union(before?.rules ?? [], census.rules),
    operations: union(before?.operations ?? [], census.operations),
    classes: union(before?.classes ?? [], census.classes),
  };
  writeWhole(file, `${JSON.stringify(all, null, 1)}\n`);
};

/** What a run covered of all that explorations reached, the gaps first, as lines. */
export const coverageLines = (
  covered: {
    readonly rules: Readonly<Record<string, number>>;
    readonly outcomes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  },
  all: Denominators,
): readonly string[] => {
  const rules = [...new Set(all.rules.map(key => key.slice(0, key.indexOf(' '))))];
  const kindOf = (operation: string): string => (/BC_|read/.test(operation) ? 'write_read' : operation);
  const operations = new Set(
    all.operations.map(key => {
      const at = key.lastIndexOf(' ');
      return `${kindOf(key.slice(0, at))} ${key.slice(at + 1)}`;
    }),
  );
  const missing = {
    rules: rules.filter(rule => (covered.rules[rule] ?? 0) === 0),
    operations: [...operations].filter(key => {
      const [kind = '', status = ''] = key.split(' ');
      return (covered.outcomes[kind]?.[status] ?? 0) === 0;
    }),
  };
  const share = (what: string, gaps: readonly string[], count: number): readonly string[] => [
    ...(gaps.length === 0 ? [] : [`  not covered: ${gaps.join(', ')}`]),
    `  ${count - gaps.length}/${count} ${what}`,
  ];
  return [
    `of what ${all.configurations.length} explorations can reach (conformance/denominators.json):`,
    ...share('rules', missing.rules, rules.length),
    ...share('operations by outcome', missing.operations, operations.size),
  ];
};

/** How much there is to cover: what explorations reached, as data that `run --coverage` divides by. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { KINDS, type Kind, type ReachedRecord } from '../../properties/reached/reached.ts';
import { writeWhole } from '../files.ts';
import { packageRoot } from '../paths.ts';

/** The denominators that come with the program; `npm run denominators` writes them. */
export const DENOMINATORS = path.join(packageRoot, 'conformance', 'denominators.json');

const count = z.int().nonnegative();
/** By name: the number of the first source that reached it. */
const reachedBy = z.record(z.string(), count);

/** The form of the file: the union of several explorations. */
export const DenominatorsSchema = z.strictObject({
  format: z.literal('binder-spec/denominators'),
  version: z.literal(2),
  /** Explorations: distinct states, steps made, and layers (ops, of a hunting ground) that are complete. */
  sources: z.array(
    z.strictObject({ name: z.string(), ended: z.string(), distinct: count, generated: count, depth: count }),
  ),
  /** `RULE outcome`. */
  rules: reachedBy,
  /** `operation outcome`. */
  operations: reachedBy,
  /** `kind: what is the case`. */
  classes: reachedBy,
});
export type Denominators = z.infer<typeof DenominatorsSchema>;
export type DenominatorSource = Denominators['sources'][number];

/** Denominators of nothing. */
export const NO_DENOMINATORS: Denominators = {
  format: 'binder-spec/denominators',
  version: 2,
  sources: [],
  rules: {},
  operations: {},
  classes: {},
};

/** Reads denominators; `undefined` where there are none. */
export const readDenominators = (file = DENOMINATORS): Denominators | undefined => {
  try {
    return DenominatorsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
};

/** Denominators with one more exploration; one of the same name is replaced, and what it reached stays. */
export const withSource = (all: Denominators, source: DenominatorSource, reached: ReachedRecord): Denominators => {
  const known = all.sources.findIndex(({ name }) => name === source.name);
  const number = known < 0 ? all.sources.length : known;
  const union = (kind: Kind): Record<string, number> => ({
    ...Object.fromEntries(Object.keys(reached[kind]).map(key => [key, number])),
    ...all[kind],
  });
  return {
    ...NO_DENOMINATORS,
    sources: all.sources.toSpliced(number, 1, source),
    rules: union('rules'),
    operations: union('operations'),
    classes: union('classes'),
  };
};

/** The text of the file, a name a line. */
export const denominatorsText = (all: Denominators): string => {
  const table = (kind: Kind): string =>
    Object.entries(all[kind])
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, number]) => `  ${JSON.stringify(key)}: ${number}`)
      .join(',\n');
  const sources = all.sources.map(source => `  ${JSON.stringify(source)}`).join(',\n');
  return [
    '{',
    ` "format": "${all.format}",`,
    ` "version": ${all.version},`,
    ` "sources": [\n${sources}\n ],`,
    KINDS.map(kind => ` "${kind}": {\n${table(kind)}\n }`).join(',\n'),
    '}\n',
  ].join('\n');
};

/** Adds what one exploration reached to a file. Throws `EnvironmentError` when it cannot be written. */
export const addDenominators = (file: string, source: DenominatorSource, reached: ReachedRecord): void =>
  writeWhole(file, denominatorsText(withSource(readDenominators(file) ?? NO_DENOMINATORS, source, reached)));

/** What a run covered of all that explorations reached, of one kind. */
export interface Covered {
  readonly covered: number;
  readonly of: number;
  /** Names that explorations reached and the run did not. */
  readonly gaps: readonly string[];
  /** Names that the run reached and no exploration did, being bounded. */
  readonly beyond: readonly string[];
}

/** By kind, what a run covered. */
export type CoverageReport = Readonly<Record<Kind, Covered>> & { readonly explorations: number };

/** Compares what a run reached with what explorations did. */
export const coverageOfReached = (reached: ReachedRecord, all: Denominators): CoverageReport => {
  const compare = (kind: Kind): Covered => {
    const names = Object.keys(all[kind]);
    const gaps = names.filter(name => !Object.hasOwn(reached[kind], name));
    const beyond = Object.keys(reached[kind]).filter(name => !Object.hasOwn(all[kind], name));
    return { covered: names.length - gaps.length, of: names.length, gaps, beyond };
  };
  const [rules, operations, classes] = KINDS.map(compare) as [Covered, Covered, Covered];
  return { explorations: all.sources.length, rules, operations, classes };
};

const TITLES: Readonly<Record<Kind, string>> = {
  rules: 'rules by outcome',
  operations: 'operations by outcome',
  classes: 'classes of states',
};

/** The comparison as lines, the gaps first. */
export const coverageLines = (report: CoverageReport): readonly string[] => [
  `of what ${report.explorations} explorations reach (conformance/denominators.json):`,
  ...KINDS.flatMap(kind => {
    const { gaps } = report[kind];
    return gaps.length === 0 ? [] : [`  not covered, ${TITLES[kind]}:`, ...gaps.map(gap => `    ${gap}`)];
  }),
  ...KINDS.map(kind => {
    const { covered, of, beyond } = report[kind];
    const share = of === 0 ? '' : ` (${((100 * covered) / of).toFixed(1)} %)`;
    return `  ${covered}/${of} ${TITLES[kind]}${share}; ${beyond.length} more that no exploration reached`;
  }),
];

/**
 * `npm run vectors`: writes conformance/vectors/, a small covering set of op logs with all that may be observed.
 *
 * One file for each rule area, a manifest with what a consumer must find, and what no vector covers.
 */
import path from 'node:path';
import { z } from 'zod';
import { ObservationSchema } from '../../abi/schema.ts';
import { OpSchema } from '../../abi/op.ts';
import { RULES, specification } from '../../model/model.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import { coveringPaths } from '../../properties/explore/cover.ts';
import { Explorer } from '../../properties/explore/explore.ts';
import { expectations } from '../export/worlds.ts';
import { writeWhole } from '../files.ts';
import { packageRoot, packageVersion } from '../paths.ts';
import { RULE_IDS, whyNotApplicable } from '../rulebook.ts';
import { readConfiguration } from './configuration-file.ts';

/** Configurations that vectors come from, with the depth that is enough. */
const SOURCES: readonly (readonly [name: string, depth: number])[] = [
  ['oneway-defects', 6],
  ['allocator', 9],
  ['lost-calls', 5],
  ['deaths', 8],
  ['threads', 4],
  ['freeze', 8],
];

/** One allowed way through a step: from one world to another, showing this. */
const WaySchema = z.strictObject({
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  observation: ObservationSchema.optional(),
});

/** The form of a file of vectors. */
export const VectorsSchema = z.strictObject({
  format: z.literal('binder-spec/vectors'),
  version: z.literal(1),
  area: z.string(),
  vectors: z.array(
    z.strictObject({
      id: z.string(),
      configuration: z.string(),
      devices: z.int(),
      /** `RULE outcome` and `operation outcome` that no earlier vector covers. */
      covers: z.array(z.string()),
      steps: z.array(z.strictObject({ op: OpSchema, ways: z.array(WaySchema) })),
    }),
  ),
});
type Vector = z.infer<typeof VectorsSchema>['vectors'][number];

const areaOf = (covers: readonly string[]): string => {
  const counts = new Map<string, number>();
  for (const key of covers) {
    const [, area] = /^([A-Z]+)-\d+ /.exec(key) ?? [];
    if (area !== undefined) counts.set(area, (counts.get(area) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'UAPI';
};

/** Makes every vector. */
export const makeVectors = (sources = SOURCES): ReadonlyMap<string, readonly Vector[]> => {
  const known = new Set<string>();
  const areas = new Map<string, Vector[]>();
  for (const [name, depth] of sources) {
    const system = new BinderSystem(readConfiguration(name), { invariants: false });
    const explorer = new Explorer(system, { depth });
    explorer.run();
    for (const { trail, covers } of coveringPaths(system, explorer.store, explorer.position.from, known)) {
      const area = areaOf(covers);
      const list = areas.get(area) ?? [];
      areas.set(area, list);
      const steps = expectations(
        specification,
        { devices: 1 },
        trail.steps.map(({ op }) => op),
      ).map(({ op, ways }) => ({
        op,
        ways: ways.map(({ from, to, observation }) => ({
          from,
          to,
          ...(observation === undefined ? {} : { observation }),
        })),
      }));
      list.push({
        id: `${area}-${String(list.length + 1).padStart(3, '0')}`,
        configuration: name,
        devices: 1,
        covers: [...covers],
        steps: steps as Vector['steps'],
      });
    }
  }
  return areas;
};

/** The files of the folder by name. */
export const vectorFiles = (areas = makeVectors()): ReadonlyMap<string, string> => {
  const files = new Map<string, string>();
  const listed = [...areas].sort(([a], [b]) => (a < b ? -1 : 1));
  const covered = new Set(listed.flatMap(([, vectors]) => vectors.flatMap(({ covers }) => covers)));
  for (const [area, vectors] of listed) {
    const lines = vectors.map(vector => JSON.stringify(vector)).join(',\n  ');
    const head = `"format": "binder-spec/vectors", "version": 1, "area": "${area}"`;
    files.set(`${area.toLowerCase()}.json`, `{ ${head}, "vectors": [\n  ${lines}\n]}\n`);
  }
  const rules = new Set([...covered].map(key => key.split(' ')[0]));
  const skipped = RULE_IDS.filter(id => !rules.has(id)).map(id => ({
    rule: id,
    why: whyNotApplicable(RULES[id], 'linux-6.1', 'linux') ?? 'no step of the explored configurations fires it',
  }));
  const manifest = {
    format: 'binder-spec/vector-manifest',
    version: 1,
    madeBy: packageVersion,
    schema: 'vectors.schema.json',
    files: listed.map(([area, vectors]) => ({
      file: `${area.toLowerCase()}.json`,
      area,
      vectors: vectors.length,
      steps: vectors.reduce((sum, { steps }) => sum + steps.length, 0),
    })),
    vectors: listed.reduce((sum, [, vectors]) => sum + vectors.length, 0),
    covered: [...covered].sort(),
    skipped,
  };
  files.set('manifest.json', `${JSON.stringify(manifest, null, 1)}\n`);
  files.set('vectors.schema.json', `${JSON.stringify(z.toJSONSchema(VectorsSchema), null, 1)}\n`);
  return files;
};

/** Writes the folder. */
export const writeVectors = (folder = path.join(packageRoot, 'conformance', 'vectors')): readonly string[] =>
  [...vectorFiles()].map(([name, text]) => {
    const file = path.join(folder, name);
    writeWhole(file, text);
    return file;
  });

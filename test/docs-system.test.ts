/** docs/system.md, divergences.md, findings.md and reading.md name only what exists. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { readOpLog } from '../conformance/oplog-file.ts';
import { PROPERTIES } from '../conformance/scenarios/programs/properties.ts';
import { RULES } from '../model/model.ts';
import { INVARIANTS } from '../properties/all.ts';

const root = new URL('..', import.meta.url);
const place = (file: string): string => fileURLToPath(new URL(file, root));
const read = (file: string): string => readFileSync(place(file), 'utf8');

const PAGES = ['docs/system.md', 'docs/divergences.md', 'docs/findings.md', 'docs/reading.md'];
const ruleIds = new Set(Object.keys(RULES));
const invariantIds = new Set<string>(INVARIANTS.map(({ id }) => id));

/** Every id in a text, ranges expanded: `DLV-02..DLV-04` is three. */
const idsIn = (text: string): readonly string[] =>
  [...text.matchAll(/\b((?:INV-|PROG-)?[A-Z]+)-(\d{2})(?:\.\.((?:INV-|PROG-)?[A-Z]+)-(\d{2}))?(?![\d-])/g)].flatMap(
    ([, area = '', from = '', otherArea = area, to = from]) => {
      if (otherArea !== area || Number(to) < Number(from)) return [`${area}-${from}..${otherArea}-${to}`];
      return Array.from(
        { length: Number(to) - Number(from) + 1 },
        (_, at) => `${area}-${String(Number(from) + at).padStart(2, '0')}`,
      );
    },
  );

const programIds = new Set<string>(Object.values(PROPERTIES).map(({ id }) => id));
const isKnown = (id: string): boolean => ruleIds.has(id) || invariantIds.has(id) || programIds.has(id);

/** Paths in back quotes or links: files of this repository. */
const filesIn = (text: string): readonly string[] => [
  ...[
    ...text.matchAll(
      /(?<![\w/])((?:model|impl|abi|properties|userspace|conformance|test|docs)\/[\w./-]+\.(?:ts|json|md))/g,
    ),
  ].map(([, file = '']) => file),
  ...[...text.matchAll(/`([\w-]+\.json)`/g)].map(([, name = '']) => `test/regressions/${name}`),
];

/** The sections of the system page by row: `S1` to `S22`. */
const rows = new Map(
  read('docs/system.md')
    .split(/^## /m)
    .flatMap(section => {
      const [, row] = /^(S\d+) /.exec(section) ?? [];
      return row === undefined ? [] : [[row, section] as const];
    }),
);
/** Rows above the driver. */
const above = new Set(['S18', 'S19', 'S20', 'S21']);

describe.each(PAGES)('%s', page => {
  const text = read(page);

  test('names rules and invariants that exist', () => {
    const ids = idsIn(text);
    expect(ids.length).toBeGreaterThan(5);
    expect(ids.filter(id => !isKnown(id))).toEqual([]);
  });

  test('names files that exist', () => {
    const files = filesIn(text);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter(file => !existsSync(place(file)))).toEqual([]);
  });
});

describe('the system', () => {
  test('has its 22 rows', () => {
    expect([...rows.keys()]).toEqual(Array.from({ length: 22 }, (_, at) => `S${at + 1}`));
  });

  test.each([...rows].filter(([row]) => !above.has(row)))(
    '%s names rules, a file of the specification, one of the optimised driver, and a run on Linux',
    (_, section) => {
      const line = (what: string): string => new RegExp(`^\\* ${what}: (.*)$`, 'm').exec(section)?.[1] ?? '';
      expect(idsIn(line('Rules')).filter(id => ruleIds.has(id)).length).toBeGreaterThan(0);
      expect(filesIn(line('Specification')).filter(file => file.startsWith('model/')).length).toBeGreaterThan(0);
      expect(filesIn(line('Optimised driver')).filter(file => file.startsWith('impl/')).length).toBeGreaterThan(0);
      expect(line('Invariants')).toMatch(/^(?:INV-|none: )/);
      expect(line('Linux')).toMatch(/--target linux/);
    },
  );

  test.each([...rows].filter(([row]) => above.has(row)))(
    '%s names rules that it stands on, files, properties over programs, a test, and a run on Linux',
    (_, section) => {
      const line = (what: string): string => new RegExp(`^\\* ${what}: (.*)$`, 'm').exec(section)?.[1] ?? '';
      expect(idsIn(line('Rules')).filter(id => ruleIds.has(id)).length).toBeGreaterThan(0);
      expect(filesIn(line('Files')).filter(file => /^(?:userspace|conformance)\//.test(file)).length).toBeGreaterThan(
        2,
      );
      expect(idsIn(line('Properties')).filter(id => programIds.has(id)).length).toBeGreaterThan(0);
      expect(filesIn(line('Properties')).filter(file => file.startsWith('test/userspace/')).length).toBeGreaterThan(0);
      expect(line('Linux')).toMatch(/--target linux/);
    },
  );

  test('names every rule area that the catalogue has', () => {
    const named = new Set(idsIn([...rows.values()].join('\n')).map(id => id.slice(0, id.lastIndexOf('-'))));
    const areas = new Set([...ruleIds].map(id => id.slice(0, id.lastIndexOf('-'))));
    expect([...areas].filter(area => !named.has(area))).toEqual([]);
  });

  test('names every invariant', () => {
    const named = new Set(idsIn([...rows.values()].join('\n')));
    expect([...invariantIds].filter(id => !named.has(id))).toEqual([]);
  });

  test('gives every place of a field by its name in model/state.ts', () => {
    const source = read('model/state.ts');
    const types = new Map(
      [...source.matchAll(/^export (?:interface (\w+) \{|type (\w+) =)([\s\S]*?)^(?:\}|\n|;)/gm)].map(
        ([, one, other, body = '']) => [
          one ?? other ?? '',
          new Set([...body.matchAll(/readonly (\w+):/g)].map(([, f]) => f)),
        ],
      ),
    );
    const places = [...(rows.get('S22') ?? '').matchAll(/`([A-Z]\w+)\.(\w+)`/g)].filter(([, type]) => type !== 'Turn');
    expect(places.length).toBeGreaterThan(70);
    expect(places.filter(([, type = '', field]) => types.get(type)?.has(field) !== true).map(([all]) => all)).toEqual(
      [],
    );
  });
});

describe('findings and divergences', () => {
  const logs = readdirSync(place('test/regressions')).filter(name => name.endsWith('.json'));

  test('every log of the corpus is told, but for those that only reach rules', () => {
    const told = new Set(['findings', 'divergences'].flatMap(page => filesIn(read(`docs/${page}.md`))));
    expect(logs.filter(name => !name.startsWith('reach-') && !told.has(`test/regressions/${name}`))).toEqual([]);
  });

  test.each(logs)('%s says what it shows, and where it is from', name => {
    const { title, origin } = readOpLog(place(`test/regressions/${name}`));
    expect(title?.length ?? 0).toBeGreaterThan(20);
    expect(Object.keys(origin ?? {}).length).toBeGreaterThan(0);
  });

  test.each(logs.filter(name => name.startsWith('findings-')))('%s names rules that the page names beside it', name => {
    const { origin } = readOpLog(place(`test/regressions/${name}`));
    const rules = String(origin?.['finding']).split(' ');
    const line = read('docs/findings.md')
      .split('\n')
      .find(each => each.includes(`\`${name}\``));
    expect(rules.filter(id => !isKnown(id))).toEqual([]);
    expect(rules.filter(id => !(line ?? '').includes(id))).toEqual([]);
  });
});

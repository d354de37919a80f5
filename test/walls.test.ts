/** The import table of the repository, checked on the source text: who may import whom, and which packages. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the files of one folder may import: folders or single files of the repository, and packages. */
interface Wall {
  readonly own: readonly string[];
  readonly packages: readonly string[];
  /** Whether Node's own modules are allowed. */
  readonly node: boolean;
}

const commandLine = [
  'cli-table3',
  'commander',
  'diff',
  'log-update',
  'picocolors',
  'zod',
  'fast-check',
  'fast-xml-parser',
  'esbuild',
  'chevrotain',
  'smol-toml',
];
const publicFaces = ['abi/', 'model/model.ts', 'properties/', 'userspace/', 'adapters/', 'conformance/'];

/** The most specific folder of a file decides. */
const WALLS: Readonly<Record<string, Wall>> = {
  'abi/': { own: ['abi/'], packages: ['zod'], node: false },
  'model/': { own: ['abi/', 'model/'], packages: ['ts-pattern'], node: false },
  'impl/': { own: ['abi/', 'impl/'], packages: [], node: false },
  'properties/': {
    own: ['abi/', 'model/model.ts', 'properties/'],
    packages: ['fast-check', 'ts-pattern'],
    node: true,
  },
  'userspace/': { own: ['abi/', 'userspace/'], packages: ['zod'], node: true },
  'userspace/aidl/': { own: ['abi/', 'userspace/'], packages: ['chevrotain', 'zod'], node: true },
  'adapters/': { own: ['abi/', 'adapters/'], packages: [], node: true },
  'adapters/impl/': {
    own: ['abi/', 'impl/', 'adapters/impl/', 'conformance/protocol/', 'conformance/targets/', 'conformance/paths.ts'],
    packages: [],
    node: true,
  },
  'conformance/': { own: publicFaces, packages: commandLine, node: true },
  'conformance/targets/': { own: [...publicFaces, 'impl/'], packages: commandLine, node: true },
  'conformance/report/html/': {
    own: ['abi/', 'conformance/report/html/'],
    packages: ['preact', 'preact-render-to-string'],
    node: false,
  },
  'bench/': {
    own: ['abi/', 'model/', 'impl/', 'properties/', 'userspace/', 'adapters/', 'conformance/', 'bench/'],
    packages: ['fast-check'],
    node: true,
  },
  'docs-gen/': { own: ['model/', 'docs-gen/'], packages: [], node: true },
  'test/': {
    own: [
      'abi/',
      'model/',
      'impl/',
      'properties/',
      'userspace/',
      'adapters/',
      'conformance/',
      'bench/',
      'docs-gen/',
      'test/',
    ],
    packages: [
      'vitest',
      'fast-check',
      'zod',
      'commander',
      'ts-pattern',
      '@stryker-mutator',
      'junit2json',
      'tap-parser',
      'playwright-core',
    ],
    node: true,
  },
};

const wallOf = (file: string): Wall | undefined =>
  Object.entries(WALLS)
    .filter(([folder]) => file.startsWith(folder))
    .sort(([a], [b]) => b.length - a.length)[0]?.[1];

const IMPORT = /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** What a source text imports. */
const importsOf = (text: string): string[] =>
  [...withoutComments(text).matchAll(IMPORT)].map(found => (found[1] ?? found[2]) as string);

/** Why the import is forbidden; `undefined` when it is not. */
const forbidden = (file: string, target: string): string | undefined => {
  const wall = wallOf(file);
  if (wall === undefined) return `${file} lies in a folder that has no row in the import table`;
  if (target.startsWith('.')) {
    const reached = path.posix.normalize(path.posix.join(path.posix.dirname(file), target));
    if (!/\.(?:tsx?|json)$/.test(reached)) return `${file}: '${target}' must end in .ts`;
    return wall.own.some(place => reached.startsWith(place)) ? undefined : `${file} may not import ${reached}`;
  }
  if (target.startsWith('node:')) return wall.node ? undefined : `${file} may not import ${target}`;
  const packageName = target.split('/')[0] as string;
  return wall.packages.includes(packageName) ? undefined : `${file} may not import the package ${target}`;
};

const sources = Object.keys(WALLS)
  // Those inside others are read with them.
  .filter(folder => !Object.keys(WALLS).some(other => other !== folder && folder.startsWith(other)))
  .flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(file => /\.tsx?$/.test(file))
      .map(file => folder + file.replaceAll(path.sep, '/')),
  );

describe('the walls', () => {
  test('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(20);
  });

  test('no file imports what its folder may not', () => {
    const broken = sources.flatMap(file =>
      importsOf(readFileSync(path.join(root, file), 'utf8')).flatMap(target => forbidden(file, target) ?? []),
    );
    expect(broken).toEqual([]);
  });

  test('the reader of imports sees every form of import', () => {
    const text = [
      `import { a } from '../a.ts';`,
      `import type { B } from "./b.ts";`,
      `import {\n  c,\n  d,\n} from 'c';`,
      `import './side-effect.ts';`,
      `export { e } from './e.ts';`,
      `export * from './f.ts';`,
      `const g = await import('./g.ts');`,
      `// import { no } from 'comment';`,
      `const path = 'from nowhere';`,
    ].join('\n');
    expect(importsOf(text).sort()).toEqual(
      ['../a.ts', './b.ts', 'c', './side-effect.ts', './e.ts', './f.ts', './g.ts'].sort(),
    );
  });

  test.each([
    ['model/ref.ts', '../impl/ref.ts'],
    ['impl/ref.ts', '../model/ref.ts'],
    ['impl/ref.ts', 'zod'],
    ['impl/ref.ts', 'node:fs'],
    ['properties/judge.ts', '../impl/driver.ts'],
    ['properties/judge.ts', '../model/state.ts'],
    ['properties/judge.ts', 'vitest'],
    ['abi/op.ts', 'ts-pattern'],
    ['abi/op.ts', '../model/model.ts'],
    ['conformance/run.ts', '../impl/driver.ts'],
    ['conformance/run.ts', '../model/rules.ts'],
    ['conformance/report/html/app.tsx', '../story.ts'],
    ['conformance/report/html/app.tsx', 'node:fs'],
    ['adapters/linux/setup.ts', '../../model/model.ts'],
    ['model/ref.ts', './node'],
    ['userspace/native/bbinder.ts', 'chevrotain'],
    ['userspace/kernel/kernel.ts', '../../impl/driver.ts'],
  ])('%s may not import %s', (file, target) => {
    expect(forbidden(file, target)).toBeTypeOf('string');
  });

  test.each([
    ['properties/judge.ts', '../model/model.ts'],
    ['conformance/targets/impl.ts', '../../impl/driver.ts'],
    ['conformance/targets/linux/target.ts', '../../../adapters/linux/setup.ts'],
    ['conformance/report/html-page.ts', './html/document.tsx'],
    ['abi/op.ts', 'zod'],
    ['model/ref.ts', 'ts-pattern'],
    ['userspace/aidl/parser.ts', 'chevrotain'],
  ])('%s may import %s', (file, target) => {
    expect(forbidden(file, target)).toBeUndefined();
  });
});

describe('the lint rules', () => {
  const config = JSON.parse(readFileSync(path.join(root, '.oxlintrc.json'), 'utf8')) as {
    readonly overrides: readonly { readonly files: readonly string[]; readonly rules: Record<string, unknown> }[];
  };

  test.each(Object.keys(WALLS).filter(folder => folder !== 'test/' && folder !== 'bench/'))(
    '%s has a sentence for whoever runs into its wall',
    folder => {
      const rule = config.overrides.find(({ files }) => files.includes(`${folder}**`))?.rules['no-restricted-imports'];
      expect(JSON.stringify(rule)).toContain('message');
    },
  );
});

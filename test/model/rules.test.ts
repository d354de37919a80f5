/** The registry of rules is complete and consistent, and the rule book says what it says. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ruleBook, withoutPlaces } from '../../docs-gen/book.ts';
import { idsIn, placesIn } from '../../docs-gen/places.ts';
import {
  ALIASES,
  ALIAS_IDS,
  AREAS,
  CANONICAL,
  RULES,
  RULE_IDS,
  type Rule,
  areaOf,
  isRuleId,
} from '../../model/rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How many rules the catalogue has in each area; they are numbered from 01 without a gap. */
const CATALOGUE = {
  UAPI: 14,
  ALLOC: 48,
  TXN: 46,
  DLV: 8,
  OBJ: 45,
  REL: 20,
  PROC: 32,
  BFS: 4,
  THR: 51,
  WR: 31,
  READ: 45,
  NODE: 18,
  REF: 10,
  CTX: 7,
  DEATH: 16,
  FRZ: 12,
  IOC: 7,
  DBA: 7,
  DBG: 14,
  IO: 10,
  T: 18,
} as const satisfies Record<keyof typeof AREAS, number>;

const catalogue = Object.entries(CATALOGUE).flatMap(([area, count]) =>
  Array.from({ length: count }, (_, index) => `${area}-${String(index + 1).padStart(2, '0')}`),
);
const rules: readonly (readonly [string, Rule])[] = Object.entries(CANONICAL);

describe('the registry', () => {
  test('has each of the 463 ids of the catalogue once and no other', () => {
    expect(catalogue).toHaveLength(463);
    expect([...RULE_IDS, ...ALIAS_IDS]).toHaveLength(463);
    expect(new Set(Object.keys(RULES))).toEqual(new Set(catalogue));
  });

  test('keeps ids within the area that their name says, in ascending order', () => {
    for (const area of Object.keys(AREAS)) {
      const ids = [...RULE_IDS, ...ALIAS_IDS].filter(id => areaOf(id) === area);
      expect(ids).toEqual(catalogue.filter(id => id.startsWith(`${area}-`)));
    }
  });

  test('has aliases in IO and T only, each pointing to rules that can fire', () => {
    expect(new Set(ALIAS_IDS.map(areaOf))).toEqual(new Set(['IO', 'T']));
    expect(ALIAS_IDS.flatMap(id => ALIASES[id].aliasOf).filter(id => !isRuleId(id))).toEqual([]);
    expect(ALIAS_IDS.filter(isRuleId)).toEqual([]);
  });

  test('says every rule in sentences of its own', () => {
    const sentences = rules.map(([, rule]) => rule.says);
    expect(new Set(sentences).size).toBe(sentences.length);
    expect(rules.filter(([, { says }]) => says.length < 20 || !says.endsWith('.')).map(([id]) => id)).toEqual([]);
  });

  test('names a kernel function for every rule', () => {
    const unnamed = rules.filter(
      ([, { evidence }]) => evidence.kernel.length === 0 || !evidence.kernel.every(name => /^[a-z_]+$/.test(name)),
    );
    expect(unnamed.map(([id]) => id)).toEqual([]);
  });

  test('gives a reason for every rule that is not applicable', () => {
    const silent = rules.filter(([, { status }]) => status.kind === 'not-applicable' && status.why.length < 20);
    expect(silent.map(([id]) => id)).toEqual([]);
  });

  test('has every rule in the exact profile of Linux', () => {
    expect(rules.filter(([, { profiles }]) => !profiles.includes('linux-6.1')).map(([id]) => id)).toEqual([]);
  });

  test('demands nothing in the core profile that drivers are known to do differently', () => {
    const flagged = rules.filter(([, rule]) => rule.profiles.includes('core') && rule.level === 'SHOULD');
    expect(flagged.map(([id]) => id)).toEqual([]);
  });
});

describe('references between rules', () => {
  test('sentences and reasons mention only ids that exist', () => {
    const mentioned = rules.flatMap(([, { says, status }]) =>
      idsIn(status.kind === 'modelled' ? says : `${says} ${status.why}`),
    );
    expect(mentioned.length).toBeGreaterThan(0);
    expect(mentioned.filter(id => !Object.hasOwn(RULES, id))).toEqual([]);
  });

  test('the specification mentions only ids that exist', () => {
    expect([...placesIn(root).keys()].filter(id => !Object.hasOwn(RULES, id))).toEqual([]);
  });
});

describe('docs/rules.md', () => {
  const written = readFileSync(path.join(root, 'docs/rules.md'), 'utf8');

  test('is fresh but for the places in the code (else: npm run docs)', () => {
    expect(withoutPlaces(written)).toBe(withoutPlaces(ruleBook(new Map())));
  });

  test('has a heading for every id', () => {
    const headings = new Set(written.match(/(?<=^### )\S+$/gm));
    expect(catalogue.filter(id => !headings.has(id))).toEqual([]);
  });
});

describe('the places of a rule', () => {
  test('are printed by file and line', () => {
    const book = ruleBook(new Map([['REF-01', [{ file: 'model/ref.ts', lines: [3, 9] }]]]));
    expect(book).toContain('Where: model/ref.ts:3,9\n');
  });

  test('are found wherever an id stands as a word of its own', () => {
    expect(idsIn("fire('REF-01', 'T-02'); // REF-01, not XREF-02, REF-001 or UTF-16")).toEqual(['REF-01', 'T-02']);
  });
});

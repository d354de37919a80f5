/** Rules on the command line, and what becomes of a rule in a run. */
import { describe, expect, test } from 'vitest';
import {
  RULE_IDS,
  gapsFirst,
  lookUp,
  ruleRows,
  unexercised,
  whyNotApplicable,
  type Rule,
} from '../../conformance/rulebook.ts';
import { RULES } from '../../model/model.ts';
import { command } from './command.ts';

const nothing = { profile: 'linux-6.1', target: 'impl', fired: {}, snapshots: 0, blamed: new Set<string>() } as const;
const rowOf = (id: string, rows: ReturnType<typeof ruleRows>) => rows.find(row => row.id === id);
const someMust = RULE_IDS.find(
  id =>
    RULES[id].level === 'MUST' &&
    whyNotApplicable(RULES[id], 'linux-6.1', 'impl') === undefined &&
    RULES[id].firesIn === undefined,
) as string;

describe('a rule of a run', () => {
  test('that never fired is not exercised', () => {
    expect(rowOf(someMust, ruleRows(nothing))).toMatchObject({ status: 'not-exercised', exercised: 0 });
    expect(unexercised(ruleRows(nothing))).toContain(someMust);
  });

  test('that fired passes, unless a failure blames it', () => {
    const fired = { [someMust]: 3 };
    expect(rowOf(someMust, ruleRows({ ...nothing, fired }))).toMatchObject({ status: 'pass', exercised: 3 });
    expect(rowOf(someMust, ruleRows({ ...nothing, fired, blamed: new Set([someMust]) }))).toMatchObject({
      status: 'fail',
    });
  });

  test('that only the state shows is exercised by comparing states', () => {
    const id = RULE_IDS.find(each => RULES[each].firesIn === 'snapshot' && RULES[each].status.kind === 'modelled');
    expect(id).toBeDefined();
    expect(rowOf(id as string, ruleRows({ ...nothing, snapshots: 5 }))).toMatchObject({ status: 'pass', exercised: 5 });
  });

  test('has a row, whatever happened', () => {
    expect(ruleRows(nothing).map(({ id }) => id)).toEqual(RULE_IDS);
  });

  test('is not applicable with a reason, or has to be exercised', () => {
    const rule = RULES[RULE_IDS[0] as (typeof RULE_IDS)[number]];
    const applicable: Rule = { ...rule, status: { kind: 'modelled' }, profiles: ['linux-6.1'] };
    expect(whyNotApplicable(applicable, 'linux-6.1', 'impl')).toBeUndefined();
    expect(whyNotApplicable(applicable, 'core', 'impl')).toContain('core');
    expect(whyNotApplicable({ ...applicable, applies: 'linux-target' }, 'linux-6.1', 'impl')).toContain('Linux');
    expect(whyNotApplicable({ ...applicable, applies: 'impl-only' }, 'linux-6.1', 'linux')).toContain('Linux');
    expect(whyNotApplicable({ ...applicable, status: { kind: 'not-applicable', why: 'no LSM' } }, 'core', 'impl')).toBe(
      'no LSM',
    );
  });
});

describe('the table of coverage', () => {
  test('has the MUST rules that never fired first, then what fired seldom, and the inapplicable with a reason last', () => {
    const [often, seldom] = RULE_IDS.filter(
      id => whyNotApplicable(RULES[id], 'linux-6.1', 'impl') === undefined && RULES[id].firesIn === undefined,
    ) as [string, string];
    const rows = gapsFirst(ruleRows({ ...nothing, fired: { [often]: 9, [seldom]: 2 } }));
    expect(rows).toHaveLength(RULE_IDS.length);
    expect(rows[0]).toMatchObject({ status: 'not-exercised', level: 'MUST' });
    const places = [seldom, often].map(id => rows.findIndex(row => row.id === id));
    expect(places[1]).toBe((places[0] as number) + 1);
    expect(rows.at(-1)).toMatchObject({ status: 'not-applicable', why: expect.stringMatching(/\w/) });
  });
});

describe('list', () => {
  test('has one line for each rule', async () => {
    const { code, out } = await command(['list']);
    expect(code).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(RULE_IDS.length);
  });

  test('--json has every rule and every alias', async () => {
    const { code, out } = await command(['list', '--json']);
    const book = JSON.parse(out) as { rules: { id: string; says: string; level: string }[]; aliases: { id: string }[] };
    expect(code).toBe(0);
    expect(book.rules.map(({ id }) => id)).toEqual(RULE_IDS);
    expect(book.rules.length + book.aliases.length).toBe(Object.keys(RULES).length);
    expect(book.rules.every(({ says, level }) => says.length > 10 && ['MUST', 'SHOULD', 'INFO'].includes(level))).toBe(
      true,
    );
  });
});

describe('explain', () => {
  test('prints the sentence and the level of a rule, in any case', async () => {
    const { code, out } = await command(['explain', someMust.toLowerCase()]);
    expect(code).toBe(0);
    expect(out).toContain(`${someMust}  MUST`);
    expect(out).toContain((lookUp(someMust) as { rule: Rule }).rule.says);
  });

  test('prints the rules that an alias stands for', async () => {
    const alias = Object.keys(RULES).find(id => !(RULE_IDS as readonly string[]).includes(id)) as string;
    const { code, out } = await command(['explain', alias]);
    const found = lookUp(alias) as { aliasOf: readonly string[] };
    expect(code).toBe(0);
    for (const id of found.aliasOf) expect(out).toContain(id);
  });
});

test('list and explain tell the differences between drivers', async () => {
  const flags = await command(['list', '--flags', '--json']);
  const { profiles } = JSON.parse(flags.out) as { profiles: { name: string; flags: string[] }[] };
  expect(profiles.map(({ name, flags: allowed }) => [name, allowed.length > 0])).toEqual([
    ['linux-6.1', false],
    ['core', true],
  ]);
  expect((await command(['list', '--flags'])).out).toContain('handle-numbers');
  expect((await command(['explain', 'noop'])).out).toContain('allowed   under core');
  expect((await command(['explain', 'TXN-20'])).out).toContain('hidden    under core, which allows odd-sizes');
});

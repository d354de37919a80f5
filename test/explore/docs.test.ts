/** docs/exploration.md says what the configurations that come with the program give. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CONFIGURATIONS, readConfiguration } from '../../conformance/explore/configuration-file.ts';
import { WITNESSES } from '../../properties/all.ts';
import { BinderSystem } from '../../properties/explore/binder.ts';
import { StateCensus } from '../../properties/explore/census.ts';
import { Explorer } from '../../properties/explore/explore.ts';

const text = readFileSync(new URL('../../docs/exploration.md', import.meta.url), 'utf8');

/** The table of configurations: name, distinct, generated, depth. */
const rows = [...text.matchAll(/^\| `([a-z-]+)` \|(.*)\|$/gm)]
  .map(
    ([, name = '', cells = '']) =>
      [
        name,
        ...cells
          .split('|')
          .map(cell => cell.replaceAll(' ', ''))
          .slice(1),
      ] as const,
  )
  .filter(({ length }) => length === 4);
const counted = rows.filter(([, , , depth]) => /^\d+$/.test(depth ?? ''));

describe('the table of configurations', () => {
  test('names every configuration that comes with the program', () => {
    const names = readdirSync(CONFIGURATIONS).map(file => file.replace('.json', ''));
    expect(rows.map(([name]) => name).toSorted()).toEqual(names.toSorted());
    expect(counted.length).toBeGreaterThan(4);
  });

  test.each(counted)(
    'has the counts of %s: %s distinct, %s generated, depth %s',
    (name, distinct, generated, depth) => {
      const census = new StateCensus(WITNESSES);
      const system = new BinderSystem(readConfiguration(name), {
        onNew: (call, outcome) => census.count(call, outcome),
      });
      const result = new Explorer(system).run();
      expect(result).toMatchObject({ ended: 'complete', found: [] });
      expect([result.distinct, result.generated, result.layers.length - 1].map(String)).toEqual([
        distinct,
        generated,
        depth,
      ]);
      const { rules } = census.record();
      if (name === 'descriptors')
        expect(rules).toEqual(expect.arrayContaining(['OBJ-22 OK', 'READ-45 OK', 'OBJ-23 OK']));
    },
  );
});

/** docs/userspace.md: its first service runs, and its tables say what is. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PROPERTIES } from '../../conformance/scenarios/programs/properties.ts';
import { EX, IServiceManager } from '../../userspace/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(`${root}/docs/userspace.md`, 'utf8');

describe('the guide', () => {
  const [, snippet = ''] = /```js\n([\s\S]*?)```/.exec(guide) ?? [];

  test('has a first service of less than thirty lines, which runs', () => {
    expect(snippet.split('\n').length).toBeLessThan(30);
    const out = execFileSync(process.execPath, ['--input-type=module', '-e', snippet], { cwd: root, encoding: 'utf8' });
    expect(out).toBe('2 + 3 = 5\n');
  });

  test('says of every property what it says', () => {
    const rows = [...guide.matchAll(/^\| (PROG-[A-Z]+-\d+) \| (.*) \|$/gm)].map(([, id, says]) => ({ id, says }));
    expect(rows).toEqual(Object.values(PROPERTIES).map(({ id, says }) => ({ id, says })));
  });

  test('names the codes of the service manager and the exceptions', () => {
    for (const [name, code] of Object.entries(IServiceManager.TRANSACTION))
      expect(guide).toMatch(new RegExp(`${name}\\s+${code}\\b`));
    for (const name of ['SECURITY', 'ILLEGAL_STATE', 'PARCELABLE'] as const)
      expect(guide).toContain(`${name} ${EX[name]}`);
  });
});

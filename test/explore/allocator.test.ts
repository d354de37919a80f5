/** The buffer space of a mapping, specified a second time in Promela: spin and the explorer count the same states. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Explorer } from '../../properties/explore/explore.ts';
import { allocator } from './allocator.ts';

const source = new URL('allocator.pml', import.meta.url).pathname;

/** What is missing of the programs that the Promela model needs; nothing is undefined. */
const missing = ['spin', 'gcc'].find(
  name => spawnSync(name, [name === 'spin' ? '-V' : '--version']).error !== undefined,
);

/** States that spin stores, of a mapping of so many units. */
const storedBySpin = (units: number): number => {
  const cwd = mkdtempSync(path.join(tmpdir(), 'spin-'));
  try {
    execFileSync('spin', ['-a', `-DUNITS=${units}`, source], { cwd });
    execFileSync('gcc', ['-O1', '-w', '-DSAFETY', '-DNOREDUCE', '-o', 'pan', 'pan.c'], { cwd });
    const said = execFileSync('./pan', ['-m200000'], { cwd, encoding: 'utf8' });
    expect(said).toMatch(/errors: 0$/m);
    expect(said).not.toContain('max search depth too small');
    return Number(/(\d+) states, stored/.exec(said)?.[1]);
  } finally {
    rmSync(cwd, { recursive: true });
  }
};

/** Units of the mapping, states that are reached, steps of the explorer. */
const COUNTS = [
  [2, 9, 84],
  [3, 29, 294],
  [4, 138, 1_518],
  [6, 2_402, 31_455],
  [7, 9_454, 134_459],
] as const;

describe('the buffer space of a mapping', () => {
  test.each(COUNTS)('of %i units has %i reachable states', (units, distinct, generated) => {
    const result = new Explorer(allocator(units)).run();
    expect(result).toMatchObject({ ended: 'complete', distinct, generated, deadlocks: 0 });
  });

  // Two sizes are enough here: most of the time goes into compiling what spin writes.
  test.for(COUNTS.slice(3))('of %i units has %i reachable states in Promela too', ([units, distinct], context) => {
    if (missing !== undefined) context.skip(`${missing} is not installed`);
    expect(storedBySpin(units)).toBe(distinct);
  });
});

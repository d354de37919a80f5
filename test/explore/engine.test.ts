/** The explorer proves itself on systems whose numbers of states are known. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from '../../conformance/explore/checkpoint.ts';
import { EdgeList } from '../../properties/explore/edges.ts';
import { Explorer } from '../../properties/explore/explore.ts';
import type * as Parallel from '../../properties/explore/parallel.ts';
import { twoPhase } from './two-phase.ts';

describe('two-phase commit as published with TLA+', () => {
  test.each([
    [3, 288, 1_146, 11],
    [5, 8_832, 58_146, 17],
    [7, 296_448, 2_744_706, 23],
  ])('with %i resource managers has %i distinct states', (managers, distinct, generated, layers) => {
    const result = new Explorer(twoPhase(managers)).run();
    expect(result).toMatchObject({ ended: 'complete', distinct, generated, found: [], frontier: 0 });
    expect(result.layers.length).toBe(layers);
    expect(result.layers.reduce((sum, states) => sum + states)).toBe(distinct);
  });

  test('is bounded by a depth', () => {
    const result = new Explorer(twoPhase(5), { depth: 3 }).run();
    expect(result).toMatchObject({ ended: 'depth', depth: 3, layers: [1, 11, 55, 170], distinct: 237 });
    expect(result.frontier).toBe(170);
  });

  test('ends with what there is when the memory is full', () => {
    const result = new Explorer(twoPhase(7), { memory: 2_000_000 }).run();
    expect(result.ended).toBe('memory');
    expect(result.distinct).toBeGreaterThan(1000);
    expect(result.distinct).toBeLessThan(296_448);
    expect(result.bytes).toBeLessThanOrEqual(2_100_000);
  });

  test('has the edges of its graph, loops apart', () => {
    const edges = new EdgeList();
    const result = new Explorer(twoPhase(3), {}, edges).run();
    let count = 0;
    let begun = 0;
    const reached = new Set([0]);
    edges.each(
      (from, to) => {
        expect(from).not.toBe(to);
        reached.add(to);
        count++;
      },
      () => begun++,
    );
    expect(begun).toBe(result.distinct);
    expect(reached.size).toBe(288);
    expect(count).toBeLessThan(result.generated);
  });
});

describe('a checkpoint', () => {
  test('between two layers lets another exploration come to the same end', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'explore-'));
    const file = path.join(folder, 'saved');
    const whole = new Explorer(twoPhase(5)).run();
    const edges = new EdgeList();
    const first = new Explorer(twoPhase(5), { depth: 6 }, edges);
    first.run();
    writeCheckpoint(file, 'five', { position: first.position, store: first.store, edges, census: undefined });
    const again = new EdgeList();
    const second = new Explorer(twoPhase(5), {}, again);
    second.resume(readCheckpoint(file, 'five', second.store, again).position);
    const { seconds: _seconds, bytes: _bytes, edgeBytes: _edges, ...result } = second.run();
    expect(whole).toMatchObject(result);
    expect(result.distinct).toBe(8_832);
    let expanded = 0;
    again.each(
      () => {},
      () => expanded++,
    );
    expect(expanded).toBe(8_832);
    expect(() => readCheckpoint(file, 'six', second.store, again)).toThrow('another configuration');
    rmSync(folder, { recursive: true });
  });
});

describe('several threads', () => {
  test('count what one thread counts', async () => {
    const here = new URL('../../dist/', import.meta.url);
    const module = new URL('test/explore/two-phase.js', here).href;
    const { exploreParallel } = (await import(new URL('properties/explore/parallel.js', here).href)) as typeof Parallel;
    const options = { jobs: 2, module, make: 'makeTwoPhase', given: 5, edges: true };
    const result = await exploreParallel(options, {}, () => undefined);
    expect(result).toMatchObject({ ended: 'complete', distinct: 8_832, generated: 58_146, found: [] });
    expect(result.layers).toEqual(new Explorer(twoPhase(5)).run().layers);
  });
});

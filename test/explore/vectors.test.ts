/** The vectors that are in the repository are those that the specification gives, and they are what they say. */
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { VectorsSchema, vectorFiles } from '../../conformance/explore/vectors.ts';

const folder = fileURLToPath(new URL('../../conformance/vectors', import.meta.url));
const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');

interface Manifest {
  readonly files: readonly { readonly file: string; readonly vectors: number; readonly steps: number }[];
  readonly vectors: number;
  readonly covered: readonly string[];
}

describe('the vectors', () => {
  test('are fresh', () => {
    const files = vectorFiles();
    expect(readdirSync(folder).sort()).toEqual([...files.keys()].sort());
    for (const [file, text] of files) expect(read(file) === text, `${file}: npm run vectors`).toBe(true);
  });

  test('are as many as the manifest says, and have the form of their schema', () => {
    const manifest = JSON.parse(read('manifest.json')) as Manifest;
    let count = 0;
    const covered = new Set<string>();
    for (const { file, vectors, steps } of manifest.files) {
      const parsed = VectorsSchema.parse(JSON.parse(read(file)));
      expect(parsed.vectors.length).toBe(vectors);
      expect(parsed.vectors.reduce((sum, vector) => sum + vector.steps.length, 0)).toBe(steps);
      count += vectors;
      for (const { covers } of parsed.vectors) for (const key of covers) covered.add(key);
    }
    expect(count).toBe(manifest.vectors);
    expect([...covered].sort()).toEqual(manifest.covered);
  });
});

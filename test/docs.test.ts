/** The generated files of docs/ say what the sources say. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { OpLogSchema, OpSchema } from '../abi/op.ts';
import { ObservationSchema, SnapshotSchema } from '../abi/schema.ts';
import { pages } from '../conformance/docs/pages.ts';

const root = new URL('..', import.meta.url);

describe('generated documentation', () => {
  test.each(pages())('$path is fresh (else: npm run docs)', ({ path, text }) => {
    expect(readFileSync(fileURLToPath(new URL(path, root)), 'utf8')).toBe(text);
  });
});

describe('the published schemas', () => {
  test('refuse fields that nobody knows', () => {
    for (const schema of [OpLogSchema, OpSchema, ObservationSchema, SnapshotSchema]) {
      expect(JSON.stringify(z.toJSONSchema(schema))).toContain('"additionalProperties":false');
    }
  });

  test('accept an observation and refuse one with an errno that does not exist', () => {
    const observation = { op: 1, result: { status: 'EAGAIN', wrote: 0, read: 0, returns: [] }, completions: [] };
    expect(ObservationSchema.safeParse(observation).success).toBe(true);
    expect(ObservationSchema.safeParse({ ...observation, result: { status: 'EMADEUP' } }).success).toBe(false);
  });
});

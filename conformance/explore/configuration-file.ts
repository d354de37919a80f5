/** Configurations of the explorer as files: JSON, with one clear message for whatever is wrong. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { LETTER_NAMES, type Letter } from '../../properties/explore/alphabet.ts';
import type { Configuration } from '../../properties/explore/configuration.ts';
import { UsageError, fileReason } from '../exit.ts';
import { packageRoot } from '../paths.ts';

const count = (most: number) => z.int().nonnegative().max(most);

/** Letters that an alphabet may be given by. */
const ALPHABETS = {
  all: LETTER_NAMES,
  calls: ['call', 'reply', 'read', 'free'],
} as const satisfies Readonly<Record<string, readonly Letter[]>>;

/** The form of a configuration. Bounds are what packed states can hold, and what a person can wait for. */
export const ConfigurationSchema = z.strictObject({
  title: z.string(),
  processes: z
    .array(
      z.strictObject({
        name: z.string(),
        manager: z.boolean().optional(),
        threads: z.int().min(1).max(8),
        nodes: count(7),
      }),
    )
    .min(1)
    .max(8)
    .refine(all => all.filter(({ manager }) => manager).length < 2, 'only one process can be the manager'),
  sizes: z.array(count(65_536)).min(1).max(16),
  mapping: z.int().nonnegative().max(4_194_304).multipleOf(4096),
  alphabet: z.union([z.enum(['all', 'calls']), z.array(z.enum(LETTER_NAMES as [Letter, ...Letter[]])).min(1)]),
  limits: z.strictObject({
    transactions: count(16),
    buffers: count(16),
    counts: count(7),
    deaths: count(8),
    unread: count(16),
    descriptors: count(7).optional(),
  }),
  cookies: z.int().min(1).max(7).optional(),
  depth: z.int().positive().optional(),
});

/** Where the configurations that come with the program lie. */
export const CONFIGURATIONS = path.join(packageRoot, 'conformance', 'configurations');

/** Reads a configuration: a file, or the name of one that comes with the program. Throws `UsageError`. */
export const readConfiguration = (name: string): Configuration => {
  const file = /^[a-z0-9-]+$/.test(name) ? path.join(CONFIGURATIONS, `${name}.json`) : name;
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file}: not JSON: ${error.message}`);
    throw new UsageError(`cannot read ${file}: ${fileReason(error)}`);
  }
  const parsed = ConfigurationSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UsageError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'malformed'}`);
  }
  const { alphabet, ...rest } = parsed.data;
  return { ...rest, alphabet: typeof alphabet === 'string' ? ALPHABETS[alphabet] : alphabet };
};

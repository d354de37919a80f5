/** The shortest log to each fault that the explorer knows, as data: `npm run explore:faults` writes it. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../paths.ts';

/** The file. */
export const EXPLORED = path.join(packageRoot, 'conformance', 'faults', 'explored.json');

const count = z.int().nonnegative();

export const ExploredSchema = z.strictObject({
  format: z.literal('binder-spec/explored-faults'),
  version: z.literal(1),
  /** The hunting grounds: every log of up to `complete` ops was made, and some that are longer. */
  grounds: z.array(
    z.strictObject({ name: z.string(), title: z.string(), complete: count, edges: count, states: count }),
  ),
  faults: z.array(
    z.union([
      /** Shown by a log of so many ops, and by no shorter one of any ground. */
      z.strictObject({ id: z.string(), ground: z.string(), length: count }),
      z.strictObject({ id: z.string(), why: z.string() }),
    ]),
  ),
});
export type Explored = z.infer<typeof ExploredSchema>;

let read: ReadonlyMap<string, number> | undefined;

/** Ops of the explorer's log by fault; a fault that it did not reach is not in it. */
export const exploredLengths = (): ReadonlyMap<string, number> => {
  if (read !== undefined) return read;
  const { faults } = ExploredSchema.parse(JSON.parse(readFileSync(EXPLORED, 'utf8')));
  read = new Map(faults.flatMap(each => ('length' in each ? [[each.id, each.length] as const] : [])));
  return read;
};

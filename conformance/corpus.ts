/**
 * The corpus: every divergence that was ever met and every finding, as op logs that a run replays before it generates.
 *
 * It is a folder of the checkout; an installed package has none, and then there is nothing to replay.
 */
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { OpLog } from '../abi/op.ts';
import { readOpLog } from './oplog-file.ts';
import { packageRoot } from './paths.ts';

/** One log of the corpus. */
export interface Regression {
  /** Path from the root of the checkout: what reports and saved logs call it. */
  readonly file: string;
  readonly log: OpLog;
}

const FOLDER = 'test/regressions';

/** Every log of the corpus below `root`, by file name. Throws `UsageError` for a file that is no op log. */
export const readCorpus = (root: string = packageRoot): readonly Regression[] => {
  const folder = path.join(root, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => ({ file: `${FOLDER}/${name}`, log: readOpLog(path.join(folder, name)) }));
};

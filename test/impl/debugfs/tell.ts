/** The optimised driver after some calls, and its files with what cannot be compared taken out. */
import type { Call } from '../../../abi/call.ts';
import { ImplTarget } from '../../../conformance/targets/impl.ts';
import { DEVICES } from './story.ts';

/** The optimised driver with nothing open. */
export const freshTarget = (): ImplTarget => {
  const target = new ImplTarget();
  target.reset({ devices: DEVICES });
  return target;
};

/** A driver on which these calls were made. */
export const after = (calls: readonly Call[]): ImplTarget => {
  const target = freshTarget();
  for (const call of calls) target.perform(call);
  return target;
};

/**
 * The text with POINTER for each pointer that is not zero and N for the number of a source line; the lines as they are
 * otherwise.
 */
export const comparable = (text: string | null): string | null =>
  text === null
    ? null
    : text.replace(/\b(?!0{16})[0-9a-f]{16}(?= from| size|$)/gm, 'POINTER').replace(/ l=\d+$/gm, ' l=N');

/** A file of a driver, without what cannot be compared. Throws when there is none. */
export const fileOf = (target: ImplTarget, path: string): string => {
  const text = comparable(target.driver.debugFile(path));
  if (text === null) throw new Error(`there is no file ${path}`);
  return text;
};

/** The lines of a file that contain one of the words, without indentation. */
export const linesOf = (target: ImplTarget, path: string, ...words: readonly string[]): string[] =>
  fileOf(target, path)
    .split('\n')
    .filter(line => words.some(word => line.includes(word)))
    .map(line => line.trim());

/** The pid that `ImplTarget` gives a process of the log. */
export const pidOf = (proc: number): number => 1000 + 100 * proc;

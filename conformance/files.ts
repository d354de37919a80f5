/** Files that are whole or absent: written beside their place and renamed into it. */
import { accessSync, constants, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { EnvironmentError, fileReason } from './exit.ts';

/** Writes a file atomically, with the folders above it. Throws `EnvironmentError` when it cannot. */
export const writeWhole = (file: string, text: string): void => {
  const folder = path.dirname(file);
  const unfinished = path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(unfinished, text);
    renameSync(unfinished, file);
  } catch (error) {
    try {
      rmSync(unfinished, { force: true });
    } catch {
      // The first reason is the one to tell.
    }
    throw new EnvironmentError(`cannot write ${file}: ${fileReason(error)}`);
  }
};

/** Throws `EnvironmentError` when a file could not be written there: asked before a long run, not after it. */
export const mustBeWritable = (file: string): void => {
  const problem = (reason: string): EnvironmentError => new EnvironmentError(`cannot write ${file}: ${reason}`);
  const folder = path.dirname(file);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw problem(fileReason(error));
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw problem('it is a folder');
};

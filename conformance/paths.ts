/** Files of this package, from the sources as well as from dist/. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const rootFrom = (folder: string): string => {
  if (existsSync(path.join(folder, 'package.json'))) return folder;
  const above = path.dirname(folder);
  if (above === folder) throw new Error('package.json is in no folder above this file');
  return rootFrom(above);
};

/** The folder of package.json. */
export const packageRoot: string = rootFrom(path.dirname(fileURLToPath(import.meta.url)));
/** The version in package.json. */
export const packageVersion: string = (
  JSON.parse(readFileSync(path.join(packageRoot, 'package.json'), 'utf8')) as { readonly version: string }
).version;

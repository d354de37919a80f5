/**
 * The optimised driver with a seeded fault: its sources are bundled with one line edited, and run from memory.
 *
 * impl/ itself stays as it is. The sources have to be there: they are in the checkout and in the package.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Script } from 'node:vm';
import { build } from 'esbuild';
import { BinderDriver } from '../../impl/driver.ts';
import { EnvironmentError, fileReason } from '../exit.ts';
import { faultNamed } from '../faults/all.ts';
import { applyFault, type Edit } from '../faults/fault.ts';
import { packageRoot } from '../paths.ts';

/** What makes optimised drivers. */
export type DriverClass = new (devices?: number) => BinderDriver;

const ENTRY = 'impl/driver.ts';

const bundle = async (edits: readonly Edit[]): Promise<string> => {
  const applied = new Set<Edit>();
  const { outputFiles } = await build({
    entryPoints: [path.join(packageRoot, ENTRY)],
    bundle: true,
    write: false,
    format: 'cjs',
    target: 'es2022',
    // One expression whose value is what the entry exports.
    banner: { js: '(module => {' },
    footer: { js: 'return module.exports; })({ exports: {} })' },
    logLevel: 'silent',
    plugins: [
      {
        name: 'fault',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, async args => {
            const own = edits.filter(({ file }) => path.join(packageRoot, file) === path.resolve(args.path));
            if (own.length === 0) return null;
            let contents = await readFile(args.path, 'utf8');
            for (const edit of own) contents = applyFault(edit, contents);
            for (const edit of own) applied.add(edit);
            return { contents, loader: 'ts' };
          }),
      },
    ],
  });
  const strange = edits.find(edit => !applied.has(edit));
  if (strange !== undefined) throw new Error(`fault ${strange.id}: ${strange.file} is no part of the driver`);
  return (outputFiles[0] as { readonly text: string }).text;
};

/**
 * The class of the optimised driver, with faults where some are given. Loading one takes some 50 ms. Throws
 * `EnvironmentError` where the sources of the driver cannot be read.
 */
export const loadDriver = async (...edits: readonly Edit[]): Promise<DriverClass> => {
  if (edits.length === 0) return BinderDriver;
  for (const { file } of edits) {
    try {
      await readFile(path.join(packageRoot, file));
    } catch (error) {
      throw new EnvironmentError(`a fault needs the sources of the driver: ${file}: ${fileReason(error)}`);
    }
  }
  const script = new Script(await bundle(edits), { filename: `fault:${edits.map(({ id }) => id).join('+')}` });
  return (script.runInThisContext() as { readonly BinderDriver: DriverClass }).BinderDriver;
};

/** The class of the optimised driver with the fault of that name. Throws `UsageError` where none has it. */
export const driverWithFault = (id: string): Promise<DriverClass> => loadDriver(faultNamed(id));

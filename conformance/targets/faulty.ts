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
import { applyFault, type Fault } from '../faults/fault.ts';
import { packageRoot } from '../paths.ts';

/** What makes optimised drivers. */
export type DriverClass = new (devices?: number) => BinderDriver;

const ENTRY = 'impl/driver.ts';

const bundle = async (fault: Fault): Promise<string> => {
  const edited = path.join(packageRoot, fault.file);
  let applied = false;
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
            if (path.resolve(args.path) !== edited) return null;
            applied = true;
            return { contents: applyFault(fault, await readFile(edited, 'utf8')), loader: 'ts' };
          }),
      },
    ],
  });
  if (!applied) throw new Error(`fault ${fault.id}: ${fault.file} is no part of the driver`);
  return (outputFiles[0] as { readonly text: string }).text;
};

/**
 * The class of the optimised driver, with a fault where one is given. Loading one takes some 50 ms. Throws
 * `EnvironmentError` where the sources of the driver cannot be read.
 */
export const loadDriver = async (fault?: Fault): Promise<DriverClass> => {
  if (fault === undefined) return BinderDriver;
  try {
    await readFile(path.join(packageRoot, fault.file));
  } catch (error) {
    throw new EnvironmentError(`a fault needs the sources of the driver: ${fault.file}: ${fileReason(error)}`);
  }
  const script = new Script(await bundle(fault), { filename: `fault:${fault.id}` });
  return (script.runInThisContext() as { readonly BinderDriver: DriverClass }).BinderDriver;
};

/** The class of the optimised driver with the fault of that name. Throws `UsageError` where none has it. */
export const driverWithFault = (id: string): Promise<DriverClass> => loadDriver(faultNamed(id));

/** Sets up the Linux target: packages, kernel, agent, initramfs. A second run does nothing and says so. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { agentDigest, buildAgent, buildInitramfs } from './image.ts';
import { fetchKernel, resolveKernel } from './kernel.ts';
import { modules, paths, readStamp, type Stamp } from './layout.ts';
import { installPackages } from './packages.ts';
import { SetupError } from './shell.ts';

const kernelPresent = (): boolean =>
  existsSync(paths.kernel) && modules.every(name => existsSync(join(paths.modules, `${name}.ko`)));

/** Brings everything up to date and answers what there is. */
export const setup = (): Stamp => {
  mkdirSync(paths.cache, { recursive: true });
  const before = readStamp();
  let changed = installPackages();
  const kernel = resolveKernel(kernelPresent() ? before : undefined);
  let release = before?.release;
  const sameKernel = before?.package === kernel.package && before.packageVersion === kernel.packageVersion;
  const keepKernel = release !== undefined && sameKernel && kernelPresent();
  if (!keepKernel || release === undefined) {
    release = fetchKernel(kernel);
    changed = true;
  }
  const agent = agentDigest();
  const keepAgent = before?.agent === agent && existsSync(paths.agent);
  if (!keepAgent) {
    console.log('linux:setup: building the agent');
    buildAgent();
    changed = true;
  }
  if (!keepAgent || !keepKernel || !existsSync(paths.initramfs)) {
    console.log('linux:setup: packing the initramfs');
    buildInitramfs();
    changed = true;
  }
  const stamp: Stamp = { ...kernel, release, agent };
  writeFileSync(paths.stamp, `${JSON.stringify(stamp, null, 2)}\n`);
  console.log(
    `linux:setup: ${changed ? 'ready' : 'nothing to do'}: ${kernel.package} ${kernel.packageVersion}, agent ${agent}`,
  );
  return stamp;
};

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    setup();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`linux:setup: ${error.message}`);
    process.exitCode = 3;
  }
}

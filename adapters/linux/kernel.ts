/** Debian's stock kernel: resolved, fetched and unpacked, never installed. */
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { modules, paths } from './layout.ts';
import { updateLists } from './packages.ts';
import { run, SetupError } from './shell.ts';

/** A kernel as the package lists name it. */
export interface KernelPackage {
  readonly package: string;
  readonly packageVersion: string;
}

const lookUp = (): KernelPackage | undefined => {
  try {
    const name = /Depends: (linux-image-[0-9]\S*-amd64)\b/.exec(
      run('apt-cache', ['depends', 'linux-image-amd64']),
    )?.[1];
    if (name === undefined) return undefined;
    const version = /^Version: (\S+)/m.exec(run('apt-cache', ['show', '--no-all-versions', name]))?.[1];
    return version === undefined ? undefined : { package: name, packageVersion: version };
  } catch {
    return undefined;
  }
};

/** The kernel that `linux-image-amd64` stands for today; without package lists, the one that is already here. */
export const resolveKernel = (here?: Partial<KernelPackage>): KernelPackage => {
  let found = lookUp();
  if (found === undefined && here?.package !== undefined && here.packageVersion !== undefined) {
    return { package: here.package, packageVersion: here.packageVersion };
  }
  if (found === undefined) {
    updateLists();
    found = lookUp();
  }
  if (found === undefined) {
    throw new SetupError(
      'the package lists know no linux-image-amd64: the Linux target needs the lists of Debian 12 (amd64)',
    );
  }
  return found;
};

const findFile = (folder: string, name: string): string | undefined => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    const found = entry.isDirectory() ? findFile(path, name) : entry.name === name ? path : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Fetches and unpacks the kernel and keeps what the machine needs of it; answers its release. */
export const fetchKernel = (kernel: KernelPackage): string => {
  const work = join(paths.cache, 'fetch');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'tree'), { recursive: true });
  const download = (): string =>
    run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', kernel.package], { cwd: work });
  console.log(`linux:setup: apt-get download ${kernel.package} (${kernel.packageVersion})`);
  try {
    download();
  } catch {
    updateLists();
    download();
  }
  const archive = readdirSync(work).find(name => name.endsWith('.deb'));
  if (archive === undefined) throw new SetupError(`apt-get download ${kernel.package} left no archive`);
  run('dpkg', ['-x', archive, 'tree'], { cwd: work });
  const image = readdirSync(join(work, 'tree', 'boot')).find(name => name.startsWith('vmlinuz-'));
  if (image === undefined) throw new SetupError(`${kernel.package} holds no kernel image`);
  rmSync(paths.modules, { recursive: true, force: true });
  mkdirSync(paths.modules, { recursive: true });
  for (const name of modules) {
    const file = findFile(join(work, 'tree', 'lib', 'modules'), `${name}.ko`);
    if (file === undefined) throw new SetupError(`${kernel.package} holds no module ${name}`);
    copyFileSync(file, join(paths.modules, basename(file)));
  }
  renameSync(join(work, 'tree', 'boot', image), paths.kernel);
  rmSync(work, { recursive: true, force: true });
  return image.slice('vmlinuz-'.length);
};

/** The Debian packages that the Linux target needs on this machine. */
import { existsSync } from 'node:fs';
import { exists, run, SetupError } from './shell.ts';

interface Need {
  readonly package: string;
  readonly present: () => boolean;
}

const needs: readonly Need[] = [
  { package: 'qemu-system-x86', present: () => exists('qemu-system-x86_64') },
  { package: 'gcc', present: () => exists('gcc') },
  { package: 'libc6-dev', present: () => existsSync('/usr/lib/x86_64-linux-gnu/libc.a') },
  { package: 'linux-libc-dev', present: () => existsSync('/usr/include/linux/futex.h') },
];

let updated = false;

/** Refreshes the package lists, at most once a run. */
export const updateLists = (): void => {
  if (updated) return;
  updated = true;
  console.log('linux:setup: apt-get update');
  run('apt-get', ['update', '-q']);
};

/** Installs what is missing and says what; answers whether anything was. */
export const installPackages = (): boolean => {
  const missing = needs.filter(need => !need.present()).map(need => need.package);
  if (missing.length === 0) return false;
  const command = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.platform !== 'linux' || process.arch !== 'x64' || !exists('apt-get'))
    throw new SetupError(`missing: ${missing.join(', ')}. The Linux target sets itself up on Debian 12 (amd64) only.`);
  if (process.getuid?.() !== 0) throw new SetupError(`missing: ${missing.join(', ')}. Run as root: ${command}`);
  console.log(`linux:setup: ${command}`);
  const install = (): string => run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...missing]);
  try {
    install();
  } catch {
    updateLists();
    install();
  }
  return true;
};

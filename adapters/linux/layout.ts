/** Where the Linux target keeps what it downloads and builds. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const findRoot = (from: string): string => {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'adapters', 'linux', 'agent', 'agent.h'))) return folder;
    if (folder === dirname(folder))
      throw new Error('adapters/linux/agent is not beside this program: run it from its checkout');
  }
};

/** The checkout that this program belongs to. */
export const root: string = findRoot(dirname(fileURLToPath(import.meta.url)));

const cache = join(root, '.cache', 'linux');

/** Every path of the Linux target. */
export const paths = {
  cache,
  sources: join(root, 'adapters', 'linux', 'agent'),
  kernel: join(cache, 'vmlinuz'),
  modules: join(cache, 'modules'),
  agent: join(cache, 'agent'),
  initramfs: join(cache, 'initramfs.gz'),
  stamp: join(cache, 'stamp.json'),
} as const;

/** The modules that the guest inserts, in this order. */
export const modules: readonly string[] = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'virtio_console',
  'binder_linux',
];

/** What set-up leaves behind: which kernel this is, and of which sources the agent was built. */
export interface Stamp {
  readonly package: string;
  readonly packageVersion: string;
  readonly release: string;
  readonly agent: string;
}

/** Reads the stamp of an earlier set-up; `undefined` where there is none. */
export const readStamp = (): Partial<Stamp> | undefined => {
  try {
    return JSON.parse(readFileSync(paths.stamp, 'utf8')) as Partial<Stamp>;
  } catch {
    return undefined;
  }
};

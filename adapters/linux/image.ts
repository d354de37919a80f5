/** The agent and the initramfs that holds it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { cpio, type Entry } from './cpio.ts';
import { modules, paths } from './layout.ts';
import { run } from './shell.ts';

const flags = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-static'];

const sources = (): string[] =>
  readdirSync(paths.sources)
    .filter(name => /\.[ch]$/.test(name))
    .sort();

/** A digest of everything the agent is built from. */
export const agentDigest = (): string => {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const name of sources()) hash.update(`\0${name}\0`).update(readFileSync(join(paths.sources, name)));
  return hash.digest('hex').slice(0, 16);
};

/** Compiles the agent. */
export const buildAgent = (): void => {
  const units = sources().filter(name => name.endsWith('.c'));
  run('gcc', [...flags, '-o', paths.agent, ...units], { cwd: paths.sources });
};

const FOLDER = 0o040755;
const FILE = 0o100755;
const CHARACTER_DEVICE = 0o020600;

/** A file to be added to the machine. */
export interface ExtraFile {
  readonly name: string;
  readonly data: Uint8Array;
}

/** The initramfs with further files and the folders above them: a kernel unpacks one archive after the other. */
export const initramfsWith = (files: readonly ExtraFile[]): Buffer => {
  const folders = new Set<string>();
  for (const { name } of files) {
    for (let end = name.indexOf('/'); end >= 0; end = name.indexOf('/', end + 1)) folders.add(name.slice(0, end));
  }
  const entries: Entry[] = [
    ...[...folders].map(name => ({ name, mode: FOLDER })),
    ...files.map(({ name, data }) => ({ name, mode: FILE, data })),
  ];
  return Buffer.concat([readFileSync(paths.initramfs), gzipSync(cpio(entries), { level: 1 })]);
};

/** Packs the agent and the modules into an initramfs. */
export const buildInitramfs = (): void => {
  const entries: Entry[] = [
    { name: 'dev', mode: FOLDER },
    { name: 'dev/console', mode: CHARACTER_DEVICE, device: [5, 1] },
    { name: 'modules', mode: FOLDER },
    { name: 'modules/list', mode: FILE, data: Buffer.from(`${modules.join('\n')}\n`) },
    ...modules.map(name => ({
      name: `modules/${name}.ko`,
      mode: FILE,
      data: readFileSync(join(paths.modules, `${name}.ko`)),
    })),
    { name: 'init', mode: FILE, data: readFileSync(paths.agent) },
  ];
  writeFileSync(paths.initramfs, gzipSync(cpio(entries), { level: 6 }));
};

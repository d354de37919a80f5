/** The `newc` cpio format that a kernel unpacks as its first file system. */

/** A file or folder of the archive. */
export interface Entry {
  readonly name: string;
  readonly mode: number;
  readonly data?: Uint8Array;
  /** For a device node. */
  readonly device?: readonly [major: number, minor: number];
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
const padding = (length: number): Buffer => Buffer.alloc((4 - (length % 4)) % 4);

const encode = (entry: Entry, inode: number): Buffer => {
  const data = entry.data ?? new Uint8Array(0);
  const name = Buffer.from(`${entry.name}\0`);
  const [major, minor] = entry.device ?? [0, 0];
  const fields = [inode, entry.mode, 0, 0, 1, 0, data.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map(hex).join('')}`);
  return Buffer.concat([header, name, padding(header.length + name.length), data, padding(data.length)]);
};

/** Encodes an archive. */
export const cpio = (entries: readonly Entry[]): Buffer =>
  Buffer.concat([...entries, { name: 'TRAILER!!!', mode: 0 }].map((entry, i) => encode(entry, i + 1)));

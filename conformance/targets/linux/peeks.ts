/** Reading back what is delivered: where, and how much. */
import type { ExpectedDelivery } from '../../../abi/driver.ts';
import type { OpenFile } from './open-file.ts';

/** Where a delivered payload is read back. */
export interface Peek {
  readonly file: OpenFile;
  readonly buffer: number;
  readonly length: number;
  readonly tag: number;
}

/** The longest region at each place. */
export const longest = (expected: readonly ExpectedDelivery[]): readonly ExpectedDelivery[] => {
  const found = new Map<string, ExpectedDelivery>();
  for (const each of expected) {
    const key = `${each.proc} ${each.fd} ${each.buffer}`;
    if (each.length > (found.get(key)?.length ?? 0)) found.set(key, each);
  }
  return [...found.values()];
};

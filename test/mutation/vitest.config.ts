import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** The killer alone, in one thread, over at the first failure. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/mutation/*.mutation.ts'],
    pool: 'threads',
    maxWorkers: 1,
    bail: 1,
    testTimeout: 60_000,
  },
});

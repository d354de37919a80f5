import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two workers: what a small continuous-integration machine has.
    pool: 'threads',
    maxWorkers: 2,
    // A slow machine must not look like a failing one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

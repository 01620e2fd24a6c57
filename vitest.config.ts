import { defineConfig } from 'vitest/config';

/** The long suite draws until it has seen enough: what stops it is its number of cases, not the clock. */
const isLong = process.env['ORRERY_LONG'] !== undefined;

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'scenarios/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: isLong ? 3_600_000 : 60_000,
    pool: 'threads',
    maxWorkers: 2,
  },
});

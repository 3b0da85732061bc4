/** The suite of `npm test`. Tests against real servers and browsers have their own: vitest.live.config.ts. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/live/**', 'node_modules/**', 'dist/**'],
    globalSetup: ['test/build-setup.ts'],
    // A process each: the simulator puts its own globals in place while a world runs.
    pool: 'forks',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

/** The suite of `npm run test:live`: real brokers, real clients, real S3. Nothing is skipped: a peer that is missing fails it. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/live/**/*.test.ts'],
    globalSetup: ['test/build-setup.ts', 'test/live/peers.ts'],
    pool: 'forks',
    // Brokers and servers share this machine; a second file beside would only make timings lie.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // A notice about SDK releases to come.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    teardownTimeout: 30_000,
  },
});

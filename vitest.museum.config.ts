/** The ablation campaign: `npm run museum`. Too long for `npm test`, which tries a small sweep for each exhibit. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/museum/campaign.ts'], globalSetup: ['test/build-setup.ts'], pool: 'forks', fileParallelism: false },
});

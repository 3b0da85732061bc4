/**
 * The ablation campaign: each exhibit against a sweep of all scenarios (`npm run museum`, an hour; MUSEUM_SEEDS sets how many
 * seeds). Prints how many seeds it took to convict it: the measure of how strong the simulator is.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exhibits } from './exhibits.ts';
import { buildScratch } from './scratch.ts';

const SEEDS = process.env['MUSEUM_SEEDS'] ?? '200';

test.each(exhibits)('$name', { timeout: 3_600_000 }, async (exhibit) => {
  const scratch = buildScratch(exhibit);
  const report = join(mkdtempSync(join(tmpdir(), 'wavetank-campaign-')), 'report.json');
  const status = await sweep(scratch.command, report);
  scratch.remove();
  const text = readFileSync(report, 'utf8');
  const counts = exhibit.caughtBy.map((name) => `${name} ${text.split(`"invariant":"${name}"`).length - 1 + text.split(`"invariant": "${name}"`).length - 1}`);
  process.stdout.write(`${exhibit.name}: exit ${status}; ${counts.join(', ')}; report ${report}\n`);
  expect(status).toBe(1);
  expect(exhibit.caughtBy.some((name) => text.includes(`"${name}"`))).toBe(true);
});

function sweep(command: string, report: string): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${command}" run --seeds ${SEEDS} --reporter json > "${report}"`], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('close', resolve);
  });
}

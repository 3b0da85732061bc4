/**
 * The ablation campaign: each exhibit against a sweep of all scenarios (`npm run museum`, an hour; MUSEUM_SEEDS sets how many
 * seeds, `-- -t NAME` which exhibits). Prints which runs convicted it, and how: the measure of how strong the simulator is, and
 * where to look for another sweep when the one in `exhibits.ts` no longer convicts.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exhibits } from './exhibits.ts';
import { buildScratch } from './scratch.ts';

const SEEDS = process.env['MUSEUM_SEEDS'] ?? '200';
const SHOWN_MAX = 8;

interface SweepReport {
  readonly runs: readonly unknown[];
  readonly failures: readonly { readonly scenario: string; readonly seed: number; readonly violations: readonly { readonly invariant: string }[] }[];
}

test.each(exhibits)('$name', { timeout: 3_600_000 }, async (exhibit) => {
  const scratch = buildScratch(exhibit);
  const { runs, failures } = await sweep(scratch.command).finally(() => scratch.remove());
  const convicting = failures.filter(({ violations }) => violations.some(({ invariant }) => exhibit.caughtBy.includes(invariant)));
  process.stdout.write(`${exhibit.name}: convicted by ${convicting.length} of ${runs.length} runs${listed(tally(failures))}${listed(seedsOf(convicting))}\n`);
  expect(convicting.length).toBeGreaterThan(0);
});

/** In how many runs each invariant spoke. */
function tally(failures: SweepReport['failures']): string[] {
  const counts = new Map<string, number>();
  for (const { violations } of failures) for (const name of new Set(violations.map(({ invariant }) => invariant))) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
}

function seedsOf(failures: SweepReport['failures']): string[] {
  const seeds = new Map<string, number[]>();
  for (const { scenario, seed } of failures) seeds.set(scenario, [...seeds.get(scenario) ?? [], seed]);
  return [...seeds].map(([scenario, each]) => `${scenario} ${each.slice(0, SHOWN_MAX).join(' ')}${each.length > SHOWN_MAX ? ' ...' : ''}`);
}

function listed(items: readonly string[]): string {
  return items.length === 0 ? '' : `; ${items.join(', ')}`;
}

async function sweep(command: string): Promise<SweepReport> {
  const scratch = mkdtempSync(join(tmpdir(), 'wavetank-campaign-'));
  const report = join(scratch, 'report.json');
  try {
    await new Promise((resolve) => {
      const child = spawn('sh', ['-c', `"${process.execPath}" "${command}" run --seeds ${SEEDS} --reporter json > "${report}"`], { stdio: ['ignore', 'inherit', 'inherit'] });
      child.on('close', resolve);
    });
    return JSON.parse(readFileSync(report, 'utf8')) as SweepReport;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

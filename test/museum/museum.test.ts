/** Each exhibit's known seeds: they hold with the safeguard, and are caught by the right invariant without it. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { exhibits } from './exhibits.ts';
import { buildScratch } from './scratch.ts';

const COMMAND = 'dist/cli/wavetank.js';

describe.each(exhibits)('without the safeguard of $name', (exhibit) => {
  test('known seeds are caught', { timeout: 120_000 }, () => {
    expect(exhibit.seeds.length).toBeGreaterThan(0);
    const scratch = buildScratch(exhibit);
    try {
      for (const { scenario, seed } of exhibit.seeds) {
        const without = repro(scratch.command, scenario, seed);
        expect(without.status, without.output).toBe(1);
        expect(exhibit.caughtBy.filter((name) => without.output.includes(name)), without.output).not.toEqual([]);
        const withIt = repro(COMMAND, scenario, seed);
        expect(withIt.status, withIt.output).toBe(0);
      }
    } finally {
      scratch.remove();
    }
  });
});

function repro(command: string, scenario: string, seed: number): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'repro', scenario, '--seed', String(seed)], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

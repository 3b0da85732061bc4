/** Each exhibit against a small sweep: it is caught by the right invariant, and the same seeds hold with the safeguard in place. */
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { exhibits } from './exhibits.ts';
import { buildScratch } from './scratch.ts';

describe.each(exhibits)("without $name's safeguard", (exhibit) => {
  test('a small sweep convicts it', { timeout: 240_000 }, () => {
    const scratch = buildScratch(exhibit);
    try {
      const without = sweep(scratch.command, exhibit.sweep);
      expect(without.status, without.output).toBe(1);
      expect(exhibit.caughtBy.filter((name) => without.output.includes(`"invariant": "${name}"`)), without.output).not.toEqual([]);
    } finally {
      scratch.remove();
    }
  });
});

/** Each distinct sweep once. */
const sweeps = [...new Map(exhibits.map(({ sweep: each }) => [`${each.scenario} ${each.seeds}`, each])).values()];

test.each(sweeps)('with every safeguard in place $scenario holds on $seeds', { timeout: 240_000 }, (each) => {
  const whole = sweep('dist/cli/wavetank.js', each);
  expect(whole.status, whole.output).toBe(0);
});

function sweep(command: string, { scenario, seeds }: { readonly scenario: string; readonly seeds: string }): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'run', scenario, '--seeds', seeds, '--reporter', 'json'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  return { status, output: stdout + stderr };
}

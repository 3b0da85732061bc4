/** Each exhibit against one run: it is caught by the right invariant, and the same seed holds with the safeguard in place. */
import { spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { exhibits, type Exhibit } from './exhibits.ts';
import { buildScratch } from './scratch.ts';

test.each(exhibits)('without $name one run convicts it', { timeout: 240_000 }, (exhibit) => {
  const scratch = buildScratch(exhibit);
  try {
    const { status, output } = repro(scratch.command, exhibit.convictedBy);
    expect(status, output).toBe(1);
    const spoke = [...output.matchAll(/^✗ ([\w-]+):/gm)].map(([, invariant]) => invariant!);
    expect(spoke.filter((name) => exhibit.caughtBy.includes(name)), output).not.toEqual([]);
  } finally {
    scratch.remove();
  }
});

/** Each distinct run once. */
const runs = [...new Map(exhibits.map(({ convictedBy }) => [`${convictedBy.scenario} ${convictedBy.seed}`, convictedBy])).values()];

test.each(runs)('with every safeguard in place $scenario holds on seed $seed', { timeout: 240_000 }, (run) => {
  const { status, output } = repro('dist/cli/wavetank.js', run);
  expect(status, output).toBe(0);
});

function repro(command: string, { scenario, seed }: Exhibit['convictedBy']): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'repro', scenario, '--seed', String(seed)], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { status, output: stripVTControlCharacters(stdout + stderr) };
}

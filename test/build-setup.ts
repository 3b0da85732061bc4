/** Before the suite: the tests of the command line run `dist`, so build it again when a source is newer. */
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export function setup(): void {
  if (builtAtMs() >= newestSourceMs()) return;
  const build = spawnSync(process.execPath, ['build.mjs'], { encoding: 'utf8' });
  // Not fatal: the type check of `npm test` reports errors better, and the tests that need no build should still run.
  if (build.status !== 0) process.stderr.write('dist could not be built whole, tests of the command line may see an old one; npm run build says why\n');
}

const rooms = ['runtime', 'broker', 'sim', 'faults', 'scenarios', 'visualizer', 'cli', 'bench'];

function newestSourceMs(): number {
  let newest = statSync('package.json').mtimeMs;
  for (const room of rooms) {
    for (const entry of readdirSync(room, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) newest = Math.max(newest, statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return newest;
}

function builtAtMs(): number {
  return statSync('dist/build.json', { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

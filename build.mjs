/**
 * Builds `dist`: compile, bundle the viewer's page, make the command executable, drop what no longer has a source,
 * and note which commit this is. Run by `npm ci` through `prepare`, so that `npx wavetank` works in a fresh clone.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);

const tsc = run('tsc', [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
const bundle = existsSync('visualizer/bundle.mjs') ? run('bundle', ['visualizer/bundle.mjs']) : 0;
removeOrphans();
if (existsSync('dist/cli/wavetank.js')) chmodSync('dist/cli/wavetank.js', 0o755);
mkdirSync('dist', { recursive: true });
writeFileSync('dist/build.json', `${JSON.stringify({ commit: commit() })}\n`);
process.exit(tsc === 0 && bundle === 0 ? 0 : 1);

function run(name, args) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.stderr.write(`build: ${name} failed\n`);
  return status;
}

/** A file whose source was removed would still be found and imported. The viewer's bundle has no source of the same name. */
function removeOrphans() {
  if (!existsSync('dist')) return;
  for (const entry of readdirSync('dist', { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.endsWith('.js') || path.startsWith(join('dist', 'visualizer'))) continue;
    const source = path.slice('dist/'.length, -'.js'.length);
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.mjs`)) rmSync(path);
  }
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown'; // built from an archive, not from a clone
  }
}

/** Finds the page's script and style: beside this file once built; from source they are bundled first, by the same recipe. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

let cached: PageAssets | undefined;

export function pageAssets(): PageAssets {
  cached ??= load();
  return cached;
}

function load(): PageAssets {
  const here = fileURLToPath(new URL('.', import.meta.url));
  if (existsSync(join(here, 'page.js'))) return read(here);
  const directory = mkdtempSync(join(tmpdir(), 'wavetank-page-'));
  try {
    execFileSync(process.execPath, [join(here, 'bundle.mjs'), directory], { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

const read = (directory: string): PageAssets => ({ script: readFileSync(join(directory, 'page.js'), 'utf8'), style: readFileSync(join(directory, 'page.css'), 'utf8') });

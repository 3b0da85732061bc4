// Bundles the page's script (with the parts of d3 it uses) and copies its style, by default to dist/visualizer.
// usage: node visualizer/bundle.mjs [directory]
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, '..', 'dist', 'visualizer'));
mkdirSync(out, { recursive: true });
buildSync({
  entryPoints: [join(here, 'page', 'main.ts')],
  outfile: join(out, 'page.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'inline',
  logLevel: 'warning',
});
copyFileSync(join(here, 'page', 'page.css'), join(out, 'page.css'));

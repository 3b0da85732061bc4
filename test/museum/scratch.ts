/** A scratch build of the product with an exhibit's edits: the working copy is never touched. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Edit } from './exhibits.ts';

const COPIED = ['runtime', 'broker', 'sim', 'faults', 'scenarios', 'visualizer', 'cli', 'bench', 'package.json', 'tsconfig.json', 'tsconfig.build.json'];

export interface Breach {
  readonly name: string;
  readonly edits: readonly Edit[];
}

export interface Scratch {
  /** The scratch build's command. */
  readonly command: string;
  remove(): void;
}

/** Throws when an edit does not fit the source any more: then the exhibit has to be renewed, not skipped. */
export function buildScratch(exhibit: Breach): Scratch {
  const root = mkdtempSync(join(tmpdir(), `wavetank-museum-${exhibit.name}-`));
  for (const name of COPIED) cpSync(name, join(root, name), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  for (const { file, find, replace } of exhibit.edits) {
    const path = join(root, file);
    const source = readFileSync(path, 'utf8');
    const count = source.split(find).length - 1;
    if (count !== 1) throw new Error(`${exhibit.name}: "${find}" stands ${count} times in ${file}, expected once; the source has moved on, renew the exhibit`);
    writeFileSync(path, source.replace(find, () => replace));
  }
  const compiler = join('node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${exhibit.name}: the edited source does not compile: ${stdout}`);
  return { command: join(root, 'dist', 'cli', 'wavetank.js'), remove: () => rmSync(root, { recursive: true, force: true }) };
}

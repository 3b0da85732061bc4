/** Rules of the house as a test: the lint config must bite on every arrow and ban, and the repository keeps its own promises. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { faultKinds } from '../faults/index.ts';
import { invariants, scenarios } from '../scenarios/index.ts';

const rooms = ['runtime', 'broker', 'sim', 'faults', 'scenarios', 'visualizer', 'cli', 'test', 'bench'] as const;
type Room = (typeof rooms)[number];

/** Who may import whom; cli, test and bench may import everything. */
const mayImport: Partial<Record<Room, readonly Room[]>> = {
  runtime: [],
  broker: ['runtime'],
  sim: ['runtime'],
  faults: ['runtime', 'sim'],
  scenarios: ['runtime', 'broker', 'sim', 'faults'],
  visualizer: ['runtime'],
};
const deterministic: readonly Room[] = ['broker', 'sim', 'faults', 'scenarios'];

const scratch = mkdtempSync(join(tmpdir(), 'wavetank-tidy-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the lint rules bite', () => {
  const breaches = new Map<string, { source: string; rule: string }>();
  const fine = new Map<string, string>();
  for (const [room, allowed] of Object.entries(mayImport)) {
    for (const other of rooms) {
      if (other === room) continue;
      const file = `${room}/to-${other}.ts`;
      if (allowed.includes(other)) fine.set(file, `export type { Thing } from '../${other}/trace.ts';\n`);
      else breaches.set(file, { source: `import { thing } from '../${other}/thing.ts';\nexport const it = thing;\n`, rule: 'no-restricted-imports' });
    }
    breaches.set(`${room}/deep/to-real-adapters.ts`, { source: `export { thing } from '../../${room === 'runtime' ? 'sim' : 'runtime/node'}/index.ts';\n`, rule: 'no-restricted-imports' });
    breaches.set(`${room}/late.ts`, { source: `export const it = import('../cli/thing.ts');\n`, rule: 'no-restricted-imports' });
  }
  breaches.set('visualizer/clock.ts', { source: `import type { Clock } from '../runtime/clock.ts';\nexport type It = Clock;\n`, rule: 'no-restricted-imports' });
  for (const room of [...deterministic, 'runtime']) {
    for (const module of ['node:fs', 'fs', 'crypto', 'timers/promises']) {
      breaches.set(`${room}/${module.replace(/\W/g, '-')}.ts`, { source: `import * as it from '${module}';\nexport const that = it;\n`, rule: 'no-restricted-imports' });
    }
    for (const use of ['Date.now()', 'new Date()', 'setTimeout(() => {}, 1)', 'setInterval(() => {}, 1)', 'setImmediate(() => {})', 'process.env', 'performance.now()', 'fetch("")', 'crypto.randomUUID()', 'globalThis']) {
      breaches.set(`${room}/global-${use.replace(/\W/g, '')}.ts`, { source: `export const it = ${use};\n`, rule: 'no-restricted-globals' });
    }
    breaches.set(`${room}/chance.ts`, { source: 'export const it = Math.random();\n', rule: 'no-restricted-properties' });
    breaches.set(`${room}/locale.ts`, { source: 'export const it = "a".localeCompare("b");\n', rule: 'no-restricted-properties' });
  }
  breaches.set('broker/cycle-a.ts', { source: `import { b } from './cycle-b.ts';\nexport const a = (): unknown => b;\n`, rule: 'no-cycle' });
  fine.set('broker/buffer.ts', 'export const it = Buffer.alloc(1);\n');
  breaches.set('broker/cycle-b.ts', { source: `import { a } from './cycle-a.ts';\nexport const b = (): unknown => a;\n`, rule: 'no-cycle' });
  breaches.set('cli/default.ts', { source: 'export default 1;\n', rule: 'no-default-export' });
  breaches.set('cli/empty-catch.ts', { source: 'try { JSON.parse("") } catch {}\nexport const it = 1;\n', rule: 'no-empty' });
  fine.set('sim/globals.ts', `import { randomBytes } from 'node:crypto';\nexport const it = [Date, setTimeout, Math.random(), randomBytes(1)];\n`);
  fine.set('runtime/node/clock.ts', `import { hostname } from 'node:os';\nexport const it = [Date.now(), setTimeout(() => {}, 1), hostname()];\n`);
  fine.set('faults/live/signal.ts', `import { spawn } from 'node:child_process';\nexport const it = [process.pid, spawn];\n`);
  fine.set('cli/run.ts', `import { broker } from '../broker/index.ts';\nimport { hostname } from 'node:os';\nexport const it = [broker, hostname(), Date.now()];\n`);

  const found = lintScratch(breaches, fine);

  test.each([...breaches].map(([file, { rule }]) => [file, rule] as const))('%s breaks %s', (file, rule) => {
    expect(found.get(file) ?? []).toContainEqual(expect.stringContaining(`(${rule})`));
  });
  test.each([...fine.keys()])('%s is allowed', (file) => {
    expect(found.get(file) ?? []).toEqual([]);
  });
});

describe('the repository', () => {
  const productFiles = rooms.filter((room) => room !== 'test').flatMap((room) => sourcesIn(room));

  test('has no file over 400 lines in product folders', () => {
    expect(productFiles.filter((file) => read(file).split('\n').length - 1 > 400)).toEqual([]);
  });
  test('opens every product file with what it is and why', () => {
    expect(productFiles.filter((file) => !file.endsWith('.css') && !/^(#!.*\n)?\s*(\/\*\*|\/\/)/.test(read(file)))).toEqual([]);
  });
  test('uses no enums and no decorators', () => {
    expect(productFiles.filter((file) => file.endsWith('.ts') && /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w|^\s*@\w+/m.test(withoutComments(read(file))))).toEqual([]);
  });
  test('explains every exception to the lint rules', () => {
    const bare = /(oxlint|eslint)-disable(?:-next-line|-line)?(?![^\n]*--\s*\S)/;
    expect(productFiles.filter((file) => bare.test(read(file)))).toEqual([]);
  });
  test('names every regression test in the changelog', () => {
    const changelog = read('CHANGELOG.md');
    const regressions = existsSync('test/regressions') ? readdirSync('test/regressions').filter((name) => name.endsWith('.ts')) : [];
    expect(regressions.filter((name) => !changelog.includes(name))).toEqual([]);
  });
  test('locks its dependencies without naming a registry', () => {
    expect(read('package-lock.json').match(/"resolved": *"https?:[^"]*"/g) ?? []).toEqual([]);
  });
  test('pins its dependencies', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>;
    const versions = Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });
  test('lists every scenario, fault and invariant in the README', () => {
    const readme = read('README.md');
    const names = [...scenarios.map(({ name }) => name), ...faultKinds, ...invariants.map(({ name }) => name)];
    expect(names.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
  });
  test('points only at documents that exist', () => {
    const documents = ['README.md', ...readdirSync('docs').filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)];
    const dead = documents.flatMap((file) => {
      const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
      return links.filter((link) => !existsSync(join(dirname(file), link))).map((link) => `${file} -> ${link}`);
    });
    expect(dead).toEqual([]);
  });
});

/** Writes the files beside a copy of our configuration and lints them in one go: messages by file. */
function lintScratch(breaches: ReadonlyMap<string, { source: string }>, fine: ReadonlyMap<string, string>): Map<string, string[]> {
  copyFileSync('.oxlintrc.json', join(scratch, '.oxlintrc.json'));
  for (const [file, source] of [...[...breaches].map(([name, breach]) => [name, breach.source] as const), ...fine]) {
    mkdirSync(dirname(join(scratch, file)), { recursive: true });
    writeFileSync(join(scratch, file), source);
  }
  const lint = spawnSync(process.execPath, [resolve('node_modules/oxlint/bin/oxlint'), '--deny-warnings', '--format=json'], { cwd: scratch, encoding: 'utf8', maxBuffer: 64 << 20 });
  expect(lint.status).toBe(1);
  const report = JSON.parse(lint.stdout) as { diagnostics: { filename: string; code: string; message: string }[] };
  const found = new Map<string, string[]>();
  for (const { filename, code, message } of report.diagnostics) {
    found.set(filename, [...(found.get(filename) ?? []), `${code} ${message}`]);
  }
  return found;
}

function sourcesIn(room: string): string[] {
  if (!existsSync(room)) return [];
  return readdirSync(room, { recursive: true, encoding: 'utf8' })
    .map((name) => join(room, name))
    .filter((name) => /\.(ts|mjs|css)$/.test(name));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
}

function read(file: string): string {
  return readFileSync(file, 'utf8');
}

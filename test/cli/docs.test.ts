/** What README and docs say, held against what the code says. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultKinds, faultTypes } from '../../faults/index.ts';
import { invariants, scenarios } from '../../scenarios/index.ts';

const readme = readFileSync('README.md', 'utf8');
const pages = ['README.md', 'CHANGELOG.md', ...readdirSync('docs').map((name) => join('docs', name))];

/** The rows of the table under a heading. */
function tableOf(heading: string): string[][] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return section.split('\n').filter((line) => line.startsWith('| `')).map((line) => line.slice(1, -1).split('|').map((cell) => cell.trim().replaceAll('`', '')));
}

describe('the tables of the README', () => {
  test('scenarios', () => {
    expect(tableOf('Scenarios')).toEqual(scenarios.map(({ name, hazard, faults }) => [name, hazard, faults.length === 0 ? 'none' : faults.length === faultKinds.length ? 'all of them' : faults.join(', ')]));
  });

  test('faults', () => {
    expect(tableOf('Faults')).toEqual(Object.values(faultTypes).map(({ kind, summary }) => [kind, summary]));
  });

  test('invariants', () => {
    expect(tableOf('Invariants').map(([name, promise]) => [name, promise])).toEqual(invariants.map(({ name, promise }) => [name, promise]));
  });
});

test('docs/trace.md names every kind of event that is traced', () => {
  const page = readFileSync('docs/trace.md', 'utf8');
  const traced = ['broker', 'sim', 'scenarios'].flatMap(sources).flatMap((path) => [...readFileSync(path, 'utf8').matchAll(/\btrace\((?:[\w.]+, )?'([a-z0-9]+\.[a-z]+)'/g)].map(([, kind]) => kind as string));
  expect(traced.length).toBeGreaterThan(30);
  expect(traced.filter((kind) => !page.includes(`\`${kind}\``))).toEqual([]);
});

test.each(pages)('%s links to what exists', (page) => {
  const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)].map(([, link]) => link as string);
  expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
});

function sources(room: string): string[] {
  return readdirSync(room, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(room, name));
}

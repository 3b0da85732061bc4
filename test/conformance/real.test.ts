/** The suites against the real machine: a folder, loopback sockets, and the object store in a folder. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { DirectoryStore } from '../../broker/storage/directory-store.ts';
import { NodeClock, NodeNetwork, NodeRandom, NodeVolume } from '../../runtime/node/index.ts';
import { networkCases } from './network-cases.ts';
import { objectStoreCases } from './object-store-cases.ts';
import { volumeCases, volumeErrorOf } from './volume-cases.ts';

const scratch = mkdtempSync(join(tmpdir(), 'wavetank-conformance-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(scratch, String(++folders));

describe('NodeVolume', () => {
  test.each(volumeCases.map((it) => [it.name, it] as const))('%s', async (_, it) => it.run(new NodeVolume(folder())));

  test('refuses to take files from outside', async ({ expect }) => {
    const volume = new NodeVolume(folder());
    for (const take of [() => volume.link('../secret', 'mine'), () => volume.rename('/etc/hostname', 'mine')]) expect((await volumeErrorOf(take())).code).toBe('INVALID_PATH');
  });
});

describe('DirectoryStore on NodeVolume', () => {
  test.each(objectStoreCases().map((it) => [it.name, it] as const))('%s', async (_, it) => {
    await it.run(new DirectoryStore({ volume: new NodeVolume(folder()), clock: new NodeClock(), random: new NodeRandom() }));
  });

  test('many processes on one folder: exactly one creator wins, and nothing temporary stays', async ({ expect }) => {
    const root = folder();
    const stores = Array.from({ length: 8 }, () => new DirectoryStore({ volume: new NodeVolume(root), clock: new NodeClock(), random: new NodeRandom() }));
    const outcomes = await Promise.all(stores.map((store, at) => store.put('meta/log/1', Buffer.from(String(at)), { ifAbsent: true })));
    expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1);
    for (const store of stores) expect(String(await store.get('meta/log/1'))).toBe(String(outcomes.indexOf('stored')));
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('ignores files that are none of its objects', async ({ expect }) => {
    const root = folder();
    const store = new DirectoryStore({ volume: new NodeVolume(root), clock: new NodeClock(), random: new NodeRandom() });
    await store.put('a/b', Buffer.from('x'));
    writeFileSync(join(root, 'objects', 'a', 'README'), 'hello');
    writeFileSync(join(root, 'tmp', 'dead-1'), 'half an obj');
    expect((await store.list('')).objects.map(({ key }) => key)).toEqual(['a/b']);
  });
});

describe('NodeNetwork', () => {
  test.each(networkCases.map((it) => [it.name, it] as const))('%s', async (_, it) => {
    await it.run({ network: new NodeNetwork(), host: '127.0.0.1', clock: new NodeClock() });
  });
});

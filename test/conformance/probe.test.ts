/** The probe must let a good store pass and name what each bad one does wrong: a probe that cannot fail proves nothing. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { DirectoryStore } from '../../broker/storage/directory-store.ts';
import { ProbeError, probeStore } from '../../broker/storage/probe.ts';
import type { ProbeErrorCode } from '../../broker/storage/probe.ts';
import { StoreError } from '../../runtime/index.ts';
import type { ObjectStore } from '../../runtime/index.ts';
import { NodeClock, NodeRandom, NodeVolume } from '../../runtime/node/index.ts';

const root = mkdtempSync(join(tmpdir(), 'wavetank-probe-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const good = new DirectoryStore({ volume: new NodeVolume(root), clock: new NodeClock(), random: new NodeRandom() });
let probes = 0;
const name = (): string => `t${++probes}`;

test('a good store passes, thoroughly too, and is left as it was', async () => {
  await probeStore(good, { name: name() });
  await probeStore(good, { name: name(), thorough: true });
  expect((await good.list('')).objects).toEqual([]);
});

test('processes that start together do not disturb each other', async () => {
  await Promise.all(Array.from({ length: 4 }, () => probeStore(good, { name: name(), creators: 8 })));
});

test('a process that died in its probe may start again', async () => {
  const again = name();
  await good.put(`probe/${again}-create`, Buffer.from('left behind'));
  await probeStore(good, { name: again });
});

test('the light version is quick', async () => {
  const startMs = performance.now();
  await probeStore(good, { name: name(), creators: 4 });
  // 10 ms where it was measured; the bound leaves room for a busy machine.
  expect(performance.now() - startMs).toBeLessThan(1_000);
});

const violators: readonly { readonly code: ProbeErrorCode; readonly does: string; readonly store: Partial<ObjectStore> }[] = [
  { code: 'TWO_WINNERS', does: 'ignores the condition', store: { put: (key, body) => good.put(key, body) } },
  { code: 'TWO_WINNERS', does: 'checks first and writes later', store: { put: async (key, body) => await good.get(key) === undefined ? await good.put(key, body) : 'exists' } },
  { code: 'NO_WINNER', does: 'says exists to everybody', store: { put: async (key, body, options) => await good.put(key, body, options) === 'stored' ? 'exists' : 'exists' } },
  { code: 'CONDITION_IGNORED', does: 'replaces once nobody is racing', store: replacesLater() },
  { code: 'STALE_MISS', does: 'remembers a miss', store: remembersMisses() },
  { code: 'WRONG_BYTES', does: 'keeps the bytes of the last creator', store: { put: lastBytesWin() } },
  { code: 'LIST_STALE', does: 'lists late', store: { list: async () => ({ objects: [], truncated: false }) } },
  { code: 'LIST_WRONG', does: 'ignores start-after', store: { list: (prefix, options) => good.list(prefix, { maxKeys: options?.maxKeys ?? 1000 }) } },
  { code: 'LIST_WRONG', does: 'never says that there is more', store: { list: async (prefix, options) => ({ ...await good.list(prefix, options), truncated: false }) } },
];

test.each(violators)('$code: a store that $does', async ({ code, store }) => {
  const bad: ObjectStore = { put: store.put ?? good.put.bind(good), get: store.get ?? good.get.bind(good), list: store.list ?? good.list.bind(good), delete: good.delete.bind(good) };
  const error = await probeStore(bad, { name: name() }).then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProbeError);
  expect((error as ProbeError).code).toBe(code);
  expect((error as ProbeError).message).not.toContain('\n');
});

test('only a thorough probe sees a listing that ends at its first page', async () => {
  const bad: ObjectStore = { put: good.put.bind(good), get: good.get.bind(good), delete: good.delete.bind(good), list: async (prefix, options) => ({ ...await good.list(prefix, options), ...(options?.maxKeys === undefined ? { truncated: false } : {}) }) };
  await probeStore(bad, { name: name() });
  await expect(probeStore(bad, { name: name(), thorough: true })).rejects.toMatchObject({ code: 'LIST_WRONG' });
});

test('a store that cannot be asked is not called a violator', async () => {
  const down = (): Promise<never> => Promise.reject(new StoreError('UNAVAILABLE', '503'));
  await expect(probeStore({ put: async () => 'unknown', get: down, list: down, delete: down }, { name: name() })).rejects.toMatchObject({ name: 'StoreError', code: 'UNAVAILABLE' });
  const open: ObjectStore = { put: async () => 'unknown', get: good.get.bind(good), list: good.list.bind(good), delete: good.delete.bind(good) };
  await expect(probeStore(open, { name: name() })).rejects.toMatchObject({ name: 'StoreError', code: 'UNAVAILABLE' });
});

function replacesLater(): Partial<ObjectStore> {
  let puts = 0;
  return { put: (key, body, options) => good.put(key, body, ++puts > 32 ? {} : options) };
}

function remembersMisses(): Partial<ObjectStore> {
  const missed = new Set<string>();
  return {
    get: async (key, range) => {
      if (missed.has(key)) return undefined;
      const bytes = await good.get(key, range);
      if (bytes === undefined) missed.add(key);
      return bytes;
    },
  };
}

function lastBytesWin(): ObjectStore['put'] {
  return async (key, body, options) => {
    const outcome = await good.put(key, body, options);
    if (outcome === 'exists') await good.put(key, body);
    return outcome;
  };
}

/** S3Store against a real S3 server: the whole conformance suite, the probe, and what it says when it is refused. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeStore } from '../../broker/storage/probe.ts';
import { S3Store } from '../../runtime/node/index.ts';
import { objectStoreCases, storeErrorOf } from '../conformance/object-store-cases.ts';
import { Minio } from './minio.ts';

const minio = new Minio();
let bucket = 0;
const stores: S3Store[] = [];
beforeAll(() => minio.start());
afterAll(async () => {
  for (const store of stores) store.close();
  await minio.remove();
});

async function emptyStore(): Promise<S3Store> {
  const name = `conformance-${++bucket}`;
  await minio.createBucket(name);
  return storeOn(name);
}

function storeOn(name: string, credentials = minio.credentials): S3Store {
  const store = new S3Store({ bucket: name, endpoint: minio.endpoint, credentials });
  stores.push(store);
  return store;
}

describe('S3Store on MinIO', () => {
  // MinIO stores `a` and `a/b` but does not list the second. No key of ours lies below another.
  test.each(objectStoreCases({ keysBelowKeys: false, modelRuns: 10 }).map((it) => [it.name, it] as const))('%s', async (_, it) => it.run(await emptyStore()));

  test('passes the thorough probe and is left as it was', async () => {
    const store = await emptyStore();
    await probeStore(store, { name: 'live', thorough: true });
    expect((await store.list('')).objects).toEqual([]);
  });

  test('a missing bucket and wrong credentials are denied in words', async () => {
    const missing = storeOn('never-made');
    for (const attempt of [() => missing.put('k', Buffer.from('x'), { ifAbsent: true }), () => missing.get('k'), () => missing.list('')]) {
      expect(await storeErrorOf(attempt())).toMatchObject({ code: 'DENIED', message: expect.stringContaining('bucket does not exist') as string });
    }
    await minio.createBucket('locked-away');
    const stranger = storeOn('locked-away', { accessKeyId: 'stranger', secretAccessKey: 'no-secret-at-all' });
    expect(await storeErrorOf(stranger.get('k'))).toMatchObject({ code: 'DENIED', message: expect.stringContaining('access key is not known') as string });
    const forger = storeOn('locked-away', { ...minio.credentials, secretAccessKey: 'not-the-secret' });
    expect(await storeErrorOf(forger.get('k'))).toMatchObject({ code: 'DENIED', message: expect.stringContaining('does not fit') as string });
  });

  test('a server killed and restarted leaves outcomes that hold', async () => {
    const store = await emptyStore();
    const outcomes = new Map<string, string>();
    const writing = (async () => {
      for (let number = 0; number < 200; number++) {
        const key = `crash/${String(number).padStart(4, '0')}`;
        outcomes.set(key, await store.put(key, Buffer.from(key), { ifAbsent: true }));
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 60));
    await minio.kill();
    await minio.start();
    await writing;
    expect([...outcomes.values()]).toContain('stored');
    expect([...outcomes.values()]).toContain('unknown');
    for (const [key, outcome] of outcomes) {
      const bytes = await store.get(key);
      if (outcome === 'stored') expect(String(bytes)).toBe(key);
      else expect([undefined, key]).toContain(bytes?.toString());
    }
  });
});

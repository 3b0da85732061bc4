/** What an operator sees when the world is not ready for a broker: exit code 4 and one line that says what to do. No stack. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { Minio } from './minio.ts';

const WORLD_FAILED = 4;
const scratch = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function expectOneLine(broker: BrokerProcess, words: readonly string[], code = WORLD_FAILED): Promise<void> {
  expect(await broker.end(60_000)).toBe(code);
  const lines = broker.stderr.split('\n').filter((line) => line !== '');
  expect(lines, broker.stderr).toHaveLength(1);
  for (const word of words) expect(lines[0]).toContain(word);
  expect(lines[0]).not.toMatch(/\bat .*\.(js|ts):\d+/);
  expect(broker.stdout).not.toMatch(/\bready\b/);
}

test('the port is in use', async () => {
  const occupant = createServer();
  await new Promise<void>((resolve) => void occupant.listen(0, '127.0.0.1', resolve));
  const { port } = occupant.address() as AddressInfo;
  await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: `file:${join(scratch, 'port')}`, port }), [`127.0.0.1:${port}`, 'in use']);
  occupant.close();
});

test('the object directory is a file', async () => {
  writeFileSync(join(scratch, 'a-file'), 'not a directory');
  // The command line itself is wrong here, not the world.
  await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: `file:${join(scratch, 'a-file')}` }), ['a-file'], 2);
});

test('the object directory cannot be written', async () => {
  // Permissions would not stop root; a file where a folder must be stops everybody.
  const folder = mkdtempSync(join(scratch, 'blocked-'));
  writeFileSync(join(folder, 'objects'), '');
  await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: `file:${folder}` }), [folder]);
});

describe('on S3', () => {
  const minio = new Minio();
  beforeAll(() => minio.start());
  afterAll(() => minio.remove());

  test('the bucket does not exist', async () => {
    await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: `s3://never-made?endpoint=${minio.endpoint}`, environment: minio.environment }), ['never-made', 'does not exist']);
  });

  test('the credentials are wrong', async () => {
    await minio.createBucket('locked-away');
    const environment = { ...minio.environment, AWS_SECRET_ACCESS_KEY: 'not-the-secret' };
    await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: `s3://locked-away?endpoint=${minio.endpoint}`, environment }), ['locked-away', 'secret key does not fit']);
  });

  test('nobody answers at the endpoint', async () => {
    await expectOneLine(await BrokerProcess.make({ brokerId: 1, objects: 's3://anything?endpoint=http://127.0.0.1:1', environment: minio.environment }), ['127.0.0.1:1']);
  });
});

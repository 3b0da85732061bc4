/** The newest librdkafka, through confluent-kafka: everything served at the versions it speaks, and clear words about what is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { exercise, WHOLE } from './exercise.ts';
import type { Seen } from './exercise.ts';
import { pythonPath } from './peers.ts';

const KILL_AT = [2_000, 5_000];

const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
let broker: BrokerProcess;
beforeAll(async () => {
  broker = await BrokerProcess.started({ brokerId: 1, objects: `file:${folder}` });
});
afterAll(async () => {
  await broker?.kill9();
  rmSync(folder, { recursive: true, force: true });
});

const run = (name: string, onProgress?: (count: number) => void): Promise<Seen> => exercise(pythonPath, ['test/live/programs/librdkafka.py', broker.bootstrap, name], onProgress);

test('topics are made, described, and deleted', async () => {
  const seen = await run('admin');
  expect(seen).toMatchObject({
    dry: 'none', afterDry: false, create: 'none', again: 'TOPIC_ALREADY_EXISTS', badName: 'TOPIC_EXCEPTION', badConfig: 'INVALID_CONFIG',
    partitions: [0, 1, 2].map((partition) => [partition, 1, [1]]), missing: 'UNKNOWN_TOPIC_OR_PART', cluster: ['wavetank', 1, [broker.bootstrap]],
    configs: { topic: { 'retention.ms': '86400000', 'cleanup.policy': 'delete' }, broker: { 'broker.id': '1' } },
    offsets: [0, 0], delete: 'none', deleteAgain: 'UNKNOWN_TOPIC_OR_PART',
  });
});

test('records come back as they were sent, with every compression, plain and idempotent', async () => {
  const seen = await run('records');
  expect(Object.keys(seen)).toHaveLength(12);
  for (const [way, outcome] of Object.entries(seen)) expect({ way, outcome }).toEqual({ way, outcome: WHOLE });
});

test('what is not served is told at once', async () => {
  const seen = await run('errors') as Readonly<Record<string, { error: string; seconds: number }>>;
  expect(Object.fromEntries(Object.entries(seen).map(([what, { error }]) => [what, error]))).toEqual({
    oversized: 'MSG_SIZE_TOO_LARGE', afterOversized: 'none', transactions: 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', acls: '_UNSUPPORTED_FEATURE',
    // Both wrap what the broker said: UNSUPPORTED_VERSION and OFFSET_OUT_OF_RANGE.
    consumerProtocol: '_FATAL', outOfRange: '_AUTO_OFFSET_RESET',
  });
  expect(Math.max(...Object.values(seen).map(({ seconds }) => seconds))).toBeLessThan(10);
});

test('watermarks, offsets for times, seek, commits', async () => {
  expect(await run('positions')).toEqual({
    watermarks: [0, 100], forTimes: [0, 30, 31, -1], assigned: 50, sought: 7, uncommitted: -1001, sync: true, committed: [8, 'by hand'],
    async: [[true, 60]], listed: [['positions', 0, 60]], readCommitted: 100,
  });
});

test('groups: join, leave, cooperative and eager, static members', async () => {
  const seen = await run('groups');
  for (const strategy of ['range', 'roundrobin', 'cooperative-sticky']) {
    expect({ strategy, ...seen[strategy] as Seen }).toEqual({
      strategy, steps: [[6], [3, 3], [2, 2, 2], [3, 3]], described: ['STABLE', strategy, [2, 2, 2]], listed: ['STABLE'], failures: [], empty: 'EMPTY',
    });
  }
  expect(seen['static']).toEqual({ steps: [[2, 2], [2, 2]], same: true, undisturbed: true, instances: ['i-0', 'i-1'], failures: [], fenced: ['_FATAL'] });
});

test('an idempotent producer and a group live through two kills of the broker', async () => {
  let kills = Promise.resolve();
  const seen = await run('survive', (count) => {
    if (KILL_AT.includes(count)) kills = kills.then(() => broker.kill9()).then(() => broker.start()).then(() => undefined);
  });
  await kills;
  expect(seen).toMatchObject({ acknowledged: 9_000, failed: [], left: 0, lost: 0, copies: 0, disordered: 0, missed: 0 });
});

/** Kafka's own Java clients, the last of 3.x and the newest: everything served at the versions they speak, and clear words about what is not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { exercise, WHOLE } from './exercise.ts';
import type { Seen } from './exercise.ts';
import { javaClassPath, javaClientsVersions } from './peers.ts';

/** Programs that run for seconds gain nothing from the optimising compiler, and a small machine loses much. */
const SHORT_LIFE = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const KILL_AT = [2_000, 5_000];

describe.each(javaClientsVersions)('kafka-clients %s', (version) => {
  const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
  let broker: BrokerProcess;
  beforeAll(async () => {
    broker = await BrokerProcess.started({ brokerId: 1, objects: `file:${folder}` });
  });
  afterAll(async () => {
    await broker?.kill9();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (name: string, onProgress?: (count: number) => void): Promise<Seen> => exercise('java', [...SHORT_LIFE, '-cp', javaClassPath(version), 'JavaClients', broker.bootstrap, name], onProgress);

  test.concurrent('topics are made, described, and deleted', async () => {
    expect(await run('admin')).toMatchObject({
      dry: 'none', afterDry: false, create: 'none', createdPartitions: 3, again: 'TopicExistsException', badName: 'InvalidTopicException', badConfig: 'InvalidConfigurationException',
      partitions: [0, 1, 2].map((partition) => [partition, 1, 1]), sameId: true, missing: 'UnknownTopicOrPartitionException', cluster: ['wavetank', 1, [broker.bootstrap]],
      topic: { 'retention.ms': '86400000', 'cleanup.policy': 'delete' }, broker: { 'broker.id': '1' },
      offsets: [0, 0], deleteById: 'none', deleteAgain: 'UnknownTopicOrPartitionException',
    });
  });

  test.concurrent('records come back as they were sent, with every compression, plain and idempotent', async () => {
    const seen = await run('records');
    expect(Object.keys(seen)).toHaveLength(12);
    for (const [way, outcome] of Object.entries(seen)) expect({ way, outcome }).toEqual({ way, outcome: WHOLE });
  });

  test.concurrent('what is not served is told at once', async () => {
    const seen = await run('errors') as Readonly<Record<string, { error: string; seconds: number }>>;
    expect(Object.fromEntries(Object.entries(seen).map(([what, { error }]) => [what, error]))).toEqual({
      oversized: 'RecordTooLargeException', afterOversized: 'none', transactions: 'TransactionalIdAuthorizationException', acls: 'UnsupportedVersionException',
      consumerProtocol: 'UnsupportedVersionException', outOfRange: 'OffsetOutOfRangeException',
    });
    expect(Math.max(...Object.values(seen).map(({ seconds }) => seconds))).toBeLessThan(10);
  });

  test.concurrent('ends, offsets for times, seek, commits', async () => {
    expect(await run('positions')).toEqual({
      ends: [0, 100], forTimes: [0, 30, 31, -1], assigned: '50', sought: '7', uncommitted: 'null', committed: [8, 'by hand'], async: 'ok', listed: ['positions-0 60'], readCommitted: 100,
    });
  });

  test.concurrent('groups: join, leave, cooperative and eager, static members', async () => {
    const seen = await run('groups');
    for (const [assignor, strategy] of [['RangeAssignor', 'range'], ['CooperativeStickyAssignor', 'cooperative-sticky']] as const) {
      expect({ strategy, ...seen[assignor] as Seen }).toEqual({ strategy, steps: [[6], [3, 3], [2, 2, 2], [3, 3]], described: [[2, 2, 2], strategy], listed: true, failures: [], deserted: 0 });
    }
    expect(seen['static']).toEqual({ steps: [[2, 2], [2, 2]], same: true, undisturbed: true, instances: ['i-0', 'i-1'], fenced: ['FencedInstanceIdException'] });
  });

  test('an idempotent producer and a group live through two kills of the broker', async () => {
    let kills = Promise.resolve();
    const seen = await run('survive', (count) => {
      if (KILL_AT.includes(count)) kills = kills.then(() => broker.kill9()).then(() => broker.start()).then(() => undefined);
    });
    await kills;
    expect(seen).toEqual({ failed: [], lost: 0, copies: 0, disordered: 0, missed: 0 });
  });
});

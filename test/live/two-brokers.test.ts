/** Two brokers on one store: one is killed for good, and the other serves every partition, with all that was acknowledged. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { kcatRead } from './kcat.ts';
import { createTopic, kafkaClient } from './topics.ts';
import { until } from './waiting.ts';

const TOPIC = 'payments';
const PARTITIONS = 6;
const TAKEOVER_MS = 30_000;

const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
let brokers: BrokerProcess[] = [];
beforeAll(async () => {
  brokers = [];
  for (const brokerId of [1, 2]) brokers.push(await BrokerProcess.started({ brokerId, objects: `file:${folder}` }));
});
afterAll(async () => {
  for (const broker of brokers) await broker.kill9();
  rmSync(folder, { recursive: true, force: true });
});

test('the survivor serves all partitions within 30 s, and nothing acknowledged is lost', async () => {
  const [one, two] = brokers as [BrokerProcess, BrokerProcess];
  const kafka = kafkaClient([one.bootstrap, two.bootstrap]);
  await createTopic([one.bootstrap], TOPIC, PARTITIONS);
  const admin = kafka.admin();
  await admin.connect();
  const leaders = async (): Promise<Map<number, number>> => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [TOPIC] });
    return new Map(topics[0]?.partitions.map(({ partitionId, leader }) => [partitionId, leader]));
  };
  await until('both lead something', 30_000, async () => new Set((await leaders()).values()).size === 2, () => 'all partitions are led by one broker');

  const producer = kafka.producer();
  await producer.connect();
  const acknowledged = new Map<number, string[]>();
  const send = async (partition: number, value: string): Promise<void> => {
    await producer.send({ topic: TOPIC, acks: -1, messages: [{ partition, value }] });
    acknowledged.set(partition, [...acknowledged.get(partition) ?? [], value]);
  };
  for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => send(partition, `before-${partition}-${round}`)));

  await one.kill9();
  const killedMs = performance.now();
  const served = new Map<number, number>();
  await Promise.all(Array.from({ length: PARTITIONS }, async (_, partition) => {
    await until(`partition ${partition} is served again`, TAKEOVER_MS, () => send(partition, `after-${partition}`).then(() => true, () => false));
    served.set(partition, performance.now() - killedMs);
  }));
  expect(Math.max(...served.values())).toBeLessThan(TAKEOVER_MS);
  expect(new Set((await leaders()).values())).toEqual(new Set([2]));

  for (let partition = 0; partition < PARTITIONS; partition++) {
    const values = new Set((await kcatRead(two.bootstrap, TOPIC, partition)).map(({ value }) => value));
    expect((acknowledged.get(partition) ?? []).filter((value) => !values.has(value))).toEqual([]);
  }

  // The dead one comes back as a new life of the same broker and is part of the cluster again.
  await one.start();
  await until('both are in the cluster', 30_000, async () => (await admin.describeCluster()).brokers.length === 2);
  for (let partition = 0; partition < PARTITIONS; partition++) await send(partition, `reunited-${partition}`);
  await producer.disconnect();
  await admin.disconnect();
});

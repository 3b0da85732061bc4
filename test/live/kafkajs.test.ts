/** kafkajs as its users run it: topics, producers, a consumer group that commits, and a broker killed in the middle of it all. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Consumer } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { createTopic, kafkaClient } from './topics.ts';
import { until } from './waiting.ts';

const PARTITIONS = 3;
const TOPIC = 'orders';
const GROUP = 'billing';

const folder = mkdtempSync(join(tmpdir(), 'wavetank-live-'));
let broker: BrokerProcess;
beforeAll(async () => {
  broker = await BrokerProcess.started({ brokerId: 1, objects: `file:${folder}` });
});
afterAll(async () => {
  await broker.kill9();
  rmSync(folder, { recursive: true, force: true });
});

test('create, produce, consume in a group, commit, kill -9, restart, resume: nothing is lost', async () => {
  const kafka = kafkaClient([broker.bootstrap]);
  await createTopic([broker.bootstrap], TOPIC, PARTITIONS);
  const admin = kafka.admin();
  await admin.connect();
  expect((await admin.fetchTopicMetadata({ topics: [TOPIC] })).topics[0]?.partitions).toHaveLength(PARTITIONS);

  const producer = kafka.producer();
  await producer.connect();
  const sent: string[] = [];
  const produce = async (count: number): Promise<void> => {
    for (let batch = 0; batch < count / 50; batch++) {
      const values = Array.from({ length: 50 }, (_, at) => `order-${sent.length + at}`);
      await producer.send({ topic: TOPIC, acks: -1, messages: values.map((value) => ({ key: value, value, headers: { made: 'here' } })) });
      sent.push(...values);
    }
  };
  await produce(1_000);

  // Half of it is consumed and committed by a member that then leaves.
  const first = await consume(kafka.consumer({ groupId: GROUP, sessionTimeout: 10_000 }), { fromBeginning: true });
  await until('the first half is consumed', 60_000, () => first.values.length === 1_000);
  await first.consumer.commitOffsets([...first.next].map(([partition, offset]) => ({ topic: TOPIC, partition, offset })));
  await first.consumer.disconnect();
  expect([...first.values].sort()).toEqual([...sent].sort());
  const committed = await committedOffsets();
  expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(1_000);

  // Production goes on through the kill.
  const producing = produce(2_000);
  await broker.kill9();
  await broker.start();
  await producing;
  expect(sent).toHaveLength(3_000);
  expect(await committedOffsets()).toEqual(committed);

  // The group resumes where it committed: nothing from before, everything from after.
  const second = await consume(kafka.consumer({ groupId: GROUP, sessionTimeout: 10_000 }), { fromBeginning: true });
  const missing = (): string[] => {
    const seen = new Set(second.values);
    return sent.slice(1_000).filter((value) => !seen.has(value));
  };
  await until('the second half is consumed', 90_000, () => missing().length === 0, () => `(${missing().length} missing, ${second.values.length} seen)`);
  const again = new Set(sent.slice(0, 1_000));
  expect(second.values.filter((value) => again.has(value))).toEqual([]);

  // A kill while the group is alive: it comes back by itself and goes on.
  await broker.kill9();
  await broker.start();
  await produce(500);
  await until('what came after the second kill is consumed', 90_000, () => missing().length === 0, () => `(${missing().length} missing)`);
  await second.consumer.disconnect();

  const ends = await admin.fetchTopicOffsets(TOPIC);
  expect(ends.reduce((sum, { offset }) => sum + Number(offset), 0)).toBeGreaterThanOrEqual(sent.length);
  await producer.disconnect();
  await admin.disconnect();

  async function committedOffsets(): Promise<number[]> {
    const [answer] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
    return [...answer?.partitions ?? []].sort((a, b) => a.partition - b.partition).map(({ offset }) => Number(offset));
  }
});

test('three members share the partitions, and those of one that leaves go to the others', async () => {
  const topic = 'shared';
  await createTopic([broker.bootstrap], topic, 6);
  const kafka = kafkaClient([broker.bootstrap]);
  const members = Array.from({ length: 3 }, () => kafka.consumer({ groupId: 'sharing', sessionTimeout: 10_000, heartbeatInterval: 500 }));
  const owned = members.map(() => [] as number[]);
  for (const [at, member] of members.entries()) {
    member.on(member.events.GROUP_JOIN, ({ payload }) => owned[at] = payload.memberAssignment[topic] ?? []);
    await member.connect();
    await member.subscribe({ topics: [topic] });
    await member.run({ eachMessage: () => Promise.resolve() });
  }
  await until('each has two partitions', 60_000, () => owned.every((partitions) => partitions.length === 2) && new Set(owned.flat()).size === 6, () => JSON.stringify(owned));
  await members[0]?.disconnect();
  owned[0] = [];
  await until('the other two have three each', 60_000, () => owned.slice(1).every((partitions) => partitions.length === 3) && new Set(owned.flat()).size === 6, () => JSON.stringify(owned));
  await Promise.all(members.slice(1).map((member) => member.disconnect()));
});

async function consume(consumer: Consumer, { fromBeginning }: { fromBeginning: boolean }): Promise<{ consumer: Consumer; values: string[]; next: Map<number, string> }> {
  const values: string[] = [];
  const next = new Map<number, string>();
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPIC], fromBeginning });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      expect(message.headers?.['made']?.toString()).toBe('here');
      expect(message.key?.toString()).toBe(message.value?.toString());
      values.push(message.value?.toString() ?? '');
      next.set(partition, String(Number(message.offset) + 1));
    },
  });
  return { consumer, values, next };
}

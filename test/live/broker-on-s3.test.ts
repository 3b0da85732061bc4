/** The broker with its objects in a real S3 server: what was acknowledged survives the broker and the server being killed. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BrokerProcess } from './broker-process.ts';
import { kcatProduce, kcatRead } from './kcat.ts';
import { Minio } from './minio.ts';
import { createTopic, kafkaClient } from './topics.ts';
import { until } from './waiting.ts';

const minio = new Minio();
let broker: BrokerProcess;
beforeAll(async () => {
  await minio.start();
  await minio.createBucket('cluster');
  broker = await BrokerProcess.started({ brokerId: 1, objects: `s3://cluster?endpoint=${minio.endpoint}`, environment: minio.environment });
});
afterAll(async () => {
  await broker?.kill9();
  await minio.remove();
});

test('produce, kill -9, restart, read back', async () => {
  const topic = 'on-s3';
  await createTopic([broker.bootstrap], topic, 2);
  const acknowledged: string[] = [];
  for (let chunk = 0; chunk < 10; chunk++) {
    const records = Array.from({ length: 500 }, (_, at) => ({ key: `${chunk}-${at}`, value: `value-${chunk}-${at}` }));
    const killing = chunk === 5 ? broker.kill9().then(() => broker.start()) : undefined;
    const { acknowledged: yes } = await kcatProduce(broker.bootstrap, topic, [records], ['enable.idempotence=true']);
    if (yes) acknowledged.push(...records.map(({ value }) => value));
    await killing;
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(4_500);
  await expectAll(topic, 2, acknowledged);
});

test('goes on after the server was away', async () => {
  const topic = 'away';
  await createTopic([broker.bootstrap], topic, 1);
  const producer = kafkaClient([broker.bootstrap]).producer();
  await producer.connect();
  const acknowledged: string[] = [];
  const send = async (value: string): Promise<void> => {
    await producer.send({ topic, acks: -1, messages: [{ value }] });
    acknowledged.push(value);
  };
  for (let number = 0; number < 20; number++) await send(`before-${number}`);
  await minio.kill();
  const during = send('during').catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await minio.start();
  await during;
  await until('the broker stores again', 60_000, () => send('after').then(() => true, () => false), () => broker.stderr);
  await producer.disconnect();
  await expectAll(topic, 1, acknowledged);
});

async function expectAll(topic: string, partitions: number, values: readonly string[]): Promise<void> {
  const read = new Set<string>();
  for (let partition = 0; partition < partitions; partition++) {
    const records = await kcatRead(broker.bootstrap, topic, partition);
    expect(records.findIndex(({ offset }, at) => offset !== at)).toBe(-1);
    for (const { value } of records) read.add(value);
  }
  expect(values.filter((value) => !read.has(value))).toEqual([]);
}

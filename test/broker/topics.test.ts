/** Topics made, described, deleted and made again; and the requests that must not make one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { addressOf, batchOf, createTopic, fetch, Lab, produce } from './lab.ts';
import { Wire } from './wire.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.of(1, { uploadMs: 500, hotBytes: 0 });
  await lab.wire((wire) => createTopic(wire, 'taken', 2));
});
afterAll(() => {
  expect(lab.sim.findings).toEqual([]);
  lab.sim.close();
});

describe('CreateTopics refuses', () => {
  const plain = { name: 'n', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const config = (name: string, value: string | null) => ({ configs: [{ name, value }] });
  const assigned = (...indexes: number[]) => ({ assignments: indexes.map((partitionIndex) => ({ partitionIndex, brokerIds: [1] })) });
  test.each<[string, object, number]>([
    ...['', '.', '..', 'a/b', 'a b', 'ü', 'x'.repeat(250), '__proto__ '].map((name): [string, object, number] => [`the name "${name.slice(0, 20)}"`, { name }, ErrorCode.INVALID_TOPIC_EXCEPTION]),
    ['a name that is taken', { name: 'taken' }, ErrorCode.TOPIC_ALREADY_EXISTS],
    ['no partitions', { numPartitions: 0 }, ErrorCode.INVALID_PARTITIONS],
    ['minus two partitions', { numPartitions: -2 }, ErrorCode.INVALID_PARTITIONS],
    ['two billion partitions', { numPartitions: 0x7fff_ffff }, ErrorCode.INVALID_PARTITIONS],
    ['no replicas', { replicationFactor: 0 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    ['minus two replicas', { replicationFactor: -2 }, ErrorCode.INVALID_REPLICATION_FACTOR],
    ['an unknown configuration', config('no.such', '1'), ErrorCode.INVALID_CONFIG],
    ['a configuration without a value', config('retention.ms', null), ErrorCode.INVALID_CONFIG],
    ['compaction', config('cleanup.policy', 'compact,delete'), ErrorCode.INVALID_CONFIG],
    ['log append time', config('message.timestamp.type', 'LogAppendTime'), ErrorCode.INVALID_CONFIG],
    ...['__proto__', 'constructor', 'hasOwnProperty', 'toString'].map((name): [string, object, number] => [`the configuration ${name}`, config(name, 'x'), ErrorCode.INVALID_CONFIG]),
    ['counts besides assignments', assigned(0), ErrorCode.INVALID_REQUEST],
    ['assignments with a gap', { ...assigned(0, 2), numPartitions: -1, replicationFactor: -1 }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
    ['assignments twice', { ...assigned(0, 0), numPartitions: -1, replicationFactor: -1 }, ErrorCode.INVALID_REPLICA_ASSIGNMENT],
  ])('%s', async (_, change, errorCode) => {
    const topic = await lab.wire(async (wire) => (await wire.ask('CreateTopics', 7, { topics: [{ ...plain, ...change }], timeoutMs: 1000 })).topics[0]!);
    expect(topic.errorCode).toBe(errorCode);
    expect(topic.errorMessage).toBeTruthy();
  });

  test('a name that is there twice, each time', async () => {
    const errors = await lab.wire(async (wire) => (await wire.ask('CreateTopics', 7, { topics: [plain, { ...plain, name: 'm' }, plain], timeoutMs: 1 })).topics.map(({ errorCode }) => errorCode));
    expect(errors).toEqual([ErrorCode.INVALID_REQUEST, 0, ErrorCode.INVALID_REQUEST]);
  });

  test('nothing at all', async () => {
    expect(await lab.wire(async (wire) => (await wire.ask('CreateTopics', 7, { topics: [], timeoutMs: 1 })).topics)).toEqual([]);
  });
});

test('validateOnly makes nothing; names like those of JavaScript are names', async () => {
  const found = await lab.wire(async (wire) => {
    const plain = { name: 'dry', numPartitions: -1, replicationFactor: -1, assignments: [], configs: [] };
    const dry = await wire.ask('CreateTopics', 7, { topics: [plain], timeoutMs: 1, validateOnly: true });
    await createTopic(wire, '__proto__');
    const produced = await produce(wire, batchOf(['a']), { topic: '__proto__' });
    const { topics } = await wire.ask('Metadata', 12, { topics: ['dry', '__proto__'].map((name) => ({ name, topicId: Buffer.alloc(16) })), allowAutoTopicCreation: false, includeTopicAuthorizedOperations: false });
    return { dry: dry.topics[0]!.errorCode, produced: produced.errorCode, there: topics.map(({ errorCode }) => errorCode) };
  });
  expect(found).toEqual({ dry: 0, produced: 0, there: [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 0] });
});

test('the coordinators\' topic that is made on first mention has the coordinators\' partitions', async () => {
  const partitions = await lab.wire(async (wire) => (await wire.ask('Metadata', 4, { topics: [{ name: '__consumer_offsets' }], allowAutoTopicCreation: true })).topics[0]!.partitions.length);
  expect(partitions).toBe(2);
});

test('DescribeConfigs of the unknown', async () => {
  const found = await lab.wire(async (wire) => {
    const resources = [[2, 'nowhere'], [2, 'taken'], [4, '99'], [4, 'x'], [8, '1'], [-1, '']].map(([resourceType, resourceName]) => ({ resourceType: resourceType as number, resourceName: resourceName as string, configurationKeys: ['retention.ms', 'no.such', '__proto__'] }));
    return (await wire.ask('DescribeConfigs', 4, { resources })).results.map(({ errorCode, configs }) => [errorCode, configs.map(({ name }) => name)]);
  });
  const bad = [ErrorCode.INVALID_REQUEST, []];
  expect(found).toEqual([[ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, []], [0, ['retention.ms']], bad, bad, bad, bad]);
});

test('a topic that is deleted is gone at once, and made again it is empty', async () => {
  const found = await lab.wire(async (wire, rt) => {
    await createTopic(wire, 'phoenix');
    for (const value of ['a', 'b', 'c']) await produce(wire, batchOf([value]), { topic: 'phoenix' });
    await rt.clock.sleep(2000); // uploaded
    await produce(wire, batchOf(['in the WAL only']), { topic: 'phoenix' });
    const gone = (await wire.ask('DeleteTopics', 5, { topicNames: ['phoenix', 'phoenix', '__consumer_offsets'], timeoutMs: 1000 })).responses.map(({ errorCode }) => errorCode);
    const after = [(await produce(wire, batchOf(['x']), { topic: 'phoenix' })).errorCode, (await fetch(wire, { topic: 'phoenix' })).errorCode];
    await createTopic(wire, 'phoenix');
    const fresh = await produce(wire, batchOf(['new']), { topic: 'phoenix' });
    await rt.clock.sleep(3000);
    const { highWatermark, logStartOffset } = await fetch(wire, { topic: 'phoenix' });
    return { gone, after, fresh, highWatermark, logStartOffset };
  });
  const unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  expect(found).toEqual({ gone: [0, unknown, ErrorCode.INVALID_TOPIC_EXCEPTION], after: [unknown, unknown], fresh: { errorCode: 0, baseOffset: 0 }, highWatermark: 1, logStartOffset: 0 });
});

test('who reads or waits while the topic is deleted is told', async () => {
  const found = await lab.job(async (rt) => {
    const [admin, poller, finder] = await Promise.all([0, 1, 2].map(() => Wire.open(rt.network, addressOf('b1'))));
    await createTopic(admin!, 'doomed');
    for (let at = 0; at < 5; at += 1) {
      await produce(admin!, batchOf(['x'.repeat(1000)]), { topic: 'doomed' });
      await rt.clock.sleep(700); // an object each
    }
    const poll = fetch(poller!, { topic: 'doomed', offset: 5, maxWaitMs: 60_000 });
    // Reads object after object, and loses them on the way.
    const find = finder!.ask('ListOffsets', 1, { topics: [{ name: 'doomed', partitions: [{ partitionIndex: 0, timestamp: 999_999 }] }] });
    await admin!.ask('DeleteTopics', 1, { topicNames: ['doomed'], timeoutMs: 1000 });
    return { poll: (await poll).errorCode, find: (await find).topics[0]!.partitions[0]!.errorCode };
  });
  expect(found.poll).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  expect([ErrorCode.NONE, ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_LEADER_OR_FOLLOWER]).toContain(found.find);
});

test('no transactions here', async () => {
  const found = await lab.wire(async (wire) => {
    const old = await wire.ask('FindCoordinator', 2, { key: 'tx', keyType: 1, coordinatorKeys: [] });
    const batched = await wire.ask('FindCoordinator', 4, { key: '', keyType: 1, coordinatorKeys: ['tx', 'ty'] });
    const id = await wire.ask('InitProducerId', 4, { transactionalId: 'tx', transactionTimeoutMs: 1000 });
    return [old.errorCode, ...batched.coordinators.map(({ errorCode }) => errorCode), id.errorCode];
  });
  // What every client takes as final: librdkafka asks for the coordinator again after any other error.
  expect(found).toEqual([...Array.from({ length: 3 }, () => ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED), ErrorCode.INVALID_REQUEST]);
});

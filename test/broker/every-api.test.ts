/** Every API at every version it advertises is answered in the layout of that version, asked of a broker that has never heard of the client. */
import { expect, test } from 'vitest';
import { apis, decodeResponse, type ApiName, type RequestInit } from '../../broker/protocol/index.ts';
import { batchOf, createTopic, fetchBody, Lab } from './lab.ts';

const NO_TOPIC_ID = Buffer.alloc(16);
const member = { groupId: 'g', memberId: 'nobody', groupInstanceId: null };

/** Sensible for all versions: fields that a version lacks are not written. */
const bodies: { readonly [N in ApiName]: RequestInit<N> } = {
  Produce: { acks: -1, timeoutMs: 5000, topicData: [{ name: 't', partitionData: [{ index: 0, records: batchOf(['a']) }] }] },
  Fetch: fetchBody({}),
  ListOffsets: { isolationLevel: 0, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }] }] },
  Metadata: { topics: [{ name: 't', topicId: NO_TOPIC_ID }], allowAutoTopicCreation: false, includeClusterAuthorizedOperations: true, includeTopicAuthorizedOperations: true },
  OffsetCommit: { groupId: 'alone', generationIdOrMemberEpoch: -1, memberId: '', topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] }] },
  OffsetFetch: { groupId: 'alone', topics: [{ name: 't', partitionIndexes: [0, 7] }], groups: [{ groupId: 'alone', topics: null }, { groupId: 'never', topics: [{ name: 't', partitionIndexes: [0] }] }] },
  FindCoordinator: { key: 'g', keyType: 0, coordinatorKeys: ['g', 'h'] },
  JoinGroup: { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 1000, memberId: 'nobody', protocolType: 'consumer', protocols: [{ name: 'range', metadata: Buffer.from('m') }] },
  SyncGroup: { ...member, generationId: 1, assignments: [] },
  Heartbeat: { ...member, generationId: 1 },
  LeaveGroup: { ...member, members: [{ memberId: 'nobody' }] },
  DescribeGroups: { groups: ['alone', 'never'], includeAuthorizedOperations: true },
  ListGroups: { statesFilter: [] } as RequestInit<'ListGroups'>,
  ApiVersions: { clientSoftwareName: 'test', clientSoftwareVersion: '1' },
  CreateTopics: { topics: [{ name: 'fresh', numPartitions: 2, replicationFactor: 1, assignments: [], configs: [{ name: 'retention.ms', value: '1000' }] }, { name: 't', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }], timeoutMs: 1000 },
  DeleteTopics: { topics: [{ name: 'fresh', topicId: NO_TOPIC_ID }, { name: null, topicId: NO_TOPIC_ID }], topicNames: ['fresh', 'missing'], timeoutMs: 1000 },
  InitProducerId: { transactionalId: null, transactionTimeoutMs: 1000 },
  DescribeConfigs: { resources: [{ resourceType: 2, resourceName: 't', configurationKeys: null }, { resourceType: 4, resourceName: '1', configurationKeys: ['broker.id'] }, { resourceType: 9, resourceName: '?', configurationKeys: null }] },
  ConsumerGroupHeartbeat: { groupId: 'g', memberId: 'new', memberEpoch: 0, subscribedTopicNames: ['t'], topicPartitions: [] },
};

test('every API at every version', async () => {
  const lab = await Lab.of(1);
  await lab.wire((wire) => createTopic(wire));
  const asked = await lab.wire(async (wire, rt) => {
    // The coordinators' topic comes into being with the first question for it.
    await wire.ask('FindCoordinator', 4, bodies.FindCoordinator);
    await rt.clock.sleep(1000);
    const answers: { api: ApiName; version: number; body: unknown }[] = [];
    for (const api of Object.keys(apis) as ApiName[]) {
      for (let version = apis[api].minVersion; version <= apis[api].maxVersion; version += 1) answers.push({ api, version, body: await wire.ask(api, version, bodies[api] as never) });
    }
    return answers;
  });
  expect(asked).toHaveLength(Object.values(apis).reduce((sum, { minVersion, maxVersion }) => sum + maxVersion - minVersion + 1, 0));
  const errors = asked.filter(({ body }) => (body as { errorCode?: number }).errorCode !== undefined).map(({ api, version, body }) => `${api} ${version}: ${(body as { errorCode: number }).errorCode}`);
  expect(errors.filter((line) => !line.endsWith(': 0')).map((line) => line.replace(/ \d+:/, ':')).filter((line, at, all) => all.indexOf(line) === at)).toEqual(['JoinGroup: 25', 'Heartbeat: 25', 'LeaveGroup: 25', 'SyncGroup: 25', 'ConsumerGroupHeartbeat: 35'].sort((a, b) => apiOrder(a) - apiOrder(b)));
  const produced = asked.filter(({ api }) => api === 'Produce').map(({ body }) => (body as { responses: { partitionResponses: { errorCode: number }[] }[] }).responses[0]!.partitionResponses[0]!.errorCode);
  // 0 to 2 are advertised for librdkafka's sake, and refused.
  expect(produced).toEqual([43, 43, 43, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(lab.sim.findings).toEqual([]);
  lab.sim.close();
});

test('everything at once, without waiting, is answered in order', async () => {
  const lab = await Lab.of(1);
  await lab.wire((wire) => createTopic(wire));
  const sent = await lab.wire(async (wire) => {
    const requests: { api: ApiName; version: number; correlationId: number }[] = [];
    for (const api of Object.keys(apis) as ApiName[]) {
      for (let version = apis[api].minVersion; version <= apis[api].maxVersion; version += 1) requests.push({ api, version, correlationId: wire.send(api, version, bodies[api] as never) });
    }
    for (const { api, version, correlationId } of requests) {
      const frame = await wire.next();
      if (frame === undefined) throw new Error(`closed before ${api} ${version}`);
      if (decodeResponse(api, version, frame).correlationId !== correlationId) throw new Error(`out of order at ${api} ${version}`);
    }
    return requests.length;
  });
  expect(sent).toBeGreaterThan(100);
  expect(lab.sim.findings).toEqual([]);
  lab.sim.close();
});

function apiOrder(line: string): number {
  return (Object.keys(apis) as string[]).indexOf(line.split(':')[0]!);
}

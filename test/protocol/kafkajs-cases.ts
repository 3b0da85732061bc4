/** One request and one answer for each API that kafkajs uses: what kafkajs is given, and what must come out on our side. */
import type { ApiName, ResponseInit } from '../../broker/protocol/index.ts';

export type KafkajsCase = { readonly [N in ApiName]: {
  readonly api: N;
  readonly kafkajsName?: string;
  readonly args: unknown;
  readonly body: object | ((version: number) => object);
  readonly answer: ResponseInit<N>;
  readonly read: object | ((version: number) => object);
} }[ApiName];

const metadata = Buffer.from('metadata');

export const kafkajsCases: readonly KafkajsCase[] = [
  {
    api: 'ApiVersions',
    args: {},
    body: {},
    answer: { errorCode: 0, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] },
    read: { errorCode: 0, apiVersions: [{ apiKey: 18, minVersion: 0, maxVersion: 3 }] },
  },
  {
    api: 'Metadata',
    args: { topics: ['orders', 'zürich'], allowAutoTopicCreation: false },
    body: (version) => ({ topics: [{ name: 'orders' }, { name: 'zürich' }], allowAutoTopicCreation: version < 4 }),
    answer: {
      brokers: [{ nodeId: 1, host: 'b1', port: 9092 }], clusterId: 'wave', controllerId: 1,
      topics: [{ errorCode: 0, name: 'orders', partitions: [{ errorCode: 0, partitionIndex: 2, leaderId: 1, replicaNodes: [1, 2], isrNodes: [1], offlineReplicas: [2] }] }],
    },
    read: { brokers: [{ nodeId: 1, host: 'b1', port: 9092 }], topicMetadata: [{ topic: 'orders', partitionMetadata: [{ partitionId: 2, leader: 1, replicas: [1, 2], isr: [1] }] }] },
  },
  {
    api: 'Produce',
    args: { acks: -1, timeout: 900, transactionalId: null, topicData: [{ topic: 't', partitions: [{ partition: 3, messages: [{ key: 'k', value: 'v' }] }] }] },
    body: { acks: -1, timeoutMs: 900, transactionalId: null, topicData: [{ name: 't', partitionData: [{ index: 3 }] }] },
    answer: { responses: [{ name: 't', partitionResponses: [{ index: 3, errorCode: 0, baseOffset: 2 ** 40, logStartOffset: 5 }] }] },
    read: (version) => ({ topics: [{ topicName: 't', partitions: [{ partition: 3, errorCode: 0, [version < 3 ? 'offset' : 'baseOffset']: String(2 ** 40) }] }] }),
  },
  {
    api: 'Fetch',
    args: { maxWaitTime: 500, minBytes: 1, maxBytes: 1000, rackId: 'r', isolationLevel: 1, topics: [{ topic: 't', partitions: [{ partition: 3, fetchOffset: 2 ** 33, maxBytes: 100 }] }] },
    body: { replicaId: -1, maxWaitMs: 500, maxBytes: 1000, isolationLevel: 1, topics: [{ topic: 't', partitions: [{ partition: 3, fetchOffset: 2 ** 33, partitionMaxBytes: 100, currentLeaderEpoch: -1 }] }] },
    answer: { responses: [{ topic: 't', partitions: [{ partitionIndex: 3, errorCode: 1, highWatermark: 2 ** 33, lastStableOffset: 7, abortedTransactions: [{ producerId: 4, firstOffset: 6 }], records: null }] }] },
    read: { responses: [{ topicName: 't', partitions: [{ partition: 3, errorCode: 1, highWatermark: String(2 ** 33), lastStableOffset: '7', abortedTransactions: [{ producerId: '4', firstOffset: '6' }], messages: [] }] }] },
  },
  {
    api: 'ListOffsets',
    args: { replicaId: -1, isolationLevel: 1, topics: [{ topic: 't', partitions: [{ partition: 0, timestamp: -2 }] }] },
    body: { replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -2 }] }] },
    answer: { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 42 }] }] },
    read: { responses: [{ topic: 't', partitions: [{ partition: 0, errorCode: 0, timestamp: '-1', offset: '42' }] }] },
  },
  {
    api: 'FindCoordinator', kafkajsName: 'GroupCoordinator',
    args: { coordinatorKey: 'g', coordinatorType: 0, groupId: 'g' },
    body: { key: 'g', keyType: 0 },
    answer: { errorCode: 0, nodeId: 2, host: 'b2', port: 9092 },
    read: { errorCode: 0, coordinator: { nodeId: 2, host: 'b2', port: 9092 } },
  },
  {
    api: 'JoinGroup',
    args: { groupId: 'g', sessionTimeout: 10, rebalanceTimeout: 20, memberId: 'm', protocolType: 'consumer', groupProtocols: [{ name: 'RoundRobin', metadata }] },
    body: (version) => ({ groupId: 'g', sessionTimeoutMs: 10, rebalanceTimeoutMs: version < 1 ? -1 : 20, memberId: 'm', groupInstanceId: null, protocolType: 'consumer', protocols: [{ name: 'RoundRobin', metadata }] }),
    answer: { errorCode: 0, generationId: 3, protocolName: 'RoundRobin', leader: 'm', memberId: 'm', members: [{ memberId: 'm', metadata }] },
    read: { errorCode: 0, generationId: 3, groupProtocol: 'RoundRobin', leaderId: 'm', memberId: 'm', members: [{ memberId: 'm', memberMetadata: metadata }] },
  },
  {
    api: 'SyncGroup',
    args: { groupId: 'g', generationId: 3, memberId: 'm', groupAssignment: [{ memberId: 'm', memberAssignment: metadata }] },
    body: { groupId: 'g', generationId: 3, memberId: 'm', assignments: [{ memberId: 'm', assignment: metadata }] },
    answer: { errorCode: 0, assignment: metadata },
    read: { errorCode: 0, memberAssignment: metadata },
  },
  {
    api: 'Heartbeat',
    args: { groupId: 'g', groupGenerationId: 3, memberId: 'm' },
    body: { groupId: 'g', generationId: 3, memberId: 'm', groupInstanceId: null },
    answer: { errorCode: 27 },
    read: { errorCode: 27 },
  },
  {
    api: 'LeaveGroup',
    args: { groupId: 'g', memberId: 'm', members: [{ memberId: 'm' }] },
    body: (version) => version < 3 ? { groupId: 'g', memberId: 'm' } : { groupId: 'g', members: [{ memberId: 'm', groupInstanceId: null }] },
    answer: { errorCode: 0, members: [{ memberId: 'm', groupInstanceId: null, errorCode: 25 }] },
    read: (version) => version < 3 ? { errorCode: 0 } : { errorCode: 0, members: [{ memberId: 'm', errorCode: 25 }] },
  },
  {
    api: 'OffsetCommit',
    args: { groupId: 'g', groupGenerationId: 3, memberId: 'm', retentionTime: -1, topics: [{ topic: 't', partitions: [{ partition: 1, offset: '77', metadata: 'c1' }] }] },
    body: { groupId: 'g', generationIdOrMemberEpoch: 3, memberId: 'm', topics: [{ name: 't', partitions: [{ partitionIndex: 1, committedOffset: 77, committedMetadata: 'c1' }] }] },
    answer: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, errorCode: 0 }] }] },
    read: { responses: [{ topic: 't', partitions: [{ partition: 1, errorCode: 0 }] }] },
  },
  {
    api: 'OffsetFetch',
    args: { groupId: 'g', topics: [{ topic: 't', partitions: [{ partition: 1 }] }] },
    body: { groupId: 'g', topics: [{ name: 't', partitionIndexes: [1] }] },
    answer: { topics: [{ name: 't', partitions: [{ partitionIndex: 1, committedOffset: 77, metadata: 'c1', errorCode: 0 }] }] },
    read: { responses: [{ topic: 't', partitions: [{ partition: 1, offset: '77', metadata: 'c1', errorCode: 0 }] }] },
  },
  {
    api: 'DescribeGroups',
    args: { groupIds: ['g'] },
    body: { groups: ['g'] },
    answer: { groups: [{ errorCode: 0, groupId: 'g', groupState: 'Stable', protocolType: 'consumer', protocolData: 'RoundRobin', members: [{ memberId: 'm', clientId: 'c', clientHost: '/h', memberMetadata: metadata, memberAssignment: metadata }] }] },
    read: { groups: [{ errorCode: 0, groupId: 'g', state: 'Stable', protocolType: 'consumer', protocol: 'RoundRobin', members: [{ memberId: 'm', clientId: 'c', clientHost: '/h', memberMetadata: metadata, memberAssignment: metadata }] }] },
  },
  {
    api: 'ListGroups',
    args: {},
    body: {},
    answer: { errorCode: 0, groups: [{ groupId: 'g', protocolType: 'consumer' }] },
    read: { errorCode: 0, groups: [{ groupId: 'g', protocolType: 'consumer' }] },
  },
  {
    api: 'CreateTopics',
    args: { timeout: 5000, validateOnly: true, topics: [{ topic: 't', numPartitions: 3, replicationFactor: 1, configEntries: [{ name: 'a', value: 'b' }] }] },
    body: (version) => ({ timeoutMs: 5000, validateOnly: version >= 1, topics: [{ name: 't', numPartitions: 3, replicationFactor: 1, assignments: [], configs: [{ name: 'a', value: 'b' }] }] }),
    answer: { topics: [{ name: 't', errorCode: 0 }] },
    read: { topicErrors: [{ topic: 't', errorCode: 0 }] },
  },
  {
    api: 'DeleteTopics',
    args: { topics: ['t'], timeout: 5000 },
    body: { topicNames: ['t'], timeoutMs: 5000 },
    answer: { responses: [{ name: 't', errorCode: 3 }] },
    read: { topicErrors: [{ topic: 't', errorCode: 3 }] },
  },
  {
    api: 'DescribeConfigs',
    args: { resources: [{ type: 2, name: 't', configNames: [] }], includeSynonyms: true },
    body: (version) => ({ resources: [{ resourceType: 2, resourceName: 't' }], includeSynonyms: version >= 1 }),
    answer: { results: [{ errorCode: 0, resourceType: 2, resourceName: 't', configs: [{ name: 'a', value: 'b', readOnly: false, configSource: 5, isSensitive: false }] }] },
    read: { resources: [{ errorCode: 0, resourceType: 2, resourceName: 't', configEntries: [{ configName: 'a', configValue: 'b', readOnly: false, isSensitive: false }] }] },
  },
  {
    api: 'InitProducerId',
    args: { transactionalId: null, transactionTimeout: 60000 },
    body: { transactionalId: null, transactionTimeoutMs: 60000 },
    answer: { errorCode: 0, producerId: 5000, producerEpoch: 0 },
    read: { errorCode: 0, producerId: '5000', producerEpoch: 0 },
  },
];

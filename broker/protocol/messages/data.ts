/** Wire fields of the APIs that move records. Facts: Kafka's message definitions, 4.0. */
import { array, int16, int32, int64, int8, records, string, struct } from '../schema.ts';

const leaderIdAndEpoch = { leaderId: int32('0+', { default: -1 }), leaderEpoch: int32('0+', { default: -1 }) };

export const produceRequest = {
  transactionalId: string('3+', { nullable: '3+', default: null }),
  acks: int16('0+'),
  timeoutMs: int32('0+'),
  topicData: array('0+', {
    name: string('0+'),
    partitionData: array('0+', {
      index: int32('0+'),
      records: records('0+', { nullable: '0+' }),
    }),
  }),
};

export const produceResponse = {
  responses: array('0+', {
    name: string('0+'),
    partitionResponses: array('0+', {
      index: int32('0+'),
      errorCode: int16('0+'),
      baseOffset: int64('0+'),
      logAppendTimeMs: int64('2+', { default: -1 }),
      logStartOffset: int64('5+', { default: -1 }),
      recordErrors: array('8+', {
        batchIndex: int32('0+'),
        batchIndexErrorMessage: string('0+', { nullable: '0+', default: null }),
      }),
      errorMessage: string('8+', { nullable: '8+', default: null }),
      currentLeader: struct('10+', leaderIdAndEpoch, { tag: 0 }),
    }),
  }),
  throttleTimeMs: int32('1+'),
  nodeEndpoints: array('10+', {
    nodeId: int32('0+'),
    host: string('0+'),
    port: int32('0+'),
    rack: string('0+', { nullable: '0+', default: null }),
  }, { tag: 0 }),
};

export const fetchRequest = {
  clusterId: string('12+', { nullable: '12+', default: null, tag: 0 }),
  replicaId: int32('0+', { default: -1 }),
  maxWaitMs: int32('0+'),
  minBytes: int32('0+'),
  maxBytes: int32('3+', { default: 0x7fffffff }),
  isolationLevel: int8('4+'),
  sessionId: int32('7+'),
  sessionEpoch: int32('7+', { default: -1 }),
  topics: array('0+', {
    topic: string('0+'),
    partitions: array('0+', {
      partition: int32('0+'),
      currentLeaderEpoch: int32('9+', { default: -1 }),
      fetchOffset: int64('0+'),
      lastFetchedEpoch: int32('12+', { default: -1 }),
      logStartOffset: int64('5+', { default: -1 }),
      partitionMaxBytes: int32('0+'),
    }),
  }),
  forgottenTopicsData: array('7+', { topic: string('0+'), partitions: array('0+', 'int32') }),
  rackId: string('11+'),
};

export const fetchResponse = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('7+'),
  sessionId: int32('7+'),
  responses: array('0+', {
    topic: string('0+'),
    partitions: array('0+', {
      partitionIndex: int32('0+'),
      errorCode: int16('0+'),
      highWatermark: int64('0+'),
      lastStableOffset: int64('4+', { default: -1 }),
      logStartOffset: int64('5+', { default: -1 }),
      divergingEpoch: struct('12+', { epoch: int32('0+', { default: -1 }), endOffset: int64('0+', { default: -1 }) }, { tag: 0 }),
      currentLeader: struct('12+', leaderIdAndEpoch, { tag: 1 }),
      snapshotId: struct('12+', { endOffset: int64('0+', { default: -1 }), epoch: int32('0+', { default: -1 }) }, { tag: 2 }),
      abortedTransactions: array('4+', { producerId: int64('0+'), firstOffset: int64('0+') }, { nullable: '4+' }),
      preferredReadReplica: int32('11+', { default: -1 }),
      records: records('0+', { nullable: '0+' }),
    }),
  }),
};

export const listOffsetsRequest = {
  replicaId: int32('0+', { default: -1 }),
  isolationLevel: int8('2+'),
  topics: array('0+', {
    name: string('0+'),
    partitions: array('0+', {
      partitionIndex: int32('0+'),
      currentLeaderEpoch: int32('4+', { default: -1 }),
      timestamp: int64('0+'),
    }),
  }),
};

export const listOffsetsResponse = {
  throttleTimeMs: int32('2+'),
  topics: array('0+', {
    name: string('0+'),
    partitions: array('0+', {
      partitionIndex: int32('0+'),
      errorCode: int16('0+'),
      timestamp: int64('1+', { default: -1 }),
      offset: int64('1+', { default: -1 }),
      leaderEpoch: int32('4+', { default: -1 }),
    }),
  }),
};

export const initProducerIdRequest = {
  transactionalId: string('0+', { nullable: '0+' }),
  transactionTimeoutMs: int32('0+'),
  producerId: int64('3+', { default: -1 }),
  producerEpoch: int16('3+', { default: -1 }),
};

export const initProducerIdResponse = {
  throttleTimeMs: int32('0+', { default: 0 }),
  errorCode: int16('0+'),
  producerId: int64('0+', { default: -1 }),
  producerEpoch: int16('0+'),
};

/** Wire fields of the APIs about the cluster: who serves what, which topics there are. Facts: Kafka's message definitions, 4.0. */
import { array, bool, int16, int32, int64, int8, string, uuid } from '../schema.ts';

/** Authorized operations that were not asked for. */
const NOT_ASKED = -2147483648;

export const apiVersionsRequest = {
  clientSoftwareName: string('3+'),
  clientSoftwareVersion: string('3+'),
};

export const apiVersionsResponse = {
  errorCode: int16('0+'),
  apiKeys: array('0+', { apiKey: int16('0+'), minVersion: int16('0+'), maxVersion: int16('0+') }),
  throttleTimeMs: int32('1+'),
  supportedFeatures: array('3+', { name: string('0+'), minVersion: int16('0+'), maxVersion: int16('0+') }, { tag: 0 }),
  finalizedFeaturesEpoch: int64('3+', { default: -1, tag: 1 }),
  finalizedFeatures: array('3+', { name: string('0+'), maxVersionLevel: int16('0+'), minVersionLevel: int16('0+') }, { tag: 2 }),
  zkMigrationReady: bool('3+', { default: false, tag: 3 }),
};

export const metadataRequest = {
  // Version 0 cannot say null: there an empty list asks for all topics. From 1 on null asks for all, empty for none.
  topics: array('0+', {
    topicId: uuid('10+'),
    name: string('0+', { nullable: '10+' }),
  }, { nullable: '1+' }),
  allowAutoTopicCreation: bool('4+', { default: true }),
  includeClusterAuthorizedOperations: bool('8-10'),
  includeTopicAuthorizedOperations: bool('8+'),
};

export const metadataResponse = {
  throttleTimeMs: int32('3+'),
  brokers: array('0+', {
    nodeId: int32('0+'),
    host: string('0+'),
    port: int32('0+'),
    rack: string('1+', { nullable: '1+', default: null }),
  }),
  clusterId: string('2+', { nullable: '2+', default: null }),
  controllerId: int32('1+', { default: -1 }),
  topics: array('0+', {
    errorCode: int16('0+'),
    name: string('0+', { nullable: '12+' }),
    topicId: uuid('10+'),
    isInternal: bool('1+', { default: false }),
    partitions: array('0+', {
      errorCode: int16('0+'),
      partitionIndex: int32('0+'),
      leaderId: int32('0+'),
      leaderEpoch: int32('7+', { default: -1 }),
      replicaNodes: array('0+', 'int32'),
      isrNodes: array('0+', 'int32'),
      offlineReplicas: array('5+', 'int32'),
    }),
    topicAuthorizedOperations: int32('8+', { default: NOT_ASKED }),
  }),
  clusterAuthorizedOperations: int32('8-10', { default: NOT_ASKED }),
};

export const findCoordinatorRequest = {
  key: string('0-3'),
  keyType: int8('1+', { default: 0 }),
  coordinatorKeys: array('4+', 'string'),
};

export const findCoordinatorResponse = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0-3'),
  errorMessage: string('1-3', { nullable: '1-3', default: null }),
  nodeId: int32('0-3'),
  host: string('0-3'),
  port: int32('0-3'),
  coordinators: array('4+', {
    key: string('0+'),
    nodeId: int32('0+'),
    host: string('0+'),
    port: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
  }),
};

export const createTopicsRequest = {
  topics: array('0+', {
    name: string('0+'),
    numPartitions: int32('0+'),
    replicationFactor: int16('0+'),
    assignments: array('0+', { partitionIndex: int32('0+'), brokerIds: array('0+', 'int32') }),
    configs: array('0+', { name: string('0+'), value: string('0+', { nullable: '0+' }) }),
  }),
  timeoutMs: int32('0+', { default: 60000 }),
  validateOnly: bool('1+', { default: false }),
};

export const createTopicsResponse = {
  throttleTimeMs: int32('2+'),
  topics: array('0+', {
    name: string('0+'),
    topicId: uuid('7+'),
    errorCode: int16('0+'),
    errorMessage: string('1+', { nullable: '1+', default: null }),
    topicConfigErrorCode: int16('5+', { tag: 0 }),
    numPartitions: int32('5+', { default: -1 }),
    replicationFactor: int16('5+', { default: -1 }),
    configs: array('5+', {
      name: string('0+'),
      value: string('0+', { nullable: '0+' }),
      readOnly: bool('0+'),
      configSource: int8('0+', { default: -1 }),
      isSensitive: bool('0+'),
    }, { nullable: '5+' }),
  }),
};

export const deleteTopicsRequest = {
  topics: array('6+', { name: string('0+', { nullable: '0+', default: null }), topicId: uuid('6+') }),
  topicNames: array('0-5', 'string'),
  timeoutMs: int32('0+'),
};

export const deleteTopicsResponse = {
  throttleTimeMs: int32('1+'),
  responses: array('0+', {
    name: string('0+', { nullable: '6+' }),
    topicId: uuid('6+'),
    errorCode: int16('0+'),
    errorMessage: string('5+', { nullable: '5+', default: null }),
  }),
};

export const describeConfigsRequest = {
  resources: array('0+', {
    resourceType: int8('0+'),
    resourceName: string('0+'),
    configurationKeys: array('0+', 'string', { nullable: '0+' }),
  }),
  includeSynonyms: bool('1+', { default: false }),
  includeDocumentation: bool('3+', { default: false }),
};

export const describeConfigsResponse = {
  throttleTimeMs: int32('0+', { default: 0 }),
  results: array('0+', {
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    resourceType: int8('0+'),
    resourceName: string('0+'),
    configs: array('0+', {
      name: string('0+'),
      value: string('0+', { nullable: '0+' }),
      readOnly: bool('0+'),
      isDefault: bool('0'),
      configSource: int8('1+', { default: -1 }),
      isSensitive: bool('0+'),
      synonyms: array('1+', { name: string('0+'), value: string('0+', { nullable: '0+' }), source: int8('0+') }),
      configType: int8('3+', { default: 0 }),
      documentation: string('3+', { nullable: '3+', default: null }),
    }),
  }),
};

/** Wire fields of the classic consumer group APIs. Facts: Kafka's message definitions, 4.0. */
import { array, bool, bytes, int16, int32, int64, int8, string, uuid } from '../schema.ts';

/** Authorized operations that were not asked for. */
const NOT_ASKED = -2147483648;

export const offsetCommitRequest = {
  groupId: string('0+'),
  generationIdOrMemberEpoch: int32('1+', { default: -1 }),
  memberId: string('1+'),
  groupInstanceId: string('7+', { nullable: '7+', default: null }),
  retentionTimeMs: int64('2-4', { default: -1 }),
  topics: array('0+', {
    name: string('0+'),
    partitions: array('0+', {
      partitionIndex: int32('0+'),
      committedOffset: int64('0+'),
      committedLeaderEpoch: int32('6+', { default: -1 }),
      committedMetadata: string('0+', { nullable: '0+' }),
    }),
  }),
};

export const offsetCommitResponse = {
  throttleTimeMs: int32('3+'),
  topics: array('0+', {
    name: string('0+'),
    partitions: array('0+', { partitionIndex: int32('0+'), errorCode: int16('0+') }),
  }),
};

const offsetFetchTopic = { name: string('0+'), partitionIndexes: array('0+', 'int32') };

export const offsetFetchRequest = {
  groupId: string('0-7'),
  /** Null asks for all partitions the group has committed. */
  topics: array('0-7', offsetFetchTopic, { nullable: '2-7' }),
  groups: array('8+', {
    groupId: string('0+'),
    topics: array('0+', offsetFetchTopic, { nullable: '0+' }),
  }),
  requireStable: bool('7+', { default: false }),
};

export const offsetFetchResponse = {
  throttleTimeMs: int32('3+'),
  topics: array('0-7', {
    name: string('0+'),
    partitions: array('0+', {
      partitionIndex: int32('0+'),
      committedOffset: int64('0+'),
      committedLeaderEpoch: int32('5+', { default: -1 }),
      metadata: string('0+', { nullable: '0+' }),
      errorCode: int16('0+'),
    }),
  }),
  errorCode: int16('2-7', { default: 0 }),
  groups: array('8+', {
    groupId: string('0+'),
    topics: array('0+', {
      name: string('0+'),
      partitions: array('0+', {
        partitionIndex: int32('0+'),
        committedOffset: int64('0+'),
        committedLeaderEpoch: int32('0+', { default: -1 }),
        metadata: string('0+', { nullable: '0+' }),
        errorCode: int16('0+'),
      }),
    }),
    errorCode: int16('0+', { default: 0 }),
  }),
};

export const joinGroupRequest = {
  groupId: string('0+'),
  sessionTimeoutMs: int32('0+'),
  rebalanceTimeoutMs: int32('1+', { default: -1 }),
  memberId: string('0+'),
  groupInstanceId: string('5+', { nullable: '5+', default: null }),
  protocolType: string('0+'),
  protocols: array('0+', { name: string('0+'), metadata: bytes('0+') }),
  reason: string('8+', { nullable: '8+', default: null }),
};

export const joinGroupResponse = {
  throttleTimeMs: int32('2+'),
  errorCode: int16('0+'),
  generationId: int32('0+', { default: -1 }),
  protocolType: string('7+', { nullable: '7+', default: null }),
  protocolName: string('0+', { nullable: '7+' }),
  leader: string('0+'),
  skipAssignment: bool('9+', { default: false }),
  memberId: string('0+'),
  members: array('0+', {
    memberId: string('0+'),
    groupInstanceId: string('5+', { nullable: '5+', default: null }),
    metadata: bytes('0+'),
  }),
};

export const heartbeatRequest = {
  groupId: string('0+'),
  generationId: int32('0+'),
  memberId: string('0+'),
  groupInstanceId: string('3+', { nullable: '3+', default: null }),
};

export const heartbeatResponse = { throttleTimeMs: int32('1+'), errorCode: int16('0+') };

export const leaveGroupRequest = {
  groupId: string('0+'),
  memberId: string('0-2'),
  members: array('3+', {
    memberId: string('0+'),
    groupInstanceId: string('0+', { nullable: '0+', default: null }),
    reason: string('5+', { nullable: '5+', default: null }),
  }),
};

export const leaveGroupResponse = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  members: array('3+', {
    memberId: string('0+'),
    groupInstanceId: string('0+', { nullable: '0+' }),
    errorCode: int16('0+'),
  }),
};

export const syncGroupRequest = {
  groupId: string('0+'),
  generationId: int32('0+'),
  memberId: string('0+'),
  groupInstanceId: string('3+', { nullable: '3+', default: null }),
  protocolType: string('5+', { nullable: '5+', default: null }),
  protocolName: string('5+', { nullable: '5+', default: null }),
  assignments: array('0+', { memberId: string('0+'), assignment: bytes('0+') }),
};

export const syncGroupResponse = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  protocolType: string('5+', { nullable: '5+', default: null }),
  protocolName: string('5+', { nullable: '5+', default: null }),
  assignment: bytes('0+'),
};

/** KIP-848. Only ever refused, see api/groups.ts. */
export const consumerGroupHeartbeatRequest = {
  groupId: string('0+'),
  memberId: string('0+'),
  memberEpoch: int32('0+'),
  instanceId: string('0+', { nullable: '0+', default: null }),
  rackId: string('0+', { nullable: '0+', default: null }),
  rebalanceTimeoutMs: int32('0+', { default: -1 }),
  subscribedTopicNames: array('0+', 'string', { nullable: '0+', default: null }),
  subscribedTopicRegex: string('1+', { nullable: '1+', default: null }),
  serverAssignor: string('0+', { nullable: '0+', default: null }),
  topicPartitions: array('0+', { topicId: uuid('0+'), partitions: array('0+', 'int32') }, { nullable: '0+', default: null }),
};

export const consumerGroupHeartbeatResponse = {
  throttleTimeMs: int32('0+', { default: 0 }),
  errorCode: int16('0+'),
  errorMessage: string('0+', { nullable: '0+', default: null }),
  memberId: string('0+', { nullable: '0+', default: null }),
  memberEpoch: int32('0+', { default: 0 }),
  heartbeatIntervalMs: int32('0+', { default: 0 }),
  /** A struct that may be null, and here always is: -1 says so. */
  assignment: int8('0+', { default: -1 }),
};

export const describeGroupsRequest = { groups: array('0+', 'string'), includeAuthorizedOperations: bool('3+') };

export const describeGroupsResponse = {
  throttleTimeMs: int32('1+'),
  groups: array('0+', {
    errorCode: int16('0+'),
    groupId: string('0+'),
    groupState: string('0+'),
    protocolType: string('0+'),
    protocolData: string('0+'),
    members: array('0+', {
      memberId: string('0+'),
      groupInstanceId: string('4+', { nullable: '4+', default: null }),
      clientId: string('0+'),
      clientHost: string('0+'),
      memberMetadata: bytes('0+'),
      memberAssignment: bytes('0+'),
    }),
    authorizedOperations: int32('3+', { default: NOT_ASKED }),
  }),
};

export const listGroupsRequest = { statesFilter: array('4+', 'string') };

export const listGroupsResponse = {
  throttleTimeMs: int32('1+'),
  errorCode: int16('0+'),
  groups: array('0+', { groupId: string('0+'), protocolType: string('0+'), groupState: string('4+') }),
};

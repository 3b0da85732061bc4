/**
 * Messages that are not requests: what a group coordinator stores in `__consumer_offsets`, and what consumers put into
 * the opaque bytes of JoinGroup and SyncGroup. Each begins with its version as an int16: see message.ts.
 */
import { array, bytes, int32, int64, schema, string } from '../schema.ts';

/** Versions 0 and 1 of a key in `__consumer_offsets` are offset commits, 2 is group metadata. */
export const OffsetCommitKey = schema('OffsetCommitKey', '0-1', Infinity, {
  group: string('0+'),
  topic: string('0+'),
  partition: int32('0+'),
});

export const OffsetCommitValue = schema('OffsetCommitValue', '0-4', 4, {
  offset: int64('0+'),
  leaderEpoch: int32('3+', { default: -1 }),
  metadata: string('0+'),
  commitTimestamp: int64('0+'),
  expireTimestamp: int64('1', { default: -1 }),
});

export const GroupMetadataKey = schema('GroupMetadataKey', '2', Infinity, { group: string('0+') });

export const GroupMetadataValue = schema('GroupMetadataValue', '0-4', 4, {
  protocolType: string('0+'),
  generation: int32('0+'),
  protocol: string('0+', { nullable: '0+' }),
  leader: string('0+', { nullable: '0+' }),
  currentStateTimestamp: int64('2+', { default: -1 }),
  members: array('0+', {
    memberId: string('0+'),
    groupInstanceId: string('3+', { nullable: '3+', default: null }),
    clientId: string('0+'),
    clientHost: string('0+'),
    rebalanceTimeout: int32('1+'),
    sessionTimeout: int32('0+'),
    subscription: bytes('0+'),
    assignment: bytes('0+'),
  }),
});

const topicPartitions = { topic: string('0+'), partitions: array('0+', 'int32') };

export const ConsumerProtocolSubscription = schema('ConsumerProtocolSubscription', '0-3', Infinity, {
  topics: array('0+', 'string'),
  userData: bytes('0+', { nullable: '0+', default: null }),
  ownedPartitions: array('1+', topicPartitions),
  generationId: int32('2+', { default: -1 }),
  rackId: string('3+', { nullable: '3+', default: null }),
});

export const ConsumerProtocolAssignment = schema('ConsumerProtocolAssignment', '0-3', Infinity, {
  assignedPartitions: array('0+', topicPartitions),
  userData: bytes('0+', { nullable: '0+', default: null }),
});

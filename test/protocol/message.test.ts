/** Messages that stand alone: what the coordinator stores, what kafkajs puts into JoinGroup and SyncGroup. */
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import {
  ConsumerProtocolAssignment, ConsumerProtocolSubscription, GroupMetadataKey, OffsetCommitKey, ProtocolError, decodeGroupKey, decodeMessage, encodeMessage,
} from '../../broker/protocol/index.ts';

const { MemberMetadata, MemberAssignment } = createRequire(import.meta.url)('kafkajs/src/consumer/assignerProtocol.js') as {
  MemberMetadata: { encode(o: object): Buffer; decode(buffer: Buffer): unknown };
  MemberAssignment: { encode(o: object): Buffer; decode(buffer: Buffer): unknown };
};

test('a key of __consumer_offsets is told by its version', () => {
  expect(decodeGroupKey(encodeMessage(OffsetCommitKey, 1, { group: 'g', topic: 't', partition: 2 }))).toEqual({ kind: 'offset', group: 'g', topic: 't', partition: 2 });
  expect(decodeGroupKey(encodeMessage(GroupMetadataKey, 2, { group: 'g' }))).toEqual({ kind: 'group', group: 'g' });
  expect(decodeGroupKey(Buffer.from([0, 7, 1, 2]))).toEqual({ kind: 'unknown', version: 7 });
  expect(() => decodeGroupKey(Buffer.from([0]))).toThrow(ProtocolError);
});

test('a version that is not known is told apart from garbage', () => {
  expect(() => decodeMessage(GroupMetadataKey, Buffer.from([0, 3, 0, 0]))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_VERSION' }));
  expect(() => decodeMessage(GroupMetadataKey, Buffer.from([0, 2, 0, 9]))).toThrow(expect.objectContaining({ code: 'MALFORMED' }));
});

test('subscriptions and assignments of kafkajs', () => {
  const subscription = MemberMetadata.encode({ version: 0, topics: ['a', 'b'], userData: Buffer.from('u') });
  expect(decodeMessage(ConsumerProtocolSubscription, subscription)).toMatchObject({ version: 0, value: { topics: ['a', 'b'], userData: Buffer.from('u'), ownedPartitions: [] } });
  const assignment = MemberAssignment.encode({ version: 0, assignment: { a: [0, 1] } });
  expect(decodeMessage(ConsumerProtocolAssignment, assignment).value).toEqual({ assignedPartitions: [{ topic: 'a', partitions: [0, 1] }], userData: Buffer.alloc(0) });
  const ours = encodeMessage(ConsumerProtocolAssignment, 0, { assignedPartitions: [{ topic: 'a', partitions: [2] }] });
  expect(MemberAssignment.decode(ours)).toMatchObject({ version: 0, assignment: { a: [2] } });
});

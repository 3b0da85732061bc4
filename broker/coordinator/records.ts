/**
 * The records of `__consumer_offsets` in Kafka's own format: OffsetCommit (key versions 0 and 1) and GroupMetadata (key version 2).
 * Writes value version 3 of both, as Kafka 4.0 does; reads all. A record of another kind (a newer group protocol) is skipped,
 * one that cannot be read is a damaged log: ProtocolError, and a coordinator that cannot load must not serve.
 */
import { decodeGroupKey, decodeMessage, encodeMessage, GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue } from '../protocol/index.ts';
import type { GroupRecord } from './journal.ts';

export type CoordinatorRecord =
  | { readonly kind: 'offset'; readonly group: string; readonly topic: string; readonly partition: number; readonly value: CommittedOffset | null }
  | { readonly kind: 'group'; readonly group: string; readonly value: GroupSnapshot | null };

export interface CommittedOffset {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly metadata: string;
  /** Wall clock, for people: nothing is decided by it. */
  readonly commitTimestampMs: number;
}

export interface GroupSnapshot {
  readonly protocolType: string;
  readonly generation: number;
  readonly protocolName: string | null;
  readonly leaderId: string | null;
  readonly stateTimestampMs: number;
  readonly members: readonly MemberSnapshot[];
}

export interface MemberSnapshot {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Buffer;
  readonly assignment: Buffer;
}

const OFFSET_KEY_VERSION = 1;
const GROUP_KEY_VERSION = 2;
const VALUE_VERSION = 3;

/** A null value is a tombstone. */
export function offsetRecord(group: string, topic: string, partition: number, committed: CommittedOffset | null): GroupRecord {
  const key = encodeMessage(OffsetCommitKey, OFFSET_KEY_VERSION, { group, topic, partition });
  if (committed === null) return { key, value: null };
  const { offset, leaderEpoch, metadata, commitTimestampMs } = committed;
  return { key, value: encodeMessage(OffsetCommitValue, VALUE_VERSION, { offset, leaderEpoch, metadata, commitTimestamp: commitTimestampMs }) };
}

export function groupRecord(group: string, snapshot: GroupSnapshot | null): GroupRecord {
  const key = encodeMessage(GroupMetadataKey, GROUP_KEY_VERSION, { group });
  if (snapshot === null) return { key, value: null };
  const { protocolType, generation, protocolName: protocol, leaderId: leader, stateTimestampMs: currentStateTimestamp } = snapshot;
  const members = snapshot.members.map((m) => ({
    memberId: m.id, groupInstanceId: m.instanceId, clientId: m.clientId, clientHost: m.clientHost,
    rebalanceTimeout: m.rebalanceTimeoutMs, sessionTimeout: m.sessionTimeoutMs, subscription: m.subscription, assignment: m.assignment,
  }));
  return { key, value: encodeMessage(GroupMetadataValue, VALUE_VERSION, { protocolType, generation, protocol, leader, currentStateTimestamp, members }) };
}

/** Undefined for a record of a kind this coordinator does not know. */
export function readRecord(record: { readonly key: Buffer | null; readonly value: Buffer | null }): CoordinatorRecord | undefined {
  if (record.key === null) return undefined;
  const key = decodeGroupKey(record.key);
  if (key.kind === 'unknown') return undefined;
  if (key.kind === 'offset') return { ...key, value: record.value && readOffset(record.value) };
  return { ...key, value: record.value && readGroup(record.value) };
}

function readOffset(bytes: Buffer): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp: commitTimestampMs } = decodeMessage(OffsetCommitValue, bytes).value;
  return { offset, leaderEpoch, metadata, commitTimestampMs };
}

/** Version 0 has no rebalance timeout. Bytes are copied, so that a few of them do not keep a whole batch alive. */
function readGroup(bytes: Buffer): GroupSnapshot {
  const { version, value } = decodeMessage(GroupMetadataValue, bytes);
  const members = value.members.map((m) => ({
    id: m.memberId, instanceId: m.groupInstanceId, clientId: m.clientId, clientHost: m.clientHost,
    rebalanceTimeoutMs: version === 0 ? m.sessionTimeout : m.rebalanceTimeout, sessionTimeoutMs: m.sessionTimeout,
    subscription: Buffer.from(m.subscription), assignment: Buffer.from(m.assignment),
  }));
  const { protocolType, generation, protocol: protocolName, leader: leaderId, currentStateTimestamp: stateTimestampMs } = value;
  return { protocolType, generation, protocolName, leaderId, stateTimestampMs, members };
}

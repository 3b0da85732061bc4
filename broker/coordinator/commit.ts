/**
 * OffsetCommit: checked against the group as it is now, written to the log, and only then visible and answered. A commit that
 * was accepted counts even if its group rebalances before it is durable: the log's order is the truth, as in Kafka.
 */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import type { Group } from './group.ts';
import type { GroupRecord } from './journal.ts';
import { generationError, memberError } from './members.ts';
import { offsetRecord } from './records.ts';
import type { CommittedOffset } from './records.ts';
import { fits } from './registry.ts';
import type { Registry } from './registry.ts';

type CommitRequest = RequestOf<'OffsetCommit'>;

interface Commit {
  readonly topic: string;
  readonly partition: number;
  readonly value: CommittedOffset;
}

export async function offsetCommit(registry: Registry, request: CommitRequest): Promise<ResponseInit<'OffsetCommit'>> {
  const identity = { groupId: request.groupId, memberId: request.memberId, generation: request.generationIdOrMemberEpoch };
  const refuse = (error: number): ResponseInit<'OffsetCommit'> => {
    registry.traceRefused('OffsetCommit', identity, error);
    return answer(request, () => error);
  };
  const error = commitError(registry, request);
  if (error !== ErrorCode.NONE) return refuse(error);

  const group = registry.groups.get(request.groupId);
  const member = group?.members.get(request.memberId);
  member?.session.set(member.sessionTimeoutMs);
  const outcome = (topic: string, metadata: string | null): number => partitionError(registry, topic, metadata);
  const commits = accepted(registry, request, outcome);
  if (commits.length > 0) {
    const records: GroupRecord[] = commits.map(({ topic, partition, value }) => offsetRecord(request.groupId, topic, partition, value));
    if (!(await registry.journal.append(records))) return refuse(ErrorCode.NOT_COORDINATOR);
    apply(registry, request, commits);
  }
  return answer(request, outcome);
}

function commitError(registry: Registry, request: CommitRequest): number {
  if (registry.closed) return ErrorCode.NOT_COORDINATOR;
  if (!fits(request.groupId)) return ErrorCode.INVALID_GROUP_ID;
  const group = registry.groups.get(request.groupId);
  const error = group === undefined ? strangerError(request) : groupError(group, request);
  if (error !== ErrorCode.NONE) return error;
  if (registry.groupOrNew(request.groupId) === undefined) return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (registry.journal.inFlight >= registry.config.maxAppendsInFlight) return ErrorCode.COORDINATOR_LOAD_IN_PROGRESS;
  return ErrorCode.NONE;
}

/** Of a group that does not exist only a consumer that manages its partitions itself can commit. */
function strangerError(request: CommitRequest): number {
  return request.generationIdOrMemberEpoch < 0 ? ErrorCode.NONE : ErrorCode.ILLEGAL_GENERATION;
}

function groupError(group: Group, request: CommitRequest): number {
  const { generationIdOrMemberEpoch: generation, memberId, groupInstanceId } = request;
  if (generation < 0 && group.state === 'Empty') return ErrorCode.NONE;
  if (generation < 0 && memberId === '' && groupInstanceId === null) return ErrorCode.UNKNOWN_MEMBER_ID;
  const error = memberError(group, memberId, groupInstanceId) || generationError(group, generation);
  if (error !== ErrorCode.NONE) return error;
  return group.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

function partitionError(registry: Registry, topic: string, metadata: string | null): number {
  if (!fits(topic)) return ErrorCode.INVALID_TOPIC_EXCEPTION;
  const tooLarge = Buffer.byteLength(metadata ?? '') > registry.config.offsetMetadataMaxBytes;
  return tooLarge ? ErrorCode.OFFSET_METADATA_TOO_LARGE : ErrorCode.NONE;
}

function accepted(registry: Registry, request: CommitRequest, outcome: (topic: string, metadata: string | null) => number): Commit[] {
  const commitTimestampMs = registry.nowMs();
  return request.topics.flatMap((topic) =>
    topic.partitions
      .filter((partition) => outcome(topic.name, partition.committedMetadata) === ErrorCode.NONE)
      .map((partition) => {
        const { committedOffset: offset, committedLeaderEpoch: leaderEpoch, committedMetadata } = partition;
        return { topic: topic.name, partition: partition.partitionIndex, value: { offset, leaderEpoch, metadata: committedMetadata ?? '', commitTimestampMs } };
      }),
  );
}

/** The group is looked up again: it may have come into being, or been forgotten, while the log worked. */
function apply(registry: Registry, request: CommitRequest, commits: readonly Commit[]): void {
  const group = registry.groupForCommit(request.groupId);
  for (const { topic, partition, value } of commits) {
    group.offsets.apply(topic, partition, value);
    registry.traceCommit(group.id, request.generationIdOrMemberEpoch, request.memberId, `${topic}-${partition}`, value.offset);
  }
}

function answer(request: CommitRequest, outcome: (topic: string, metadata: string | null) => number): ResponseInit<'OffsetCommit'> {
  return {
    topics: request.topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, committedMetadata }) => ({ partitionIndex, errorCode: outcome(name, committedMetadata) })),
    })),
  };
}

/**
 * OffsetFetch. Offsets are read only after the log has proved that no successor led when the request came: a coordinator that was
 * replaced without noticing would otherwise answer with an offset older than one its successor has acknowledged.
 */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import type { CommittedOffset } from './records.ts';
import type { Registry, RequestContext } from './registry.ts';

/** From this version on a request asks for several groups. */
const BATCHED_FROM = 8;

type Wanted = readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null;

interface Found {
  name: string;
  partitions: { partitionIndex: number; committedOffset: number; committedLeaderEpoch: number; metadata: string; errorCode: number }[];
}

const NOTHING: CommittedOffset = { offset: -1, leaderEpoch: -1, metadata: '', commitTimestampMs: -1 };

export async function offsetFetch(registry: Registry, request: RequestOf<'OffsetFetch'>, context: RequestContext): Promise<ResponseInit<'OffsetFetch'>> {
  const errorCode = (await registry.journal.proveLeadership()) ? ErrorCode.NONE : ErrorCode.NOT_COORDINATOR;
  if (errorCode !== ErrorCode.NONE) registry.traceRefused('OffsetFetch', { groupId: groupIds(request, context), memberId: '', generation: -1 }, errorCode);
  const find = (groupId: string, wanted: Wanted): Found[] => {
    if (errorCode !== ErrorCode.NONE) return refused(wanted, errorCode);
    return wanted === null ? everything(registry, groupId) : some(registry, groupId, wanted);
  };
  if (context.version < BATCHED_FROM) return { errorCode, topics: find(request.groupId, request.topics) };
  const groups = request.groups.map(({ groupId, topics }) => ({ groupId, errorCode, topics: errorCode === ErrorCode.NONE ? find(groupId, topics) : [] }));
  return { groups };
}

function groupIds(request: RequestOf<'OffsetFetch'>, context: RequestContext): string {
  return context.version < BATCHED_FROM ? request.groupId : request.groups.map((group) => group.groupId).join(' ');
}

function everything(registry: Registry, groupId: string): Found[] {
  const topics = registry.groups.get(groupId)?.offsets.entries() ?? [];
  return topics.map(([name, partitions]) => ({ name, partitions: [...partitions].map(([index, value]) => found(index, value)) }));
}

function some(registry: Registry, groupId: string, wanted: NonNullable<Wanted>): Found[] {
  const offsets = registry.groups.get(groupId)?.offsets;
  return wanted.map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes.map((index) => found(index, offsets?.get(name, index))) }));
}

/** Before version 2 there is no place for an error but beside each partition. */
function refused(wanted: Wanted, errorCode: number): Found[] {
  return (wanted ?? []).map(({ name, partitionIndexes }) => ({ name, partitions: partitionIndexes.map((index) => ({ ...found(index, undefined), errorCode })) }));
}

function found(partitionIndex: number, value: CommittedOffset | undefined): Found['partitions'][number] {
  const { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata } = value ?? NOTHING;
  return { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode: ErrorCode.NONE };
}

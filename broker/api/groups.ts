/**
 * The group APIs, routed: a group belongs to the partition of `__consumer_offsets` that its name hashes to, and to the
 * coordinator on that partition's leader. What this broker does not coordinate it refuses, and the client looks again.
 */
import type { GroupCoordinator } from '../coordinator/coordinator.ts';
import { OFFSETS_TOPIC } from '../leadership.ts';
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import type { ClusterState } from '../metadata/state.ts';
import { createTopic } from '../topics.ts';
import type { Handler, Services } from './handler.ts';

const KEY_TYPE_GROUP = 0;
/** Assignment strategies of one member. */
const PROTOCOLS_MAX = 100;

export const findCoordinator: Handler<'FindCoordinator'> = async (request, context, services) => {
  const keys = context.version < 4 ? [request.key] : request.coordinatorKeys;
  const nobody = { nodeId: -1, host: '', port: -1 };
  if (request.keyType !== KEY_TYPE_GROUP) {
    // Of all errors the one that every client takes as final: librdkafka asks again after any other, until init_transactions times out.
    const refusal = { errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, errorMessage: 'transactions are not served by this broker', ...nobody };
    return { ...refusal, coordinators: keys.map((key) => ({ key, ...refusal })) };
  }
  if (!services.state().topics.has(OFFSETS_TOPIC)) await createTopic(services, OFFSETS_TOPIC, services.config.offsetsTopicPartitions, {});
  const coordinators = keys.map((key) => {
    const leader = services.state().topics.get(OFFSETS_TOPIC)?.partitions[partitionOf(key, services.state())]?.leader;
    const broker = leader === undefined ? undefined : services.state().brokers.get(leader);
    if (broker === undefined) return { key, ...nobody, errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE, errorMessage: 'the coordinator is being elected' };
    return { key, nodeId: broker.brokerId, host: broker.host, port: broker.port, errorCode: ErrorCode.NONE, errorMessage: null };
  });
  return { ...coordinators[0]!, coordinators };
};

export const joinGroup: Handler<'JoinGroup'> = async (request, context, services) => {
  const found = route(request.groupId, services);
  if (tooMuch(request, services)) return { errorCode: ErrorCode.INVALID_REQUEST, protocolName: context.version >= 7 ? null : '', leader: '', memberId: request.memberId, members: [] };
  return found.coordinator?.joinGroup(request, context) ?? { errorCode: found.error, protocolName: context.version >= 7 ? null : '', leader: '', memberId: request.memberId, members: [] };
};

export const syncGroup: Handler<'SyncGroup'> = async (request, context, services) => {
  const found = route(request.groupId, services);
  return found.coordinator?.syncGroup(request, context) ?? { errorCode: found.error, assignment: Buffer.alloc(0) };
};

export const heartbeat: Handler<'Heartbeat'> = async (request, context, services) => {
  const found = route(request.groupId, services);
  return found.coordinator?.heartbeat(request, context) ?? { errorCode: found.error };
};

export const leaveGroup: Handler<'LeaveGroup'> = async (request, context, services) => {
  const found = route(request.groupId, services);
  return found.coordinator?.leaveGroup(request, context) ?? { errorCode: found.error, members: [] };
};

export const offsetCommit: Handler<'OffsetCommit'> = async (request, context, services) => {
  const found = route(request.groupId, services);
  if (found.coordinator !== undefined) return found.coordinator.offsetCommit(request, context);
  return { topics: request.topics.map((topic) => ({ name: topic.name, partitions: topic.partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: found.error })) })) };
};

export const offsetFetch: Handler<'OffsetFetch'> = async (request, context, services) => {
  if (context.version >= 8) {
    const groups: ResponseInit<'OffsetFetch'>['groups'] = (await Promise.all(request.groups.map(async (group) => {
      const found = route(group.groupId, services);
      if (found.coordinator === undefined) return [{ groupId: group.groupId, topics: [], errorCode: found.error }];
      return (await found.coordinator.offsetFetch({ ...request, groups: [group] }, context)).groups ?? [];
    }))).flat();
    return { groups };
  }
  const found = route(request.groupId, services);
  if (found.coordinator !== undefined) return found.coordinator.offsetFetch(request, context);
  // Version 1 has no error of its own: it says it with each partition.
  const topics = (request.topics ?? []).map((topic) => ({
    name: topic.name,
    partitions: topic.partitionIndexes.map((partitionIndex) => ({ partitionIndex, committedOffset: -1, metadata: '', errorCode: found.error })),
  }));
  return { topics, errorCode: found.error };
};

/** As Kafka answers when its own new coordinator is off: the client then tells its application to use the classic protocol. */
export const consumerGroupHeartbeat: Handler<'ConsumerGroupHeartbeat'> = async () => ({
  errorCode: ErrorCode.UNSUPPORTED_VERSION, errorMessage: 'the consumer group protocol of KIP-848 is not served; set group.protocol=classic',
});

export const describeGroups: Handler<'DescribeGroups'> = async (request, context, services) => ({
  groups: (await Promise.all(request.groups.map(async (groupId) => {
    const found = route(groupId, services);
    if (found.coordinator !== undefined) return (await found.coordinator.describeGroups({ ...request, groups: [groupId] }, context)).groups;
    return [{ errorCode: found.error, groupId, groupState: '', protocolType: '', protocolData: '', members: [] }];
  }))).flat(),
});

export const listGroups: Handler<'ListGroups'> = async (request, context, services) => {
  const lists = await Promise.all([...services.leadership.allCoordinators()].map((coordinator) => coordinator.listGroups(request, context)));
  return { errorCode: ErrorCode.NONE, groups: lists.flatMap((list) => list.groups) };
};

/** A group keeps what its members say of themselves: bounded like a record, and few enough to be compared. */
function tooMuch({ protocols }: RequestOf<'JoinGroup'>, services: Services): boolean {
  let sizeBytes = 0;
  for (const { metadata } of protocols) sizeBytes += metadata.length;
  return protocols.length > PROTOCOLS_MAX || sizeBytes > services.config.messageMaxBytes;
}

/** `error` is what to say when there is no coordinator here. */
function route(groupId: string, services: Services): { readonly coordinator: GroupCoordinator | undefined; readonly error: ErrorCode } {
  const index = partitionOf(groupId, services.state());
  const coordinator = services.leadership.coordinator(index);
  // Its offsets cannot be read, so its groups are served by nobody.
  if (services.leadership.isDamaged(OFFSETS_TOPIC, index)) return { coordinator: undefined, error: ErrorCode.COORDINATOR_NOT_AVAILABLE };
  const loading = services.leadership.partition(OFFSETS_TOPIC, index) !== undefined;
  return { coordinator, error: loading ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR };
}

/** Kafka's own placement: Java's string hash, made positive, modulo the partitions. -1 before the topic exists. */
export function partitionOf(groupId: string, state: ClusterState): number {
  const partitions = state.topics.get(OFFSETS_TOPIC)?.partitions.length ?? 0;
  let hash = 0;
  for (let at = 0; at < groupId.length; at += 1) hash = (Math.imul(hash, 31) + groupId.charCodeAt(at)) | 0;
  return partitions === 0 ? -1 : (hash & 0x7fffffff) % partitions;
}

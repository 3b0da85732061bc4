/** Metadata: who serves what. Creates topics on first mention where that is allowed. */
import { OFFSETS_TOPIC } from '../leadership.ts';
import { isCurrent, type PartitionState, type TopicState } from '../metadata/state.ts';
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import { createTopic, topicIdBytes, validTopicName } from '../topics.ts';
import type { Handler, Services } from './handler.ts';

type TopicResponse = ResponseInit<'Metadata'>['topics'][number];

const NO_TOPIC_ID = Buffer.alloc(16);

export const metadata: Handler<'Metadata'> = async (request, context, services) => {
  const everything = request.topics === null || (context.version === 0 && request.topics.length === 0);
  const topics: TopicResponse[] = [];
  if (everything) for (const topic of services.state().topics.values()) topics.push(describe(topic));
  else for (const wanted of request.topics!) topics.push(await lookUp(wanted, request, services));
  const { brokers, controller } = services.state();
  return {
    brokers: [...brokers.values()].filter((broker) => !broker.fenced).map((broker) => ({ nodeId: broker.brokerId, host: broker.host, port: broker.port })),
    clusterId: services.config.clusterId,
    // Any broker serves what clients ask a controller for; kafkajs gives up on -1, so between two holders we name ourselves.
    controllerId: isCurrent(services.state(), controller.brokerId, controller.brokerEpoch) ? controller.brokerId : services.config.brokerId,
    topics,
  };
};

async function lookUp(wanted: NonNullable<RequestOf<'Metadata'>['topics']>[number], request: RequestOf<'Metadata'>, services: Services): Promise<TopicResponse> {
  if (wanted.name === null) {
    const topic = [...services.state().topics.values()].find((entry) => topicIdBytes(entry).equals(wanted.topicId));
    return topic === undefined ? { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId: wanted.topicId, partitions: [] } : describe(topic);
  }
  const { name } = wanted;
  if (!services.state().topics.has(name) && request.allowAutoTopicCreation && services.config.autoCreateTopics && validTopicName(name)) {
    const { numPartitions, offsetsTopicPartitions } = services.config;
    await createTopic(services, name, name === OFFSETS_TOPIC ? offsetsTopicPartitions : numPartitions, {});
  }
  const topic = services.state().topics.get(name);
  if (topic !== undefined) return describe(topic);
  return { errorCode: validTopicName(name) ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION, name, topicId: NO_TOPIC_ID, partitions: [] };
}

function describe(topic: TopicState): TopicResponse {
  return { errorCode: ErrorCode.NONE, name: topic.name, topicId: topicIdBytes(topic), isInternal: topic.name === OFFSETS_TOPIC, partitions: topic.partitions.map(describePartition) };
}

/** Storage is shared, so the leader is the only replica there is. */
function describePartition(partition: PartitionState): TopicResponse['partitions'][number] {
  const led = partition.leader !== -1;
  const nodes = [led ? partition.leader : partition.lastLeader];
  return {
    errorCode: led ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE,
    partitionIndex: partition.index, leaderId: partition.leader, leaderEpoch: partition.leaderEpoch,
    replicaNodes: nodes, isrNodes: led ? nodes : [], offlineReplicas: led ? [] : nodes,
  };
}

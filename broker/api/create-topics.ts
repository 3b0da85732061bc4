/** CreateTopics. Replicas are the store's business: any replication factor is accepted and means nothing here. */
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import { configProblem, createTopic, PARTITIONS_MAX, topicIdBytes, validTopicName } from '../topics.ts';
import type { Handler, Services } from './handler.ts';

type TopicRequest = RequestOf<'CreateTopics'>['topics'][number];
type TopicResponse = ResponseInit<'CreateTopics'>['topics'][number];

const NO_TOPIC_ID = Buffer.alloc(16);

export const createTopics: Handler<'CreateTopics'> = async (request, _context, services) => {
  const topics: TopicResponse[] = [];
  const mentions = new Map<string, number>();
  for (const { name } of request.topics) mentions.set(name, (mentions.get(name) ?? 0) + 1);
  for (const topic of request.topics) {
    topics.push(mentions.get(topic.name)! > 1 ? refused(topic, ErrorCode.INVALID_REQUEST, 'named twice in one request') : await create(topic, request.validateOnly, services));
  }
  return { topics };
};

async function create(topic: TopicRequest, validateOnly: boolean, services: Services): Promise<TopicResponse> {
  if (!validTopicName(topic.name)) return refused(topic, ErrorCode.INVALID_TOPIC_EXCEPTION, 'a topic name is 1 to 249 of a-z A-Z 0-9 . _ -');
  if (services.state().topics.has(topic.name)) return refused(topic, ErrorCode.TOPIC_ALREADY_EXISTS, `topic ${topic.name} exists`);
  if (topic.assignments.length > 0) {
    if (topic.numPartitions !== -1 || topic.replicationFactor !== -1) return refused(topic, ErrorCode.INVALID_REQUEST, 'counts are given besides the assignments they follow from');
    const indexes = new Set(topic.assignments.map(({ partitionIndex }) => partitionIndex));
    if (!topic.assignments.every((_, index) => indexes.has(index))) return refused(topic, ErrorCode.INVALID_REPLICA_ASSIGNMENT, 'assigned partitions must be 0, 1, 2 and so on, each once');
  }
  const partitions = topic.assignments.length > 0 ? topic.assignments.length : topic.numPartitions === -1 ? services.config.numPartitions : topic.numPartitions;
  if (partitions < 1 || partitions > PARTITIONS_MAX) return refused(topic, ErrorCode.INVALID_PARTITIONS, `${partitions} partitions; 1 to ${PARTITIONS_MAX} are accepted`);
  if (topic.replicationFactor === 0 || topic.replicationFactor < -1) return refused(topic, ErrorCode.INVALID_REPLICATION_FACTOR, `replication factor ${topic.replicationFactor}`);
  const configs: Record<string, string> = {};
  for (const { name, value } of topic.configs) {
    const problem = configProblem(name, value);
    if (problem !== undefined) return refused(topic, ErrorCode.INVALID_CONFIG, problem);
    configs[name] = value!;
  }
  const accepted = { name: topic.name, topicId: NO_TOPIC_ID, errorCode: ErrorCode.NONE, numPartitions: partitions, replicationFactor: 1, configs: [] };
  if (validateOnly) return accepted;
  const problem = await createTopic(services, topic.name, partitions, configs);
  if (problem !== undefined) return refused(topic, problem === 'TOPIC_EXISTS' ? ErrorCode.TOPIC_ALREADY_EXISTS : ErrorCode.BROKER_NOT_AVAILABLE, problem);
  const created = services.state().topics.get(topic.name);
  return { ...accepted, topicId: created === undefined ? NO_TOPIC_ID : topicIdBytes(created) };
}

function refused(topic: TopicRequest, errorCode: ErrorCode, errorMessage: string): TopicResponse {
  return { name: topic.name, topicId: NO_TOPIC_ID, errorCode, errorMessage, configs: [] };
}

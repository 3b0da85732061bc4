/** DescribeConfigs, for topics (2) and brokers (4). */
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import { shortened, topicConfigDefaults } from '../topics.ts';
import type { Handler, Services } from './handler.ts';

const TOPIC = 2;
const BROKER = 4;
const SOURCE_TOPIC = 1;
const SOURCE_STATIC_BROKER = 4;
const SOURCE_DEFAULT = 5;

type Resource = RequestOf<'DescribeConfigs'>['resources'][number];
type Result = ResponseInit<'DescribeConfigs'>['results'][number];

export const describeConfigs: Handler<'DescribeConfigs'> = async (request, _context, services) => ({
  results: request.resources.map((resource) => describe(resource, services)),
});

function describe(resource: Resource, services: Services): Result {
  const { resourceType, resourceName } = resource;
  const refused = (errorCode: ErrorCode, errorMessage: string): Result => ({ errorCode, errorMessage, resourceType, resourceName, configs: [] });
  const answer = (values: Readonly<Record<string, string>>, sourceOf: (name: string) => number): Result => ({
    errorCode: ErrorCode.NONE, resourceType, resourceName,
    configs: Object.entries(values)
      .filter(([name]) => resource.configurationKeys === null || resource.configurationKeys.includes(name))
      .map(([name, value]) => ({ name, value, readOnly: true, isDefault: sourceOf(name) === SOURCE_DEFAULT, configSource: sourceOf(name), isSensitive: false, synonyms: [] })),
  });
  if (resourceType === TOPIC) {
    const topic = services.state().topics.get(resourceName);
    if (topic === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `no topic ${shortened(resourceName)}`);
    return answer({ ...topicConfigDefaults, ...topic.configs }, (name) => (name in topic.configs ? SOURCE_TOPIC : SOURCE_DEFAULT));
  }
  if (resourceType === BROKER) {
    const { config } = services;
    if (resourceName !== '' && resourceName !== String(config.brokerId)) return refused(ErrorCode.INVALID_REQUEST, `this is broker ${config.brokerId}; ask broker ${shortened(resourceName)} itself`);
    const values = {
      'auto.create.topics.enable': String(config.autoCreateTopics), 'broker.id': String(config.brokerId), 'message.max.bytes': String(config.messageMaxBytes),
      'num.partitions': String(config.numPartitions), 'offsets.topic.num.partitions': String(config.offsetsTopicPartitions), 'socket.request.max.bytes': String(config.requestMaxBytes),
    };
    return answer(values, () => SOURCE_STATIC_BROKER);
  }
  return refused(ErrorCode.INVALID_REQUEST, `resource type ${resourceType} is not served`);
}

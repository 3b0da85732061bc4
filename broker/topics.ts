/** Topics: their names, their configurations, and how one comes to be. */
import type { Services } from './api/handler.ts';
import type { TopicState } from './metadata/state.ts';
import type { RejectionCode } from './metadata/commands.ts';

export const PARTITIONS_MAX = 10_000;

/** What may be configured, and Kafka's default. Recorded and shown; `retention.*` and `cleanup.policy=compact` are not acted on yet. */
export const topicConfigDefaults: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'compression.type': 'producer',
  'max.message.bytes': '1048588',
  'message.timestamp.type': 'CreateTime',
  'min.insync.replicas': '1',
  'retention.bytes': '-1',
  'retention.ms': '-1',
  'segment.bytes': '1073741824',
  'segment.ms': '604800000',
};

/** Configurations whose meaning would be silently broken if they were accepted. */
const UNSERVED: Readonly<Record<string, (value: string) => boolean>> = {
  'cleanup.policy': (value) => value.includes('compact'),
  'message.timestamp.type': (value) => value !== 'CreateTime',
};

export function validTopicName(name: string): boolean {
  return name.length > 0 && name.length <= 249 && name !== '.' && name !== '..' && /^[a-zA-Z0-9._-]+$/.test(name);
}

/** Undefined when the configuration is accepted, else why not. */
export function configProblem(name: string, value: string | null): string | undefined {
  if (!Object.hasOwn(topicConfigDefaults, name)) return `unknown topic configuration ${shortened(name)}`;
  if (value === null) return `${name} has no value`;
  return Object.hasOwn(UNSERVED, name) && UNSERVED[name]!(value) ? `${name}=${shortened(value)} is not served by this broker` : undefined;
}

/** Creates the topic in the metadata; `TOPIC_EXISTS` is for the caller to judge. */
export async function createTopic(services: Services, name: string, partitions: number, configs: Readonly<Record<string, string>>): Promise<RejectionCode | undefined> {
  const topicId = services.runtime.random.fork(`topic ${services.brokerEpoch} ${services.state().seq} ${name}`).bytes(16).toString('hex');
  const [result] = await services.append([{ type: 'create-topic', name, topicId, partitions, configs }]);
  return result!.ok ? undefined : result!.error;
}

/** Text of a client's, short enough to stand in a message to it. */
export function shortened(text: string): string {
  return text.length <= 249 ? text : `${text.slice(0, 249)}...`;
}

export function topicIdBytes(topic: TopicState): Buffer {
  return Buffer.from(topic.topicId, 'hex');
}

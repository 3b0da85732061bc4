/** Topics made and described by kafkajs, for suites whose client cannot. */
import { Kafka, logLevel } from 'kafkajs';

export function kafkaClient(brokers: readonly string[], clientId = 'live'): Kafka {
  return new Kafka({ clientId, brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1_000 } });
}

export async function createTopic(brokers: readonly string[], topic: string, numPartitions: number): Promise<void> {
  const admin = kafkaClient(brokers).admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions, replicationFactor: 1 }] });
  await admin.disconnect();
}

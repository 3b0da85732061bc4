/** Creates the topic before anybody uses it. */
import type { Runtime } from '../../runtime/index.ts';
import { kafkaClient } from '../clients/kafkajs.ts';
import { type ClientContext, untilItWorks } from './context.ts';

export async function createTopic(rt: Runtime, context: ClientContext): Promise<void> {
  const status = context.board.enter(rt.node);
  const { kafka } = kafkaClient(rt, status.process, context.bootstrap);
  const admin = kafka.admin();
  context.board.doing(status, 'connecting');
  await untilItWorks(rt, PAUSE_MS, () => admin.connect());
  context.board.doing(status, `creating the topic ${context.topic}`);
  // `createTopics` says false when it exists already: an earlier attempt whose answer was lost.
  await untilItWorks(rt, PAUSE_MS, () =>
    admin.createTopics({ topics: [{ topic: context.topic, numPartitions: context.partitions, replicationFactor: 1 }], waitForLeaders: true }),
  );
  status.done = true;
}

const PAUSE_MS = 500;

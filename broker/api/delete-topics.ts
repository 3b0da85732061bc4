/** DeleteTopics: the metadata forgets the topic at once; its objects are collected later. */
import { OFFSETS_TOPIC } from '../leadership.ts';
import { ErrorCode, type ResponseInit } from '../protocol/index.ts';
import { topicIdBytes } from '../topics.ts';
import type { Handler, Services } from './handler.ts';

type TopicResponse = ResponseInit<'DeleteTopics'>['responses'][number];

const NO_TOPIC_ID = Buffer.alloc(16);

export const deleteTopics: Handler<'DeleteTopics'> = async (request, context, services) => {
  const responses: TopicResponse[] = [];
  if (context.version < 6) {
    for (const name of request.topicNames) responses.push(await remove(name, NO_TOPIC_ID, services));
  } else {
    for (const wanted of request.topics) {
      const named = wanted.name ?? [...services.state().topics.values()].find((topic) => topicIdBytes(topic).equals(wanted.topicId))?.name;
      responses.push(named === undefined ? { name: null, topicId: wanted.topicId, errorCode: ErrorCode.UNKNOWN_TOPIC_ID } : await remove(named, wanted.topicId, services));
    }
  }
  return { responses };
};

async function remove(name: string, topicId: Buffer, services: Services): Promise<TopicResponse> {
  if (name === OFFSETS_TOPIC) return { name, topicId, errorCode: ErrorCode.INVALID_TOPIC_EXCEPTION, errorMessage: 'internal topics are not deleted' };
  if (!services.state().topics.has(name)) return { name, topicId, errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
  const [result] = await services.append([{ type: 'delete-topic', name }]);
  return { name, topicId, errorCode: result!.ok ? ErrorCode.NONE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION };
}

/** Produce: batches in, offsets out, and not before the WAL has them (unless nobody waits: acks=0). */
import { ErrorCode, validateBatch, BatchAttribute, type RequestOf } from '../protocol/index.ts';
import { OFFSETS_TOPIC } from '../leadership.ts';
import { absentError } from './absent.ts';
import type { Handler, Services } from './handler.ts';

const NO_OFFSET = -1;
const OLDEST_VERSION_SERVED = 3;
const ZSTD = 4;
/** Readers that speak less may not know it (KIP-110). */
const ZSTD_FROM = 7;

interface PartitionOutcome {
  readonly index: number;
  readonly errorCode: ErrorCode;
  readonly baseOffset: number;
  readonly logStartOffset?: number;
  readonly errorMessage?: string | null;
}

type PartitionRequest = RequestOf<'Produce'>['topicData'][number]['partitionData'][number];

export const produce: Handler<'Produce'> = async (request, context, services) => {
  if (![0, 1, -1].includes(request.acks)) return refuseAll(request, ErrorCode.INVALID_REQUIRED_ACKS);
  if (context.version < OLDEST_VERSION_SERVED) return refuseAll(request, ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT);
  if (request.transactionalId !== null) return refuseAll(request, ErrorCode.INVALID_TXN_STATE);
  const topics = request.topicData.map((topic) => ({ name: topic.name, appended: topic.partitionData.map((partition) => append(topic.name, partition, context.version, services)) }));
  // Nobody reads an answer; only a closed connection makes such a producer look for the leader again, as in Kafka.
  if (request.acks === 0) return topics.some(({ appended }) => appended.some(({ durable }) => durable === undefined)) ? 'disconnect' : null;
  let expire: (durable: false) => void;
  const expired = new Promise<false>((resolve) => (expire = resolve));
  const timer = services.runtime.clock.setTimer(Math.max(request.timeoutMs, 1), () => expire(false));
  const responses = await Promise.all(topics.map(async ({ name, appended }) => ({
    name,
    partitionResponses: await Promise.all(appended.map((pending) => acknowledge(pending, expired))),
  })));
  timer.cancel();
  return { responses };
};

interface Pending {
  readonly outcome: PartitionOutcome;
  /** Undefined when it was refused. */
  readonly durable?: Promise<boolean>;
  readonly stillLed: () => boolean;
}

/** Checks and appends, without waiting. */
function append(topic: string, request: PartitionRequest, version: number, services: Services): Pending {
  const partition = services.leadership.partition(topic, request.index);
  const refused = (errorCode: ErrorCode, errorMessage: string | null = null): Pending => ({ outcome: { index: request.index, errorCode, baseOffset: NO_OFFSET, errorMessage }, stillLed: () => true });
  // What is in there is the coordinator's word; a stranger's record would be believed, or keep it from loading.
  if (topic === OFFSETS_TOPIC) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, 'the topic is internal');
  if (partition === undefined) return refused(absentError(topic, request.index, services));
  const records = Array.isArray(request.records) ? Buffer.concat(request.records) : request.records;
  if (records === null || records.length === 0) return refused(ErrorCode.INVALID_RECORD, 'no record batch');
  if (records.length > services.config.messageMaxBytes) return refused(ErrorCode.MESSAGE_TOO_LARGE, `${records.length} bytes, at most ${services.config.messageMaxBytes} are accepted`);
  const verdict = validateBatch(records);
  if (!verdict.ok) return refused(verdict.error, verdict.message);
  if ((verdict.header.attributes & (BatchAttribute.TRANSACTIONAL | BatchAttribute.CONTROL)) !== 0) return refused(ErrorCode.INVALID_TXN_STATE, 'transactions are not served');
  if ((verdict.header.attributes & BatchAttribute.LOG_APPEND_TIME) !== 0) return refused(ErrorCode.INVALID_TIMESTAMP, 'a producer does not set the log append time');
  if (version < ZSTD_FROM && (verdict.header.attributes & BatchAttribute.COMPRESSION) === ZSTD) return refused(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `zstd needs version ${ZSTD_FROM}`);
  // The one copy out of the socket's buffer: from here on the bytes belong to the log.
  const result = partition.append(Buffer.from(records), verdict.header);
  if (!result.ok) return refused(result.error, result.message);
  return {
    outcome: { index: request.index, errorCode: ErrorCode.NONE, baseOffset: result.baseOffset, logStartOffset: partition.logStart },
    durable: result.durable,
    stillLed: () => partition.open,
  };
}

async function acknowledge(pending: Pending, expired: Promise<false>): Promise<PartitionOutcome> {
  if (pending.durable === undefined) return pending.outcome;
  const durable = await Promise.race([pending.durable, expired]);
  if (durable) return pending.outcome;
  // The outcome is unknown; both codes make a client look for the leader and send again.
  const errorCode = pending.stillLed() ? ErrorCode.REQUEST_TIMED_OUT : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  return { index: pending.outcome.index, errorCode, baseOffset: NO_OFFSET };
}

async function refuseAll(request: RequestOf<'Produce'>, errorCode: ErrorCode): ReturnType<Handler<'Produce'>> {
  if (request.acks === 0) return 'disconnect';
  return { responses: request.topicData.map((topic) => ({ name: topic.name, partitionResponses: topic.partitionData.map(({ index }) => ({ index, errorCode, baseOffset: NO_OFFSET })) })) };
}

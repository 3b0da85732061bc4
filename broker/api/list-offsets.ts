/** ListOffsets: where a log begins and ends, and what was written since a time. */
import { StoreError } from '../../runtime/index.ts';
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import { DataObjectCorruptError } from '../storage/data-object.ts';
import { ObjectGoneError } from '../storage/object-reader.ts';
import { absentError, leaderEpochError } from './absent.ts';
import type { Handler, Services } from './handler.ts';

const LATEST = -1;
const EARLIEST = -2;

type PartitionRequest = RequestOf<'ListOffsets'>['topics'][number]['partitions'][number];
type PartitionResponse = ResponseInit<'ListOffsets'>['topics'][number]['partitions'][number];

export const listOffsets: Handler<'ListOffsets'> = async (request, _context, services) => ({
  topics: await Promise.all(request.topics.map(async (topic) => ({
    name: topic.name,
    partitions: await Promise.all(topic.partitions.map((wanted) => offsetOf(topic.name, wanted, services))),
  }))),
});

async function offsetOf(topic: string, { partitionIndex, currentLeaderEpoch, timestamp: timestampMs }: PartitionRequest, services: Services): Promise<PartitionResponse> {
  const partition = services.leadership.partition(topic, partitionIndex);
  if (partition === undefined) return { partitionIndex, errorCode: absentError(topic, partitionIndex, services) };
  const epochError = leaderEpochError(currentLeaderEpoch, partition.leaderEpoch);
  if (epochError !== ErrorCode.NONE) return { partitionIndex, errorCode: epochError };
  // Someone replaced without knowing it would tell an end that has long been passed (read-your-ack, KIP-207).
  if (!(await services.leadership.proveLeadership(partition))) return { partitionIndex, errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER };
  const found = (offset: number, timestamp = -1): PartitionResponse => ({ partitionIndex, errorCode: ErrorCode.NONE, offset, timestamp, leaderEpoch: partition.leaderEpoch });
  if (timestampMs === LATEST) return found(partition.highWatermark);
  if (timestampMs === EARLIEST) return found(partition.logStart);
  if (timestampMs < 0) return { partitionIndex, errorCode: ErrorCode.UNSUPPORTED_VERSION };
  try {
    const record = await partition.offsetForTime(timestampMs);
    return record === undefined ? found(-1) : found(record.offset, record.timestampMs);
  } catch (error) {
    if (error instanceof DataObjectCorruptError) return { partitionIndex, errorCode: ErrorCode.CORRUPT_MESSAGE };
    if (!(error instanceof StoreError) && !(error instanceof ObjectGoneError)) throw error;
    return { partitionIndex, errorCode: ErrorCode.KAFKA_STORAGE_ERROR };
  }
}

/** Fetch: a long poll over many partitions. Returns when there is enough, when time is up, or when there is an error to tell. */
import { StoreError } from '../../runtime/index.ts';
import { ErrorCode, type RequestOf, type ResponseInit } from '../protocol/index.ts';
import { DataObjectCorruptError } from '../storage/data-object.ts';
import { ObjectGoneError } from '../storage/object-reader.ts';
import type { Partition } from '../log/partition.ts';
import { absentError, leaderEpochError } from './absent.ts';
import type { Handler, RequestContext, Services } from './handler.ts';

/** Fetch sessions (KIP-227) are an optimisation that we do not offer: session 0 means full requests. */
const NO_SESSION = 0;
/** Epochs of a request that says everything by itself: the first of a session, and one outside any. */
const FULL_REQUEST_EPOCHS: readonly number[] = [0, -1];
/** With an error, too, records are empty and not null, as Kafka answers: librdkafka gives up on the whole response otherwise. */
const NOTHING: readonly Buffer[] = [];
const RESPONSE_BYTES_MAX = 64 * 1024 * 1024;

type TopicRequest = RequestOf<'Fetch'>['topics'][number];
type PartitionRequest = TopicRequest['partitions'][number];
type PartitionResponse = ResponseInit<'Fetch'>['responses'][number]['partitions'][number];

interface Round {
  readonly responses: { topic: string; partitions: PartitionResponse[] }[];
  readonly sizeBytes: number;
  readonly failed: boolean;
}

export const fetch: Handler<'Fetch'> = async (request, context, services) => {
  if (!FULL_REQUEST_EPOCHS.includes(request.sessionEpoch)) return { errorCode: ErrorCode.FETCH_SESSION_ID_NOT_FOUND, sessionId: NO_SESSION, responses: [] };
  const { clock } = services.runtime;
  const deadlineMs = clock.monotonicMs() + request.maxWaitMs;
  const enoughBytes = Math.min(request.minBytes, responseBytesMax(request));
  const watch = new ChangeWatch(request, context, services);
  try {
    for (;;) {
      watch.changed = false;
      const round = await readAll(request, services);
      const leftMs = deadlineMs - clock.monotonicMs();
      if (round.failed || round.sizeBytes >= enoughBytes || leftMs <= 0) return { errorCode: ErrorCode.NONE, sessionId: NO_SESSION, responses: round.responses };
      await watch.changeOrTimeout(leftMs, services);
      if (watch.gone) return null;
    }
  } finally {
    watch.stop();
  }
};

async function readAll(request: RequestOf<'Fetch'>, services: Services): Promise<Round> {
  let budget = responseBytesMax(request);
  let sizeBytes = 0;
  let failed = false;
  const responses: Round['responses'] = [];
  for (const topic of request.topics) {
    const partitions: PartitionResponse[] = [];
    for (const wanted of topic.partitions) {
      const response = await readPartition(topic.topic, wanted, Math.min(wanted.partitionMaxBytes, budget), sizeBytes === 0, services);
      const bytes = sizeOf(response.records);
      sizeBytes += bytes;
      budget = Math.max(0, budget - bytes);
      failed ||= response.errorCode !== ErrorCode.NONE;
      partitions.push(response);
    }
    responses.push({ topic: topic.topic, partitions });
  }
  return { responses, sizeBytes, failed };
}

function responseBytesMax(request: RequestOf<'Fetch'>): number {
  return Math.min(Math.max(request.maxBytes, 0), RESPONSE_BYTES_MAX);
}

/** `first`: nothing else is in the response yet, so one batch is given however large it is (KIP-74). */
async function readPartition(topic: string, wanted: PartitionRequest, maxBytes: number, first: boolean, services: Services): Promise<PartitionResponse> {
  const refused = (errorCode: ErrorCode, partition?: Partition): PartitionResponse => ({
    partitionIndex: wanted.partition, errorCode, highWatermark: partition?.highWatermark ?? -1, lastStableOffset: partition?.highWatermark ?? -1, logStartOffset: partition?.logStart ?? -1, records: NOTHING,
  });
  const partition = services.leadership.partition(topic, wanted.partition);
  if (partition === undefined) return refused(absentError(topic, wanted.partition, services));
  const epochError = leaderEpochError(wanted.currentLeaderEpoch, partition.leaderEpoch);
  if (epochError !== ErrorCode.NONE) return refused(epochError);
  if (wanted.fetchOffset < partition.logStart || wanted.fetchOffset > partition.logEnd) {
    // This answer makes a client give up its position, so say it only as the proven leader (kafkajs#1119).
    if (!(await services.leadership.proveLeadership(partition))) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (wanted.fetchOffset < partition.logStart || wanted.fetchOffset > partition.logEnd) return refused(ErrorCode.OFFSET_OUT_OF_RANGE, partition);
  }
  const records = first || maxBytes > 0 ? await read(partition, wanted.fetchOffset, maxBytes, services) : [];
  if (typeof records === 'number') return refused(records, partition);
  const fits = first || sizeOf(records) <= maxBytes;
  return {
    partitionIndex: wanted.partition, errorCode: ErrorCode.NONE,
    highWatermark: partition.highWatermark, lastStableOffset: partition.highWatermark, logStartOffset: partition.logStart,
    abortedTransactions: null, records: fits ? [...records] : [],
  };
}

/** The batches, or the error to tell. Damaged bytes are never served; the next offset may be sound. */
async function read(partition: Partition, offset: number, maxBytes: number, services: Services): Promise<readonly Buffer[] | ErrorCode> {
  try {
    return await partition.read(offset, maxBytes);
  } catch (error) {
    if (error instanceof DataObjectCorruptError) {
      services.runtime.tracer.trace('partition.damaged', { tp: partition.tp, offset, why: error.message });
      return ErrorCode.CORRUPT_MESSAGE;
    }
    if (!(error instanceof StoreError) && !(error instanceof ObjectGoneError)) throw error;
    if (error instanceof ObjectGoneError) await services.refresh();
    return partition.open ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }
}

function sizeOf(records: PartitionResponse['records'] | readonly Buffer[]): number {
  if (records === null || records === undefined) return 0;
  if (!Array.isArray(records)) return (records as Buffer).length;
  let sizeBytes = 0;
  for (const chunk of records as readonly Buffer[]) sizeBytes += chunk.length;
  return sizeBytes;
}

/** Notices when one of the partitions has more to show or is led no longer, also while it is being read; and when nobody waits any more. */
class ChangeWatch {
  changed = false;
  gone = false;
  private wake: (() => void) | undefined;
  private readonly stops: (() => void)[] = [];

  constructor(request: RequestOf<'Fetch'>, context: RequestContext, services: Services) {
    this.stops.push(context.onGone(() => {
      this.gone = true;
      this.notice();
    }));
    for (const topic of request.topics) {
      for (const { partition: index } of topic.partitions) {
        const partition = services.leadership.partition(topic.topic, index);
        if (partition !== undefined) this.stops.push(partition.onChange(() => this.notice()));
      }
    }
  }

  changeOrTimeout(timeoutMs: number, services: Services): Promise<void> {
    if (this.changed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = services.runtime.clock.setTimer(timeoutMs, () => this.notice());
      this.wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  stop(): void {
    for (const stop of this.stops) stop();
  }

  private notice(): void {
    this.changed = true;
    this.wake?.();
    this.wake = undefined;
  }
}

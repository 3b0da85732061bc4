/**
 * Asks one broker, again and again and whoever leads, what only the cluster as a whole knows: where the partitions end, what groups have
 * committed, what follows the last acknowledged record, which producer id is new. Clients learn of a new leader and go to it; this one keeps asking the
 * old one too. Who has been replaced without knowing it must give no answer rather than an old one (KIP-207).
 */
import { ErrorCode, type ApiName, type RequestInit, type ResponseOf } from '../../broker/protocol/index.ts';
import type { Address, Runtime, Tp } from '../../runtime/index.ts';
import { askIfReachable } from '../clients/lean.ts';
import type { ClientContext, ClientStatus } from './context.ts';

interface Watch {
  readonly rt: Runtime;
  readonly context: ClientContext;
  readonly process: string;
  readonly broker: Address;
  readonly groups: readonly string[];
  readonly indexes: readonly number[];
}

export async function watchBroker(rt: Runtime, context: ClientContext, { process }: ClientStatus, broker: Address, groups: readonly string[]): Promise<void> {
  const watch = { rt, context, process, broker, groups, indexes: Array.from({ length: context.partitions }, (_, index) => index) };
  while (context.phase.consuming) {
    await rt.clock.sleep(EVERY_MS);
    await Promise.all([logEnds(watch), committed(watch), afterLastRecord(watch), newProducer(watch)]);
  }
}

// Who does not lead says so; that is nothing to remember.

async function logEnds(watch: Watch): Promise<void> {
  const { rt, context: { history, topic }, process, broker, indexes } = watch;
  const ops = indexes.map((index) => {
    const op = history.nextOp();
    history.record(rt, process, { kind: 'op.list-offsets', op, tp: tpOf(watch, index), broker: broker.host });
    return op;
  });
  const answer = await question(watch, 'ListOffsets', 5, { topics: [{ name: topic, partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp: LATEST })) }] });
  for (const { partitionIndex, errorCode, offset } of answer?.topics[0]?.partitions ?? []) {
    if (errorCode === ErrorCode.NONE) history.record(rt, process, { kind: 'op.list-offsets.ok', op: ops[partitionIndex]!, start: null, end: offset });
  }
}

async function committed(watch: Watch): Promise<void> {
  const { rt, context: { history, topic }, process, broker, groups, indexes } = watch;
  const ops = groups.map((group) => indexes.map((index) => {
    const op = history.nextOp();
    history.record(rt, process, { kind: 'op.fetch-committed', op, group, tp: tpOf(watch, index), broker: broker.host });
    return op;
  }));
  const answer = await question(watch, 'OffsetFetch', 8, { groups: groups.map((groupId) => ({ groupId, topics: [{ name: topic, partitionIndexes: indexes }] })) });
  for (const { groupId, topics } of answer?.groups ?? []) {
    for (const { partitionIndex, errorCode, committedOffset, metadata } of topics[0]?.partitions ?? []) {
      if (errorCode === ErrorCode.NONE) history.record(rt, process, { kind: 'op.fetch-committed.ok', op: ops[groups.indexOf(groupId)]![partitionIndex]!, offset: committedOffset, commitId: metadata });
    }
  }
}

/** A client that is told that its offset is out of range gives its position up (kafkajs#1119). */
async function afterLastRecord(watch: Watch): Promise<void> {
  const { rt, context: { board, history, topic }, process, broker, indexes } = watch;
  const ops: number[] = [];
  const partitions = indexes.map((index) => {
    const tp = tpOf(watch, index);
    const op = history.nextOp();
    const offset = board.acked.get(tp) ?? 0;
    history.record(rt, process, { kind: 'op.fetch', op, tp, offset, broker: broker.host });
    ops.push(op);
    return { partition: index, fetchOffset: offset, partitionMaxBytes: 1 };
  });
  const answer = await question(watch, 'Fetch', 11, { maxWaitMs: 0, minBytes: 0, maxBytes: 1, sessionEpoch: -1, topics: [{ topic, partitions }] });
  for (const { partitionIndex, errorCode } of answer?.responses[0]?.partitions ?? []) {
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) history.record(rt, process, { kind: 'op.fetch.out-of-range', op: ops[partitionIndex]! });
  }
}

/** Of an idempotent producer. What brokers know of ids must survive them. */
async function newProducer(watch: Watch): Promise<void> {
  const { rt, context: { history }, process, broker } = watch;
  const op = history.nextOp();
  history.record(rt, process, { kind: 'op.init-producer', op, broker: broker.host });
  const answer = await question(watch, 'InitProducerId', 2, { transactionalId: null, transactionTimeoutMs: 60_000 });
  if (answer?.errorCode === ErrorCode.NONE) history.record(rt, process, { kind: 'op.init-producer.ok', op, producerId: answer.producerId });
}

function tpOf({ context }: Watch, index: number): Tp {
  return `${context.topic}-${index}`;
}

function question<N extends ApiName>({ rt, broker }: Watch, api: N, version: number, body: RequestInit<N>): Promise<ResponseOf<N> | undefined> {
  return askIfReachable(rt, broker, api, version, body, ANSWER_MS);
}

const LATEST = -1;
const EVERY_MS = 2_000;
const ANSWER_MS = 2_000;

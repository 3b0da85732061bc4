/**
 * The last client of a run, after everything has healed and everybody else has finished: reads every partition from its start
 * to its end and asks for what is committed. What was acknowledged and is not found here is lost.
 */
import type { Admin, Consumer } from 'kafkajs';
import type { Runtime, Tp } from '../../runtime/index.ts';
import { kafkaClient, METADATA_MAX_AGE_MS } from '../clients/kafkajs.ts';
import { errorName, errorText } from '../clients/outcome.ts';
import { type ClientContext, type ClientStatus, untilItWorks } from './context.ts';
import { fetchCommitted } from './observer.ts';
import { polledRecord } from './record.ts';

export async function readEverything(rt: Runtime, context: ClientContext, group: string): Promise<void> {
  const status = context.board.enter(rt.node);
  const reader: Reader = { rt, context, status, ranges: new Map() };
  const { kafka } = kafkaClient(rt, status.process, context.bootstrap);
  const admin = kafka.admin();
  context.board.doing(status, 'connecting');
  await untilItWorks(rt, PAUSE_MS, () => admin.connect());
  context.board.doing(status, 'asking for the committed offsets');
  await untilItWorks(rt, PAUSE_MS, () => demand(fetchCommitted(rt, context, status, admin, group)), FAILURES_MAX);
  context.board.doing(status, 'asking where the partitions start and end');
  await untilItWorks(rt, PAUSE_MS, () => demand(listOffsets(reader, admin)), FAILURES_MAX);
  const consumer = kafka.consumer({
    groupId: `${status.process}-reader`,
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return;
    context.history.record(rt, status.process, { kind: 'op.crash', error: errorText(payload.error) });
    rt.exit('kafkajs gave up');
  });
  await untilItWorks(rt, PAUSE_MS, async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [context.topic], fromBeginning: true });
  });
  for (const [tp, range] of reader.ranges) if (range.start === range.end) drained(reader, tp, range);
  if (!status.done) await read(reader, consumer);
}

/** A refusal as an error. */
async function demand(answer: Promise<boolean>): Promise<void> {
  if (!(await answer)) throw new Error('no answer');
}

interface Reader {
  readonly rt: Runtime;
  readonly context: ClientContext;
  readonly status: ClientStatus;
  /** What is still to be read of each partition; a partition leaves when it has been read. */
  readonly ranges: Map<Tp, Range>;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

async function listOffsets(reader: Reader, admin: Admin): Promise<boolean> {
  const { rt, context, status, ranges } = reader;
  const { history, topic } = context;
  const ops = Array.from({ length: context.partitions }, (_, partition) => {
    const op = history.nextOp();
    history.record(rt, status.process, { kind: 'op.list-offsets', op, tp: `${topic}-${partition}`, broker: null });
    return op;
  });
  try {
    const answers = await admin.fetchTopicOffsets(topic);
    for (const { partition, low, high } of answers) {
      const op = ops[partition];
      if (op === undefined) continue;
      const range = { start: Number(low), end: Number(high) };
      history.record(rt, status.process, { kind: 'op.list-offsets.ok', op, ...range });
      ranges.set(`${topic}-${partition}`, range);
    }
    return ranges.size === context.partitions;
  } catch (error) {
    for (const op of ops) history.record(rt, status.process, { kind: 'op.list-offsets.fail', op, error: errorName(error) });
    return false;
  }
}

function read(reader: Reader, consumer: Consumer): Promise<void> {
  const { rt, context, status, ranges } = reader;
  waitingFor(reader);
  return consumer.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => {
      const tp: Tp = `${batch.topic}-${batch.partition}`;
      const records = batch.messages.map(polledRecord);
      context.history.record(rt, status.process, {
        kind: 'op.poll', group: null, generation: -1, tp, highWatermark: Number(batch.highWatermark), records,
      });
      const range = ranges.get(tp);
      const last = records[records.length - 1];
      if (range !== undefined && last !== undefined && last.offset + 1 >= range.end) drained(reader, tp, range);
      waitingFor(reader);
    },
  });
}

function drained({ rt, context, status, ranges }: Reader, tp: Tp, range: Range): void {
  context.history.record(rt, status.process, { kind: 'op.drained', tp, ...range });
  ranges.delete(tp);
  status.done = ranges.size === 0;
}

function waitingFor({ context, status, ranges }: Reader): void {
  const left = [...ranges].map(([tp, { end }]) => `${tp} up to ${end}`);
  context.board.doing(status, left.length === 0 ? 'finished' : `reading ${left.join(', ')}`);
}

/** kafkajs never gets out of a connection whose ApiVersions request timed out: after this many refusals a new process asks. */
const FAILURES_MAX = 3;
const PAUSE_MS = 500;
const SESSION_TIMEOUT_MS = 10_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 200;

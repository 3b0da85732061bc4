/**
 * A producer at a steady pace: one send in flight, one partition a send, chosen here and never by the library (kafkajs breaks
 * its own promises otherwise, see docs). What was sent once is never sent again under the same id by this application.
 */
import type { Producer } from 'kafkajs';
import type { Runtime } from '../../runtime/index.ts';
import { kafkaClient, METADATA_MAX_AGE_MS, REQUEST_TIMEOUT_MS } from '../clients/kafkajs.ts';
import { errorName, sendOutcome } from '../clients/outcome.ts';
import type { WireTap } from '../clients/wire-tap.ts';
import type { ProducerConfig } from '../scenario.ts';
import { type ClientContext, type ClientStatus, untilItWorks } from './context.ts';
import { fnv1a, outgoingRecord, valueId } from './record.ts';

export async function produce(rt: Runtime, context: ClientContext, config: ProducerConfig): Promise<void> {
  const status = context.board.enter(rt.node);
  const idempotent = config.kind === 'idempotent';
  const { kafka, tap } = kafkaClient(rt, status.process, context.bootstrap);
  const producer = kafka.producer({
    idempotent,
    // Without the limit kafkajs pipelines retries of one idempotent batch with the next (kafkajs #598).
    ...(idempotent
      ? { maxInFlightRequests: 1, retry: { retries: Number.MAX_SAFE_INTEGER } }
      : { retry: { retries: rt.random.fork('retries').pick(RETRIES) } }),
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    createPartitioner: () => ({ message }) => message.partition ?? 0,
  });
  context.board.doing(status, 'connecting');
  await untilItWorks(rt, RECONNECT_PAUSE_MS, () => producer.connect());
  const session: Session = { rt, context, config, status, producer, tap, sent: 0 };
  const intervalMs = (config.recordsPerSend * 1000) / config.recordsPerSecond;
  // Producers that start together do not stay in step.
  let dueMs = rt.clock.monotonicMs() + rt.random.fork('phase').float() * intervalMs;
  while (context.phase.producing) {
    const waitMs = dueMs - rt.clock.monotonicMs();
    if (waitMs > 0) {
      context.board.doing(status, 'waiting for its next turn');
      await rt.clock.sleep(waitMs);
      continue;
    }
    const known = await sendOnce(session);
    if (!known && idempotent) {
      // kafkajs takes back the sequence numbers of a send that failed for good and gives them to the next one, which the
      // broker would then take for a repetition. Only a new producer id is safe after that.
      rt.exit('an idempotent send ended unknown: the producer id cannot be used any more');
      return;
    }
    // A stall is not made up for by a burst.
    dueMs = Math.max(dueMs + intervalMs, rt.clock.monotonicMs());
  }
  context.board.doing(status, 'finished');
  status.done = true;
}

interface Session {
  readonly rt: Runtime;
  readonly context: ClientContext;
  readonly config: ProducerConfig;
  readonly status: ClientStatus;
  readonly producer: Producer;
  readonly tap: WireTap;
  sent: number;
}

/** False when the outcome is unknown. */
async function sendOnce(session: Session): Promise<boolean> {
  const { rt, context, config, status, producer, tap } = session;
  const { history, board, topic } = context;
  const key = config.kind === 'keyed' ? `k${rt.random.int(0, KEYS - 1)}` : null;
  const partition = key === null ? rt.random.int(0, context.partitions - 1) : fnv1a(key) % context.partitions;
  const values = Array.from({ length: config.recordsPerSend }, (_, index) => valueId(status.process, session.sent + index));
  session.sent += config.recordsPerSend;
  const op = history.nextOp();
  const tp = `${topic}-${partition}`;
  history.record(rt, status.process, {
    kind: 'op.send', op, tp, key, values, producer: { idempotent: config.kind === 'idempotent', maxInFlight: 1 },
  });
  board.doing(status, `waiting for the answer to its send ${op} to ${tp}`);
  const before = tap.produceRequests;
  try {
    const answers = await producer.send({
      topic,
      acks: -1,
      timeout: ACK_TIMEOUT_MS,
      messages: values.map((id) => outgoingRecord(id, status.process, key, partition, config.valueBytes)),
    });
    const baseOffset = Number(answers[0]?.baseOffset ?? -1);
    history.record(rt, status.process, { kind: 'op.send.ok', op, baseOffset });
    board.reached(board.acked, tp, baseOffset + values.length);
    return true;
  } catch (error) {
    const outcome = sendOutcome(error, tap.produceRequests - before);
    history.record(rt, status.process, { kind: `op.send.${outcome}`, op, error: errorName(error) });
    return outcome === 'fail' && config.kind !== 'idempotent';
  }
}

/** Some applications give up early, some late: those that give up early see more unknown outcomes. */
const RETRIES = [0, 2, 8];
const KEYS = 24;
const RECONNECT_PAUSE_MS = 500;
/** What the broker is asked to answer within; below the client's own patience, so that the broker speaks first. */
const ACK_TIMEOUT_MS = REQUEST_TIMEOUT_MS - 1_000;

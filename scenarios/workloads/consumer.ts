/**
 * A member of a consumer group that processes batches and commits by hand, each commit under an id of its own. It commits what it
 * has processed; the payments demo commits first, which is the mistake the demo is about.
 */
import type { Consumer, EachBatchPayload } from 'kafkajs';
import type { PolledRecord, Runtime, Tp } from '../../runtime/index.ts';
import { kafkaClient, METADATA_MAX_AGE_MS } from '../clients/kafkajs.ts';
import { commitOutcome, errorName, errorText } from '../clients/outcome.ts';
import { disconnectGuarded } from '../clients/spin-guard.ts';
import type { WireTap } from '../clients/wire-tap.ts';
import type { GroupConfig } from '../scenario.ts';
import { type ClientContext, type ClientStatus, untilItWorks } from './context.ts';
import { type Membership, type MembershipView, watchMembership } from './membership.ts';
import { polledRecord } from './record.ts';
import { straggle } from './straggler.ts';

export async function consume(rt: Runtime, context: ClientContext, config: GroupConfig): Promise<void> {
  const status = context.board.enter(rt.node);
  const { kafka, tap } = kafkaClient(rt, status.process, context.bootstrap, () => giveUp({ rt, context, status }, 'kafkajs hangs: it fetches for a consumer that has stopped'));
  const consumer = kafka.consumer({
    groupId: config.name,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    minBytes: FETCH_MIN_BYTES,
    maxBytesPerPartition: FETCH_MAX_BYTES,
    allowAutoTopicCreation: false,
    metadataMaxAge: METADATA_MAX_AGE_MS,
  });
  const membership = watchMembership(rt, context.history, status.process, config.name, consumer, tap);
  const pipelines = config.pipelining.includes(rt.node);
  const member: Member = { rt, context, config, status, membership, tap, pipelines, committing: Promise.resolve(), refused: 0 };
  restartWhenDead(member, consumer);
  context.board.doing(status, 'connecting');
  await untilItWorks(rt, RECONNECT_PAUSE_MS, async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [context.topic], fromBeginning: true });
  });
  if (config.stragglers.includes(rt.node)) void straggle(rt, context, config.name, status, membership);
  context.board.doing(status, 'joining the group');
  consumer.on(consumer.events.GROUP_JOIN, () => context.board.doing(status, 'waiting for records'));
  consumer.on(consumer.events.REBALANCING, () => context.board.doing(status, 'joining the group again'));
  await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: (batch) => handle(member, batch) });
  await untilAskedToLeave(member);
  context.board.doing(status, 'leaving the group');
  await disconnectGuarded(consumer);
  if (context.phase.consuming) {
    rt.exit('left the group in good order and comes back');
    return;
  }
  context.board.doing(status, 'finished');
  status.done = true;
}

interface Member {
  readonly rt: Runtime;
  readonly context: ClientContext;
  readonly config: GroupConfig;
  readonly status: ClientStatus;
  readonly membership: MembershipView;
  readonly tap: WireTap;
  /** Goes on while a commit is on its way, as applications with an asynchronous commit do. */
  readonly pipelines: boolean;
  /** The commit on its way, if any: there is never more than one. Never rejects. */
  committing: Promise<void>;
  /** Batches in a row that were not this member's. */
  refused: number;
}

async function handle(member: Member, { batch, resolveOffset, heartbeat, commitOffsetsIfNecessary, isRunning }: EachBatchPayload): Promise<void> {
  const { rt, context, config, status, membership } = member;
  const tp: Tp = `${batch.topic}-${batch.partition}`;
  const mine = membership.current;
  if (mine === undefined || !mine.tps.has(tp) || !mine.positioned) {
    // Fetched before a rebalance, delivered after it: no longer ours to process, or to be read again from where the group stands.
    await rt.clock.sleep(NOT_OWNED_PAUSE_MS);
    member.refused += 1;
    // kafkajs goes on fetching what it was assigned before when a join succeeds and its sync fails, and notices only at a commit.
    if (member.refused >= MAX_REFUSED) giveUp(member, 'handed records of partitions it does not own, again and again');
    return;
  }
  member.refused = 0;
  const stillMine = (): boolean => membership.current === mine && isRunning();
  const records = batch.messages.map(polledRecord);
  context.history.record(rt, status.process, {
    kind: 'op.poll', group: config.name, generation: mine.generation, tp, highWatermark: Number(batch.highWatermark), records,
  });
  for (let at = 0; at < records.length && stillMine(); at += MAX_RECORDS_AT_ONCE) {
    const chunk = records.slice(at, at + MAX_RECORDS_AT_ONCE);
    const next = Math.max(...chunk.map(({ offset }) => offset)) + 1;
    const commit = (): Promise<void> => commitOffset(member, mine, batch.topic, batch.partition, next, commitOffsetsIfNecessary);
    context.board.doing(status, `working on ${tp} from ${chunk[0]?.offset}`);
    if (config.commit === 'before-processing') await commit();
    if (!(await process(member, tp, chunk, stillMine))) return;
    resolveOffset(String(next - 1));
    context.board.reached(context.board.processed, tp, next);
    if (config.commit === 'after-processing') await (member.pipelines ? pipeline(member, commit) : commit());
    await heartbeat();
  }
  context.board.doing(status, 'waiting for records');
}

/** False when the partition was lost before the work was done. */
async function process({ rt, context, config, status }: Member, tp: Tp, chunk: readonly PolledRecord[], stillMine: () => boolean): Promise<boolean> {
  if (config.processMs > 0) await rt.clock.sleep(config.processMs);
  if (!stillMine()) return false;
  for (const { offset, value } of chunk) {
    context.history.record(rt, status.process, { kind: 'op.process', tp, offset, value });
  }
  return true;
}

/** Waits for the commit before this one, and not for this one. A refused commit is only noted: a heartbeat will say why. */
async function pipeline(member: Member, commit: () => Promise<void>): Promise<void> {
  await member.committing;
  member.committing = commit().catch(() => undefined);
}

async function commitOffset(
  { rt, context, config, status, tap }: Member,
  mine: Membership,
  topic: string,
  partition: number,
  offset: number,
  // One attempt under the generation the batch belongs to. `consumer.commitOffsets` would repeat it under the next generation (kafkajs #1046)
  // and reports success when the consumer is stopping.
  commitOnce: EachBatchPayload['commitOffsetsIfNecessary'],
): Promise<void> {
  const { history, board } = context;
  const op = history.nextOp();
  const commitId = `${status.process}/${op}`;
  const tp: Tp = `${topic}-${partition}`;
  history.record(rt, status.process, {
    kind: 'op.commit', op, group: config.name, member: mine.member, generation: mine.generation, tp, offset, commitId,
  });
  board.doing(status, `waiting for the answer to its commit ${op} of ${tp}`);
  const before = tap.commitRequests;
  const commit = { partition, offset: String(offset), metadata: commitId };
  try {
    await commitOnce({ topics: [{ topic, partitions: [commit] }] });
    history.record(rt, status.process, { kind: 'op.commit.ok', op });
  } catch (error) {
    const outcome = commitOutcome(error, tap.commitRequests - before);
    history.record(rt, status.process, { kind: `op.commit.${outcome}`, op, error: errorName(error) });
    board.doing(status, `waiting for records, after its commit ${op} of ${tp} ended: ${outcome}`);
    throw error;
  }
}

/** A consumer that gave up, or that shows no sign of life, is replaced by a new process, as its operator would. */
function restartWhenDead(member: Member, consumer: Consumer): void {
  const { rt, status } = member;
  const { events } = consumer;
  let signs = 0;
  const alive = (): void => {
    signs += 1;
  };
  consumer.on(events.FETCH_START, alive);
  consumer.on(events.GROUP_JOIN, alive);
  consumer.on(events.REBALANCING, alive);
  consumer.on(events.CRASH, ({ payload }) => {
    if (payload.restart) return;
    giveUp(member, errorText(payload.error));
  });
  const check = (seen: number): void => {
    rt.clock.setTimer(HUNG_AFTER_MS, () => {
      if (status.done) return;
      if (seen !== signs) return check(signs);
      giveUp(member, 'no sign of life');
    });
  };
  check(-1);
}

function giveUp({ rt, context, status }: Pick<Member, 'rt' | 'context' | 'status'>, error: string): void {
  context.history.record(rt, status.process, { kind: 'op.crash', error });
  rt.exit(`consumer gave up: ${error}`);
}

async function untilAskedToLeave({ rt, context, config }: Member): Promise<void> {
  const { phase } = context;
  const stayMs = config.churnMs * (0.5 + rt.random.fork('stay').float());
  for (let waitedMs = 0; phase.consuming; waitedMs += LEAVE_CHECK_MS) {
    if (config.churnMs > 0 && phase.storm && waitedMs >= stayMs) return;
    await rt.clock.sleep(LEAVE_CHECK_MS);
  }
}

const SESSION_TIMEOUT_MS = 6_000;
const REBALANCE_TIMEOUT_MS = 8_000;
const HEARTBEAT_INTERVAL_MS = 1_000;
const FETCH_WAIT_MS = 500;
const FETCH_MIN_BYTES = 1;
const FETCH_MAX_BYTES = 65_536;
const MAX_RECORDS_AT_ONCE = 100;
const NOT_OWNED_PAUSE_MS = 50;
/** Several seconds' worth. */
const MAX_REFUSED = 100;
const RECONNECT_PAUSE_MS = 500;
const LEAVE_CHECK_MS = 250;
/** Longer than a rebalance with a dead member in it. */
const HUNG_AFTER_MS = 30_000;

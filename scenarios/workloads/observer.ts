/**
 * Somebody who watches a group from outside, as a lag monitor does: asks for its committed offsets again and again, so that
 * an answer that is older than one already given is seen while it happens.
 */
import type { Admin } from 'kafkajs';
import type { Runtime, Tp } from '../../runtime/index.ts';
import { kafkaClient } from '../clients/kafkajs.ts';
import { errorName } from '../clients/outcome.ts';
import { addressOf, type ClientContext, type ClientStatus, untilItWorks } from './context.ts';
import { BOOKS, keepBooks } from './bookkeeper.ts';
import { watchBroker } from './broker-watch.ts';

export async function observe(rt: Runtime, context: ClientContext, group: string): Promise<void> {
  const status = context.board.enter(rt.node);
  const { kafka } = kafkaClient(rt, status.process, context.bootstrap);
  const admin = kafka.admin();
  for (const broker of context.bootstrap) void watchBroker(rt, context, status, addressOf(broker), [group, BOOKS]);
  void keepBooks(rt, context, status);
  await untilItWorks(rt, EVERY_MS, () => admin.connect());
  while (context.phase.consuming) {
    await fetchCommitted(rt, context, status, admin, group);
    await rt.clock.sleep(EVERY_MS);
  }
  status.done = true;
}

/** One OffsetFetch of the whole topic; recorded as one operation a partition. False when it failed. */
export async function fetchCommitted(rt: Runtime, context: ClientContext, status: ClientStatus, admin: Admin, group: string): Promise<boolean> {
  const { history, topic } = context;
  const ops = new Map<number, number>();
  for (let partition = 0; partition < context.partitions; partition += 1) {
    const op = history.nextOp();
    ops.set(partition, op);
    const tp: Tp = `${topic}-${partition}`;
    history.record(rt, status.process, { kind: 'op.fetch-committed', op, group, tp, broker: null });
  }
  try {
    const answers = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    for (const { partition, offset, metadata } of answers.flatMap((answer) => answer.partitions)) {
      const op = ops.get(partition);
      if (op === undefined) continue;
      ops.delete(partition);
      history.record(rt, status.process, { kind: 'op.fetch-committed.ok', op, offset: Number(offset), commitId: metadata });
      context.board.reached(context.board.committed, `${topic}-${partition}`, Number(offset));
    }
    for (const op of ops.values()) history.record(rt, status.process, { kind: 'op.fetch-committed.fail', op, error: 'missing from the answer' });
    return ops.size === 0;
  } catch (error) {
    for (const op of ops.values()) history.record(rt, status.process, { kind: 'op.fetch-committed.fail', op, error: errorName(error) });
    return false;
  }
}

const EVERY_MS = 1_000;

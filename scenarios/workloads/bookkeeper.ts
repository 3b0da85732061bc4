/**
 * An application that assigns partitions by hand and keeps its offsets with Kafka, without ever joining a group: so do stream
 * processors and connectors. It asks anew for its coordinator before each commit, so it is with a new one long before a member is.
 */
import { ErrorCode, errorName } from '../../broker/protocol/index.ts';
import type { Address, Runtime } from '../../runtime/index.ts';
import { askIfReachable, findCoordinator } from '../clients/lean.ts';
import { addressOf, type ClientContext, type ClientStatus } from './context.ts';

export const BOOKS = 'books';

export async function keepBooks(rt: Runtime, context: ClientContext, status: ClientStatus): Promise<void> {
  const random = rt.random.fork('books');
  while (context.phase.consuming) {
    await rt.clock.sleep(EVERY_MS);
    const coordinator = await findCoordinator(rt, addressOf(random.pick(context.bootstrap)), BOOKS, ANSWER_MS);
    if (coordinator !== undefined) await commit(rt, context, status, coordinator);
  }
}

async function commit(rt: Runtime, { board, history, topic, partitions: count }: ClientContext, { process }: ClientStatus, coordinator: Address): Promise<void> {
  const ops: number[] = [];
  const partitions = Array.from({ length: count }, (_, partitionIndex) => {
    const op = history.nextOp();
    const tp = `${topic}-${partitionIndex}` as const;
    const committedOffset = board.acked.get(tp) ?? 0;
    const commitId = `${process}/${BOOKS}-${op}`;
    history.record(rt, process, { kind: 'op.commit', op, group: BOOKS, member: '', generation: NO_GENERATION, tp, offset: committedOffset, commitId });
    ops.push(op);
    return { partitionIndex, committedOffset, committedMetadata: commitId };
  });
  const answer = await askIfReachable(rt, coordinator, 'OffsetCommit', 5, { groupId: BOOKS, generationIdOrMemberEpoch: NO_GENERATION, memberId: '', topics: [{ name: topic, partitions }] }, ANSWER_MS);
  const answered = new Map(answer?.topics[0]?.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]));
  for (const [index, op] of ops.entries()) {
    const error = answered.get(index);
    if (error === undefined) history.record(rt, process, { kind: 'op.commit.unknown', op, error: 'no answer' });
    else if (error === ErrorCode.NONE) history.record(rt, process, { kind: 'op.commit.ok', op });
    else history.record(rt, process, { kind: 'op.commit.fail', op, error: errorName(error) });
  }
}

const NO_GENERATION = -1;
const EVERY_MS = 500;
const ANSWER_MS = 2_000;

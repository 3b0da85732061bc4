/** OffsetCommit by our own wire client, under whatever name and generation: for those that no library would let commit. */
import { ErrorCode, errorName } from '../../broker/protocol/index.ts';
import type { Address, Runtime, Tp } from '../../runtime/index.ts';
import { askIfReachable } from '../clients/lean.ts';
import type { ClientContext, ClientStatus } from './context.ts';

export interface Committer {
  readonly group: string;
  /** Empty, with generation -1: of no member. */
  readonly member: string;
  readonly generation: number;
  /** What its commits are called, beside the process and a number. */
  readonly label: string;
}

/** One request; recorded as one operation a partition. `offsets` are of the context's topic. */
export async function commitByHand(rt: Runtime, { history, topic }: ClientContext, { process }: ClientStatus, coordinator: Address, { group, member, generation, label }: Committer, offsets: ReadonlyMap<number, number>): Promise<void> {
  const ops = new Map<number, number>();
  const partitions = [...offsets].map(([partitionIndex, committedOffset]) => {
    const op = history.nextOp();
    const tp: Tp = `${topic}-${partitionIndex}`;
    const committedMetadata = `${process}/${label}-${op}`;
    history.record(rt, process, { kind: 'op.commit', op, group, member, generation, tp, offset: committedOffset, commitId: committedMetadata });
    ops.set(partitionIndex, op);
    return { partitionIndex, committedOffset, committedMetadata };
  });
  const answer = await askIfReachable(rt, coordinator, 'OffsetCommit', 5, { groupId: group, generationIdOrMemberEpoch: generation, memberId: member, topics: [{ name: topic, partitions }] }, ANSWER_MS);
  const answered = new Map(answer?.topics[0]?.partitions.map(({ partitionIndex, errorCode }) => [partitionIndex, errorCode]));
  for (const [index, op] of ops) {
    const error = answered.get(index);
    if (error === undefined) history.record(rt, process, { kind: 'op.commit.unknown', op, error: 'no answer' });
    else if (error === ErrorCode.NONE) history.record(rt, process, { kind: 'op.commit.ok', op });
    else history.record(rt, process, { kind: 'op.commit.fail', op, error: errorName(error) });
  }
}

const ANSWER_MS = 2_000;

/** Committed offsets: who may commit, when a commit is seen, and what a coordinator that was replaced may say. */
import { describe, expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { Consumer, Lab, stabilise } from './lab.ts';
import { settled } from './manual-clock.ts';

describe('who may commit', () => {
  test('a zombie of an earlier generation may not', async () => {
    const lab = new Lab();
    const [zombie, other] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(zombie);
    const { generation } = zombie;
    expect(await zombie.commit(10)).toBe(ErrorCode.NONE);
    const joining = other.join();
    await settled();
    await Promise.all([zombie.join(), joining]);
    await Promise.all([zombie.sync(), other.sync()]);
    expect(await zombie.commit(99, 0, { generation })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await lab.offsets()).toEqual({ 't-0': 10 });
    expect(lab.kinds('group.refused').at(-1)).toEqual({ group: 'g', member: zombie.memberId, generation, error: 'ILLEGAL_GENERATION', api: 'OffsetCommit' });
  });

  test('a member that was thrown out may not, even though the generation is the same', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    await b.leave();
    expect(await b.commit(1)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('while members rejoin: yes; while they wait for the assignment: not yet', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a);
    const joining = b.join();
    await settled();
    expect(await a.commit(7)).toBe(ErrorCode.NONE);
    await Promise.all([a.join(), joining]);
    expect(await a.commit(8)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
  });

  test('a consumer without a group membership only while the group has no members', async () => {
    const lab = new Lab();
    const [simple, a] = [new Consumer(lab), new Consumer(lab)];
    expect(await simple.commit(3, 0, { generation: 4 })).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect(await simple.commit(3)).toBe(ErrorCode.NONE);
    expect(await simple.commit(4)).toBe(ErrorCode.NONE);
    await stabilise(a);
    expect(await simple.commit(5)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    await a.leave();
    expect(await simple.commit(6)).toBe(ErrorCode.NONE);
    expect(await lab.offsets()).toEqual({ 't-0': 6 });
  });

  test('a commit counts as a sign of life', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    for (let i = 0; i < 5; i++) {
      await lab.clock.advance(6_000);
      expect(await a.commit(i)).toBe(ErrorCode.NONE);
    }
  });

  test('metadata has a limit, per partition', async () => {
    const lab = new Lab();
    const partition = (partitionIndex: number, bytes: number) => ({ partitionIndex, committedOffset: 1, committedMetadata: 'm'.repeat(bytes) });
    const topics = [{ name: 't', partitions: [partition(0, 4_096), partition(1, 4_097)] }];
    const answer = await lab.call('OffsetCommit', 7, { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '', topics });
    expect(answer.topics[0]?.partitions.map((p) => p.errorCode)).toEqual([ErrorCode.NONE, ErrorCode.OFFSET_METADATA_TOO_LARGE]);
    expect(await lab.offsets()).toEqual({ 't-0': 1 });
  });

  test('commits that wait for the log are bounded', async () => {
    const lab = new Lab({ maxAppendsInFlight: 2 });
    const simple = new Consumer(lab);
    lab.log.holding = true;
    const waiting = [simple.commit(1), simple.commit(2)];
    expect(await simple.commit(3)).toBe(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
    lab.log.release();
    expect(await Promise.all(waiting)).toEqual([0, 0]);
  });
});

describe('when a commit is seen', () => {
  test('answered and visible only when durable', async () => {
    const lab = new Lab();
    const simple = new Consumer(lab);
    await simple.commit(1);
    lab.log.holding = true;
    const committing = simple.commit(2);
    await settled();
    expect(await lab.offsets()).toEqual({ 't-0': 1 });
    expect(lab.kinds('group.commit').length).toBe(1);
    lab.log.release();
    expect(await committing).toBe(ErrorCode.NONE);
    expect(await lab.offsets()).toEqual({ 't-0': 2 });
    expect(lab.kinds('group.commit').at(-1)).toEqual({ group: 'g', generation: -1, member: '', tp: 't-0', offset: 2 });
  });

  test('in the order of the log, even if the log reports out of order', async () => {
    const lab = new Lab();
    const simple = new Consumer(lab);
    lab.log.holding = true;
    const answered: number[] = [];
    const commits = [1, 2, 3].map((offset) => simple.commit(offset).then(() => answered.push(offset)));
    lab.log.release(3, true);
    await Promise.all(commits);
    expect(answered).toEqual([1, 2, 3]);
    expect(await lab.offsets()).toEqual({ 't-0': 3 });
    expect(await lab.successor().offsets()).toEqual({ 't-0': 3 });
  });

  test('one accepted before a rebalance counts when it becomes durable after', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    lab.log.holding = true;
    const committing = a.commit(5);
    await settled();
    await a.join();
    lab.log.release();
    expect(await committing).toBe(ErrorCode.NONE);
    expect(await lab.offsets()).toEqual(await lab.successor().offsets());
  });
});

describe('OffsetFetch', () => {
  test('answers only with proof of leadership', async () => {
    const lab = new Lab();
    const simple = new Consumer(lab);
    await simple.commit(1);
    expect(lab.log.proofs).toBe(0);
    await lab.offsets();
    expect(lab.log.proofs).toBe(1);
    // A successor takes over and acknowledges a newer commit; the first coordinator has not noticed.
    const zombie = lab.log;
    zombie.leading = false;
    expect((await lab.call('OffsetFetch', 5, { groupId: 'g', topics: null })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    const asked = await lab.call('OffsetFetch', 1, { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] });
    expect(asked.topics[0]?.partitions[0]).toMatchObject({ errorCode: ErrorCode.NOT_COORDINATOR, committedOffset: -1 });
    expect((await lab.call('OffsetFetch', 8, { groups: [{ groupId: 'g', topics: null }] })).groups).toEqual([{ groupId: 'g', topics: [], errorCode: ErrorCode.NOT_COORDINATOR }]);
  });

  test('several groups, all or some partitions, unknown ones', async () => {
    const lab = new Lab();
    const [g, h] = [new Consumer(lab), new Consumer(lab, null, 'h')];
    await g.commit(1, 0, { metadata: 'commit-1' });
    await g.commit(2, 1);
    await h.commit(3);
    const { groups } = await lab.call('OffsetFetch', 8, { groups: [{ groupId: 'g', topics: null }, { groupId: 'h', topics: [{ name: 't', partitionIndexes: [0, 9] }] }, { groupId: 'i', topics: null }] });
    const offsets = groups.map((group) => group.topics.flatMap((topic) => topic.partitions.map((p) => [p.partitionIndex, p.committedOffset, p.metadata])));
    expect(offsets).toEqual([[[0, 1, 'commit-1'], [1, 2, '']], [[0, 3, ''], [9, -1, '']], []]);
  });
});

/** Members come, go, crash and change their minds; the group always gets to one generation with one assignment. */
import { describe, expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { Consumer, Lab, stabilise } from './lab.ts';
import { settled } from './manual-clock.ts';

describe('a rebalance', () => {
  test('of three members: one leader assigns, and everyone gets theirs', async () => {
    const lab = new Lab({ initialRebalanceDelayMs: 3_000 });
    const members = [new Consumer(lab), new Consumer(lab), new Consumer(lab)];
    const joins = members.map((member) => member.join());
    await lab.clock.advance(2_999);
    expect(members.map((member) => member.generation)).toEqual([-1, -1, -1]);
    // Company arrived during the first delay, so it is extended once.
    await lab.clock.advance(3_001);
    const answers = await Promise.all(joins);

    expect(answers.map((answer) => answer.generationId)).toEqual([1, 1, 1]);
    expect(answers.map((answer) => answer.members.length)).toEqual([3, 0, 0]);
    expect(answers.map((answer) => answer.protocolName)).toEqual(['range', 'range', 'range']);
    expect(new Set(members.map((member) => member.memberId)).size).toBe(3);
    // Followers wait for the leader.
    const followers = [members[1]!.sync(), members[2]!.sync()];
    await settled();
    const synced = await Promise.all([members[0]!.sync(), ...followers]);
    expect(synced.map((answer) => answer.assignment.toString())).toEqual(members.map((member) => `${member.memberId}@1`));
    expect(await Promise.all(members.map((member) => member.heartbeat()))).toEqual([0, 0, 0]);
    expect(lab.kinds('group.state').map((args) => args.state)).toEqual(['PreparingRebalance', 'CompletingRebalance', 'Stable']);
  });

  test('a newcomer makes the others join again', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a);
    const joining = b.join();
    await settled();
    expect(await a.heartbeat()).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect((await a.sync()).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    await Promise.all([a.join(), joining]);
    expect([a.generation, b.generation]).toEqual([2, 2]);
    expect([a.leads, b.leads]).toEqual([true, false]);
  });

  test('a member that crashes is thrown out when its session ends', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    for (let i = 0; i < 3; i++) {
      await lab.clock.advance(4_000);
      await a.heartbeat();
    }
    expect(await a.heartbeat()).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    await a.join();
    await a.sync();
    expect(Object.keys(await lab.assignments())).toEqual([a.memberId]);
    expect(await b.heartbeat()).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('who does not join again within the rebalance timeout is out', async () => {
    const lab = new Lab();
    const [a, b, c] = [new Consumer(lab), new Consumer(lab), new Consumer(lab)];
    for (const member of [a, b, c]) member.sessionTimeoutMs = 300_000;
    await stabilise(a, b);
    const joining = c.join();
    await settled();
    const again = a.join();
    await lab.clock.advance(59_999);
    expect(c.generation).toBe(-1);
    await lab.clock.advance(1);
    await Promise.all([joining, again]);
    expect(a.others.toSorted()).toEqual([a.memberId, c.memberId].toSorted());
    expect(await b.heartbeat()).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('who joins and never asks for its assignment is out', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    for (const member of [a, b]) [member.sessionTimeoutMs, member.rebalanceTimeoutMs] = [60_000, 20_000];
    const joins = [a.join(), b.join()];
    await lab.clock.advance(0);
    if (a.generation !== b.generation) joins.push(a.join());
    await Promise.all(joins);
    await a.sync();
    await lab.clock.advance(20_000);
    expect(await a.heartbeat()).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(await b.heartbeat()).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
  });

  test('the leader dying before it assigns frees the followers', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    await Promise.all([a.join(), b.join()]);
    const [leader, follower] = a.leads ? [a, b] : [b, a];
    const waiting = follower.sync();
    await lab.clock.advance(leader.sessionTimeoutMs);
    expect((await waiting).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    // It waited past its own session without a heartbeat, as it may.
    expect((await follower.join()).errorCode).toBe(ErrorCode.NONE);
    expect(follower.leads).toBe(true);
  });

  test('the last to leave empties the group, and the log knows the generation', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    expect(await a.leave()).toBe(ErrorCode.NONE);
    await settled();
    expect(lab.lastState()).toEqual({ group: 'g', state: 'Empty', generation: 2, members: 0 });
    const b = new Consumer(lab.successor());
    await stabilise(b);
    expect(b.generation).toBe(3);
  });

  test('a repeated join is answered once it is done, and the earlier one is not forgotten', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    const first = a.join();
    await settled();
    const second = a.join();
    expect((await first).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    await b.join();
    expect((await second).generationId).toBe(b.generation);
  });

  test('a lost answer can be asked for again without another generation', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    const joining = a.join();
    await lab.clock.advance(0);
    await joining;
    const generation = a.generation;
    await a.join();
    expect(a.generation).toBe(generation);
    expect((await a.sync()).assignment.toString()).toBe((await a.sync()).assignment.toString());
  });
});

describe('protocols', () => {
  test('the one most members like best of those all speak', async () => {
    const lab = new Lab({ initialRebalanceDelayMs: 1_000 });
    const members = [['a', 'b', 'x'], ['b', 'a'], ['c', 'b', 'a']].map((protocols) => Object.assign(new Consumer(lab), { protocols }));
    const joins = members.map((member) => member.join());
    await lab.clock.advance(2_000);
    expect((await Promise.all(joins)).map((answer) => answer.protocolName)).toEqual(['b', 'b', 'b']);
  });

  test('a member with no protocol in common, or of another type, is refused', async () => {
    const lab = new Lab();
    await stabilise(new Consumer(lab));
    const stranger = Object.assign(new Consumer(lab), { protocols: ['sticky'] });
    expect((await stranger.join()).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    const connect = { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '', protocolType: 'connect', protocols: [{ name: 'range', metadata: Buffer.alloc(0) }] };
    expect((await lab.call('JoinGroup', 5, connect)).errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });

  test('SyncGroup must name the protocol of the generation', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    const answer = await lab.call('SyncGroup', 5, { ...a.who, generationId: a.generation, protocolType: 'consumer', protocolName: 'sticky', assignments: [] });
    expect(answer.errorCode).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
  });
});

describe('bounds', () => {
  const body = { groupId: 'g', sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 10_000, memberId: '', protocolType: 'consumer', protocols: [{ name: 'range', metadata: Buffer.alloc(0) }] };

  test('group id, session timeout, name lengths', async () => {
    const lab = new Lab();
    const error = async (change: object): Promise<number> => (await lab.call('JoinGroup', 5, { ...body, ...change })).errorCode;
    expect(await error({ groupId: '' })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await error({ groupId: 'g'.repeat(2_000) })).toBe(ErrorCode.INVALID_GROUP_ID);
    expect(await error({ sessionTimeoutMs: 5_999 })).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect(await error({ sessionTimeoutMs: 1_800_001 })).toBe(ErrorCode.INVALID_SESSION_TIMEOUT);
    expect(await error({ groupInstanceId: 'i'.repeat(2_000) })).toBe(ErrorCode.INVALID_REQUEST);
    expect(await error({ memberId: 'nobody' })).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect(await error({ protocols: [] })).toBe(ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    expect((await lab.call('ListGroups', 4, {})).groups).toEqual([]);
  });

  test('members, ids not used yet, groups', async () => {
    const lab = new Lab({ groupMaxSize: 2, maxGroups: 2 });
    const [a, b, c] = [new Consumer(lab), new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    expect((await c.join()).errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect((await lab.call('JoinGroup', 5, { ...body, groupId: 'h' })).errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect((await lab.call('JoinGroup', 5, { ...body, groupId: 'h' })).errorCode).toBe(ErrorCode.MEMBER_ID_REQUIRED);
    expect((await lab.call('JoinGroup', 5, { ...body, groupId: 'h' })).errorCode).toBe(ErrorCode.GROUP_MAX_SIZE_REACHED);
    expect((await lab.call('JoinGroup', 5, { ...body, groupId: 'i' })).errorCode).toBe(ErrorCode.COORDINATOR_NOT_AVAILABLE);
  });

  test('an id that was handed out and not used expires, and its group with it', async () => {
    const lab = new Lab();
    const { errorCode, memberId } = await lab.call('JoinGroup', 5, body);
    expect([errorCode, memberId.startsWith('app-')]).toEqual([ErrorCode.MEMBER_ID_REQUIRED, true]);
    await lab.clock.advance(10_000);
    expect((await lab.call('JoinGroup', 5, { ...body, memberId })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    expect((await lab.call('ListGroups', 4, {})).groups).toEqual([]);
    expect(lab.clock.timers).toBe(0);
  });

  test('before version 4 no second round is asked for', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    const joining = a.join(3);
    await lab.clock.advance(0);
    expect((await joining).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('DescribeGroups and ListGroups', () => {
  test('tell state, members and their assignment', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    const { groups } = await lab.call('DescribeGroups', 4, { groups: ['g', 'nowhere'] });
    expect(groups[0]).toMatchObject({ groupState: 'Stable', protocolType: 'consumer', protocolData: 'range' });
    expect(groups[0]?.members[0]).toMatchObject({ memberId: a.memberId, clientId: 'app', memberMetadata: Buffer.from('wants-range') });
    expect(groups[1]).toMatchObject({ errorCode: 0, groupState: 'Dead', members: [] });
    expect((await lab.call('ListGroups', 4, { statesFilter: ['stable'] })).groups).toEqual([{ groupId: 'g', protocolType: 'consumer', groupState: 'Stable' }]);
    expect((await lab.call('ListGroups', 4, { statesFilter: ['Empty'] })).groups).toEqual([]);
  });
});

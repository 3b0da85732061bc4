/** Leadership moves: whoever waits is answered, the successor knows everything that was acknowledged, members just carry on. */
import { describe, expect, test } from 'vitest';
import { defaultGroupConfig } from '../../broker/coordinator/config.ts';
import { groupRecord, offsetRecord, readRecord } from '../../broker/coordinator/records.ts';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { Consumer, Lab, stabilise } from './lab.ts';
import { settled } from './manual-clock.ts';

describe('the successor', () => {
  test('keeps generation and assignment: members only heartbeat on', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    await a.commit(42);
    const next = lab.successor();
    expect(next.lastState()).toEqual({ group: 'g', state: 'Stable', generation: a.generation, members: 2 });
    expect(await next.assignments()).toEqual(await lab.assignments());
    expect([await a.heartbeat(next), await b.heartbeat(next)]).toEqual([0, 0]);
    expect(await a.commit(43, 0, { lab: next })).toBe(ErrorCode.NONE);
    expect(await next.offsets()).toEqual({ 't-0': 43 });
  });

  test('gives members a fresh session, and then throws out who stays silent', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    await stabilise(a, b);
    lab.coordinator.close();
    await lab.clock.advance(60_000);
    const next = lab.successor();
    await next.clock.advance(9_999);
    expect(await a.heartbeat(next)).toBe(ErrorCode.NONE);
    await next.clock.advance(1);
    expect(await a.heartbeat(next)).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(await b.heartbeat(next)).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
    await a.join(5, next);
    expect(a.generation).toBeGreaterThan(b.generation);
  });

  test('that never saw a generation sends its members back to join', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    await a.join();
    const next = lab.successor();
    expect(await a.heartbeat(next)).toBe(ErrorCode.ILLEGAL_GENERATION);
    expect((await a.join(5, next)).errorCode).toBe(ErrorCode.NONE);
  });
});

describe('losing the log', () => {
  test('answers every waiting join, sync, commit and static restart', async () => {
    const lab = new Lab();
    const simple = new Consumer(lab, null, 'simple');
    const [a, joiner] = [new Consumer(lab, null, 'joining'), new Consumer(lab, null, 'joining')];
    const [leader, follower] = [new Consumer(lab, null, 'syncing'), new Consumer(lab, null, 'syncing')];
    const [fixed, again] = [new Consumer(lab, 'i', 'fixed'), new Consumer(lab, 'i', 'fixed')];
    await stabilise(a);
    await stabilise(leader, follower);
    await Promise.all([leader.join(), follower.join()]);
    await stabilise(fixed);
    lab.log.holding = true;
    const commit = simple.commit(1);
    const waiting = [joiner.join(), follower.sync(), leader.sync(), again.join()];
    await settled();
    lab.log.lose();
    expect(await commit).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await Promise.all(waiting)).map((answer) => answer.errorCode)).toEqual(Array(4).fill(ErrorCode.NOT_COORDINATOR));
    expect(lab.clock.timers).toBe(0);
  });

  test('is for good: everything after is refused, and late completions change nothing', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    await stabilise(a);
    lab.log.holding = true;
    const commit = a.commit(1);
    await settled();
    lab.coordinator.close();
    expect(await commit).toBe(ErrorCode.NOT_COORDINATOR);
    lab.log.release();
    await settled();
    lab.log.holding = false;
    expect(lab.kinds('group.commit')).toEqual([]);
    expect(await a.heartbeat()).toBe(ErrorCode.NOT_COORDINATOR);
    expect(await a.commit(2)).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await a.sync()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await a.join()).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await lab.call('LeaveGroup', 3, { groupId: 'g', members: [] })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await lab.call('DescribeGroups', 4, { groups: ['g'] })).groups[0]?.errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await lab.call('ListGroups', 4, {})).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    expect((await lab.call('OffsetFetch', 5, { groupId: 'g', topics: null })).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
  });

  test('an assignment whose fate was unknown is found by the successor', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    const joining = a.join();
    await lab.clock.advance(0);
    await joining;
    lab.log.holding = true;
    const syncing = a.sync();
    await settled();
    lab.log.lose(1);
    expect((await syncing).errorCode).toBe(ErrorCode.NOT_COORDINATOR);
    lab.log.leading = true;
    lab.log.holding = false;
    const next = lab.successor();
    expect((await a.sync(next)).assignment.toString()).toBe(`${a.memberId}@1`);
  });
});

describe('the assignment', () => {
  test('is durable before anyone is told', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    const joining = a.join();
    await lab.clock.advance(0);
    await joining;
    lab.log.holding = true;
    let told = false;
    const syncing = a.sync().then(() => (told = true));
    await settled();
    expect([told, lab.lastState()?.state]).toEqual([false, 'CompletingRebalance']);
    lab.log.release();
    await syncing;
    expect(lab.lastState()?.state).toBe('Stable');
  });

  test('of an earlier generation changes nothing when its append completes late', async () => {
    const lab = new Lab();
    const [a, b] = [new Consumer(lab), new Consumer(lab)];
    const joining = a.join();
    await lab.clock.advance(0);
    await joining;
    lab.log.holding = true;
    const syncing = a.sync();
    await settled();
    const joiningB = b.join();
    await settled();
    expect((await syncing).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    await Promise.all([a.join(), joiningB]);
    lab.log.release();
    await settled();
    expect(lab.lastState()).toMatchObject({ state: 'CompletingRebalance', generation: 2 });
    lab.log.holding = false;
    await Promise.all([b.sync(), a.sync()]);
    expect(await lab.successor().assignments()).toEqual(await lab.assignments());
  });

  test('is written once a generation, however often the leader asks', async () => {
    const lab = new Lab();
    const a = new Consumer(lab);
    const joining = a.join();
    await lab.clock.advance(0);
    await joining;
    lab.log.holding = true;
    const [first, second] = [a.sync(), a.sync()];
    expect((await first).errorCode).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
    expect(lab.log.held).toBe(1);
    lab.log.release();
    expect((await second).errorCode).toBe(ErrorCode.NONE);
  });
});

test('a fold skips what it does not know and honours tombstones', async () => {
  const lab = new Lab();
  const value = { offset: 9, leaderEpoch: -1, metadata: '', commitTimestampMs: 0 };
  lab.log.durable.push(offsetRecord('g', 't', 0, value), offsetRecord('g', 't', 1, value), { key: Buffer.from([0, 9, 1, 2]), value: null }, offsetRecord('g', 't', 0, null));
  lab.log.durable.push(groupRecord('gone', { protocolType: 'consumer', generation: 3, protocolName: null, leaderId: null, stateTimestampMs: 0, members: [] }), groupRecord('gone', null));
  const next = lab.successor();
  expect(await next.offsets()).toEqual({ 't-1': 9 });
  expect((await next.call('ListGroups', 4, {})).groups.map((group) => group.groupId)).toEqual(['g']);
  expect(readRecord({ key: null, value: null })).toBeUndefined();
  expect(defaultGroupConfig.offsetMetadataMaxBytes).toBe(4_096);
});

/** Static members (KIP-345): a restart is not a rebalance, and two processes with one identity are not both right. */
import { expect, test } from 'vitest';
import { ErrorCode } from '../../broker/protocol/index.ts';
import { Consumer, Lab, stabilise } from './lab.ts';
import { settled } from './manual-clock.ts';

async function group(): Promise<{ lab: Lab; a: Consumer; b: Consumer }> {
  const lab = new Lab();
  const [a, b] = [new Consumer(lab, 'one'), new Consumer(lab, 'two')];
  await stabilise(a, b);
  return { lab, a, b };
}

test('a restarted static member keeps its assignment without a rebalance', async () => {
  const { lab, b } = await group();
  const { generation } = b;
  const before = (await b.sync()).assignment.toString();
  const again = new Consumer(lab, 'two');
  const answer = await again.join();
  expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, generationId: generation });
  expect(again.memberId).not.toBe(b.memberId);
  expect((await again.sync()).assignment.toString()).toBe(before);
  expect(lab.lastState()).toMatchObject({ state: 'Stable', generation });
});

test('the process it replaced is fenced, whatever it asks', async () => {
  const { lab, b } = await group();
  await new Consumer(lab, 'two').join();
  expect(await b.heartbeat()).toBe(ErrorCode.FENCED_INSTANCE_ID);
  expect(await b.commit(5)).toBe(ErrorCode.FENCED_INSTANCE_ID);
  expect((await b.sync()).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
  expect((await b.join()).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
  expect(await b.leave()).toBe(ErrorCode.FENCED_INSTANCE_ID);
});

test('a process that waits to join is fenced by the one that takes its place', async () => {
  const { lab, a, b } = await group();
  const [leader, follower] = a.leads ? [a, b] : [b, a];
  const first = leader.join();
  await settled();
  const second = new Consumer(lab, leader.instanceId).join();
  expect((await first).errorCode).toBe(ErrorCode.FENCED_INSTANCE_ID);
  await follower.join();
  expect((await second).errorCode).toBe(ErrorCode.NONE);
});

test('the new identity is in the log before it is told', async () => {
  const { lab, b } = await group();
  lab.log.holding = true;
  const again = new Consumer(lab, 'two');
  const joining = again.join();
  await settled();
  expect(again.memberId).toBe('');
  lab.log.release();
  await joining;
  const successor = lab.successor();
  expect(await again.heartbeat(successor)).toBe(ErrorCode.NONE);
  expect(await b.heartbeat(successor)).toBe(ErrorCode.FENCED_INSTANCE_ID);
});

test('a leader that restarts is not asked to assign again', async () => {
  const { lab, a, b } = await group();
  const leader = a.leads ? a : b;
  const old = await new Consumer(lab, leader.instanceId).join(5);
  expect([old.leader, old.members]).toEqual([leader.memberId, []]);
  expect(await (a.leads ? b : a).heartbeat()).toBe(ErrorCode.NONE);
});

test('an operator removes a static member by its instance alone', async () => {
  const { lab, a } = await group();
  const { members } = await lab.call('LeaveGroup', 3, { groupId: 'g', members: [{ memberId: '', groupInstanceId: 'two' }, { memberId: '', groupInstanceId: 'three' }] });
  expect(members.map((member) => member.errorCode)).toEqual([ErrorCode.NONE, ErrorCode.UNKNOWN_MEMBER_ID]);
  expect(await a.heartbeat()).toBe(ErrorCode.REBALANCE_IN_PROGRESS);
});

test('before version 3 one member leaves, and the answer is one code', async () => {
  const lab = new Lab();
  const a = new Consumer(lab);
  await stabilise(a);
  expect((await lab.call('LeaveGroup', 1, { groupId: 'g', memberId: a.memberId })).errorCode).toBe(ErrorCode.NONE);
  expect((await lab.call('LeaveGroup', 1, { groupId: 'g', memberId: a.memberId })).errorCode).toBe(ErrorCode.UNKNOWN_MEMBER_ID);
});

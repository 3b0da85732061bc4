/**
 * How a group gets from one generation to the next: wait for its members to join (or throw out those who do not), number the
 * generation, answer the joins, and see that everybody asks for an assignment. Functions over a group; all timing is here.
 */
import { ErrorCode } from '../protocol/index.ts';
import type { ResponseInit } from '../protocol/index.ts';
import { Deadline } from './deadline.ts';
import type { Group } from './group.ts';
import { metadataFor } from './members.ts';
import type { Member } from './members.ts';
import { groupRecord } from './records.ts';
import type { Registry } from './registry.ts';

/** Static members alone, none back yet: how soon to look again, at the least. */
const LONELY_WAIT_MIN_MS = 100;

/** Everybody has to join again. Nothing to do when that is under way already. */
export function startRebalance(registry: Registry, group: Group): void {
  if (group.state === 'PreparingRebalance') return;
  if (group.state === 'CompletingRebalance') sendBack(group);
  group.syncDeadline?.cancel();
  const timeoutMs = group.rebalanceTimeoutMs();
  const delayMs = Math.min(registry.config.initialRebalanceDelayMs, timeoutMs);
  if (group.state === 'Empty') group.gathering = { remainingMs: timeoutMs - delayMs, grew: false };
  registry.move(group, 'PreparingRebalance');
  group.joinDeadline ??= new Deadline(registry.clock, () => onJoinDeadline(registry, group));
  group.joinDeadline.set(group.gathering === undefined ? timeoutMs : delayMs);
}

/** Completes the join phase as soon as there is nobody left to wait for. */
export function completeJoinIfAllJoined(registry: Registry, group: Group): void {
  if (group.state !== 'PreparingRebalance' || group.gathering !== undefined || group.pending.size > 0) return;
  if (group.joined().length === group.members.size) completeJoin(registry, group);
}

/** The member is out: what it waits for is refused, and the rest rebalance. */
export function removeMember(registry: Registry, group: Group, member: Member): void {
  dropMember(group, member, ErrorCode.UNKNOWN_MEMBER_ID);
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') startRebalance(registry, group);
  completeJoinIfAllJoined(registry, group);
}

export function removePending(registry: Registry, group: Group, memberId: string): void {
  group.pending.get(memberId)?.cancel();
  group.pending.delete(memberId);
  completeJoinIfAllJoined(registry, group);
  registry.forgetIfUnused(group);
}

/** Takes a member out of the group without a look at what that means for the others. */
export function dropMember(group: Group, member: Member, error: number): void {
  group.remove(member);
  member.session.cancel();
  refuseJoin(member, error);
  refuseSync(member, error);
}

/** A member that waits for others owes no heartbeat; a new one may wait only so long. */
export function onSessionExpired(registry: Registry, group: Group, member: Member): void {
  if (group.members.get(member.id) !== member) return;
  const waits = member.join !== undefined || member.sync !== undefined;
  if (waits && !member.isNew) member.session.set(member.sessionTimeoutMs);
  else removeMember(registry, group, member);
}

/** Whoever waited for an assignment joins again. It owed no heartbeat while it waited, so its session begins anew. */
function sendBack(group: Group): void {
  for (const member of group.members.values()) {
    if (member.sync !== undefined) member.session.set(member.sessionTimeoutMs);
  }
  answerSyncs(group, ErrorCode.REBALANCE_IN_PROGRESS);
}

export function answerSyncs(group: Group, error: number): void {
  for (const member of group.members.values()) refuseSync(member, error);
}

export function answerJoins(group: Group, error: number): void {
  for (const member of group.members.values()) refuseJoin(member, error);
}

export function refuseJoin(member: Member, errorCode: number): void {
  const answer = member.join;
  member.join = undefined;
  answer?.(joinRefusal(errorCode, member.id));
}

export function refuseSync(member: Member, errorCode: number): void {
  const answer = member.sync;
  member.sync = undefined;
  answer?.({ errorCode, assignment: Buffer.alloc(0) });
}

export function joinRefusal(errorCode: number, memberId: string): ResponseInit<'JoinGroup'> {
  return { errorCode, generationId: -1, protocolName: '', leader: '', memberId, members: [] };
}

/** What a member learns about the generation it is in. Only the leader is told who the others are: it assigns. */
export function joinAnswer(group: Group, member: Member): ResponseInit<'JoinGroup'> {
  const members = group.leaderId === member.id ? memberList(group) : [];
  const { generation: generationId, protocolType } = group;
  return { errorCode: ErrorCode.NONE, generationId, protocolType, protocolName: group.protocolName ?? '', leader: group.leaderId ?? '', memberId: member.id, members };
}

export function memberList(group: Group): { memberId: string; groupInstanceId: string | null; metadata: Buffer }[] {
  return [...group.members.values()].map((member) => ({ memberId: member.id, groupInstanceId: member.instanceId, metadata: metadataFor(member, group.protocolName) }));
}

function onJoinDeadline(registry: Registry, group: Group): void {
  if (group.state !== 'PreparingRebalance') return;
  const { gathering } = group;
  if (gathering !== undefined && gathering.grew && gathering.remainingMs > 0) {
    const delayMs = Math.min(registry.config.initialRebalanceDelayMs, gathering.remainingMs);
    group.gathering = { remainingMs: gathering.remainingMs - delayMs, grew: false };
    group.joinDeadline?.set(delayMs);
    return;
  }
  group.gathering = undefined;
  completeJoin(registry, group);
}

/** Whoever has not joined by now is out, but for static members: those have until their session ends to come back. */
function completeJoin(registry: Registry, group: Group): void {
  for (const member of group.members.values()) {
    if (member.join === undefined && member.instanceId === null) dropMember(group, member, ErrorCode.UNKNOWN_MEMBER_ID);
  }
  if (group.members.size > 0 && !group.electLeader()) {
    group.joinDeadline?.set(Math.max(group.rebalanceTimeoutMs(), LONELY_WAIT_MIN_MS));
    return;
  }
  group.joinDeadline?.cancel();
  group.generation += 1;
  if (group.members.size === 0) becomeEmpty(registry, group);
  else askForAssignment(registry, group);
}

/** Recorded so that a successor knows the generation. Nobody waits for it: if it is lost, so is this coordinator. */
function becomeEmpty(registry: Registry, group: Group): void {
  group.protocolName = null;
  group.leaderId = null;
  registry.move(group, 'Empty');
  void registry.journal.append([groupRecord(group.id, group.snapshot(registry.nowMs()))]);
}

function askForAssignment(registry: Registry, group: Group): void {
  group.protocolName = group.selectProtocol();
  registry.move(group, 'CompletingRebalance');
  group.syncDeadline ??= new Deadline(registry.clock, () => onSyncDeadline(registry, group));
  group.syncDeadline.set(group.rebalanceTimeoutMs());
  for (const member of group.members.values()) {
    member.synced = false;
    const answer = member.join;
    if (answer === undefined) continue;
    member.join = undefined;
    member.isNew = false;
    member.session.set(member.sessionTimeoutMs);
    answer(joinAnswer(group, member));
  }
}

/** Members that joined and never asked for their assignment hold partitions that nobody reads. */
function onSyncDeadline(registry: Registry, group: Group): void {
  if (group.state !== 'CompletingRebalance' && group.state !== 'Stable') return;
  for (const member of group.members.values()) {
    if (!member.synced && group.members.get(member.id) === member) removeMember(registry, group, member);
  }
}

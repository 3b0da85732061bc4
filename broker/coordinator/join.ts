/**
 * JoinGroup. A dynamic member first gets its id (KIP-394), then joins and waits until everybody has; a static member
 * (KIP-345) that comes back takes its old place, without a rebalance if the group is stable and would not change its protocol.
 */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import { Deadline } from './deadline.ts';
import type { Group } from './group.ts';
import { memberError, NO_BYTES, sameProtocols } from './members.ts';
import type { Member } from './members.ts';
import { completeJoinIfAllJoined, dropMember, joinAnswer, joinRefusal, memberList, onSessionExpired, refuseJoin, removeMember, removePending, startRebalance } from './rebalance.ts';
import { groupRecord } from './records.ts';
import { fits } from './registry.ts';
import type { Registry, RequestContext } from './registry.ts';

type JoinRequest = RequestOf<'JoinGroup'>;
type Answer = (response: ResponseInit<'JoinGroup'>) => void;

/** From this version on a newcomer must come back with the id it was given. */
const MEMBER_ID_REQUIRED_FROM = 4;
/** From this version on a leader can be told to keep the assignment it had. */
const SKIP_ASSIGNMENT_FROM = 9;
const CLIENT_ID_IN_MEMBER_ID_CHARS = 128;

export function joinGroup(registry: Registry, request: JoinRequest, context: RequestContext): Promise<ResponseInit<'JoinGroup'>> {
  return new Promise((resolve) => {
    const answer: Answer = (response) => {
      const error = response.errorCode ?? ErrorCode.NONE;
      if (error !== ErrorCode.NONE) registry.traceRefused('JoinGroup', { ...request, generation: -1 }, error);
      resolve(response);
    };
    const error = requestError(registry, request);
    if (error !== ErrorCode.NONE) return answer(joinRefusal(error, request.memberId));
    if (request.memberId === '') joinAsNewcomer(registry, request, context, answer);
    else joinAgain(registry, request, context, answer);
  });
}

function requestError(registry: Registry, request: JoinRequest): number {
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = registry.config;
  if (registry.closed) return ErrorCode.NOT_COORDINATOR;
  if (request.groupId === '' || !fits(request.groupId)) return ErrorCode.INVALID_GROUP_ID;
  if (![request.groupInstanceId, request.protocolType, ...request.protocols.map((protocol) => protocol.name)].every(fits)) return ErrorCode.INVALID_REQUEST;
  if (request.sessionTimeoutMs < minSessionTimeoutMs || request.sessionTimeoutMs > maxSessionTimeoutMs) return ErrorCode.INVALID_SESSION_TIMEOUT;
  return ErrorCode.NONE;
}

function joinAsNewcomer(registry: Registry, request: JoinRequest, context: RequestContext, answer: Answer): void {
  const group = registry.groupOrNew(request.groupId);
  if (group === undefined) return answer(joinRefusal(ErrorCode.COORDINATOR_NOT_AVAILABLE, ''));
  const instanceId = request.groupInstanceId;
  const before = instanceId === null ? undefined : group.members.get(group.staticIds.get(instanceId) ?? '');
  if (before === undefined && !hasRoom(registry, group, '')) return answer(joinRefusal(ErrorCode.GROUP_MAX_SIZE_REACHED, ''));
  if (!group.supports(request.protocolType, request.protocols, before?.id ?? '')) return answer(joinRefusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, ''));

  const memberId = unusedMemberId(registry, group, instanceId ?? context.clientId ?? '');
  registry.keep(group);
  if (before !== undefined) takePlace(registry, group, before, newMember(registry, group, memberId, request, context), context, answer);
  else if (instanceId !== null || context.version < MEMBER_ID_REQUIRED_FROM) admit(registry, group, memberId, request, context, answer);
  else reserve(registry, group, memberId, request, answer);
}

function joinAgain(registry: Registry, request: JoinRequest, context: RequestContext, answer: Answer): void {
  const { memberId } = request;
  const group = registry.groups.get(request.groupId);
  if (group === undefined) return answer(joinRefusal(ErrorCode.UNKNOWN_MEMBER_ID, memberId));
  if (!hasRoom(registry, group, memberId)) {
    turnAway(registry, group, memberId);
    return answer(joinRefusal(ErrorCode.GROUP_MAX_SIZE_REACHED, memberId));
  }
  if (!group.supports(request.protocolType, request.protocols, memberId)) return answer(joinRefusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, memberId));
  if (group.pending.has(memberId)) return admit(registry, group, memberId, request, context, answer);

  const error = memberError(group, memberId, request.groupInstanceId);
  const member = group.members.get(memberId);
  if (error !== ErrorCode.NONE || member === undefined) return answer(joinRefusal(error, memberId));
  const unchanged = sameProtocols(member.protocols, request.protocols);
  // The answer of this generation was lost; or a follower asks again although nothing changed.
  if (unchanged && group.state === 'CompletingRebalance') return answer(joinAnswer(group, member));
  if (unchanged && group.state === 'Stable' && group.leaderId !== memberId) return answer(joinAnswer(group, member));
  update(member, request);
  awaitJoin(registry, group, member, answer);
}

/** There is no place for it, so the others must not wait for it either. */
function turnAway(registry: Registry, group: Group, memberId: string): void {
  const member = group.members.get(memberId);
  if (member !== undefined) removeMember(registry, group, member);
  removePending(registry, group, memberId);
}

/** Hands out an id and holds it for a session: somebody who never comes back must not fill the group. */
function reserve(registry: Registry, group: Group, memberId: string, request: JoinRequest, answer: Answer): void {
  const deadline = new Deadline(registry.clock, () => removePending(registry, group, memberId));
  deadline.set(request.sessionTimeoutMs);
  group.pending.set(memberId, deadline);
  answer(joinRefusal(ErrorCode.MEMBER_ID_REQUIRED, memberId));
}

function admit(registry: Registry, group: Group, memberId: string, request: JoinRequest, context: RequestContext, answer: Answer): void {
  group.pending.get(memberId)?.cancel();
  group.pending.delete(memberId);
  if (group.members.size === 0) group.protocolType = request.protocolType;
  if (group.gathering !== undefined) group.gathering.grew = true;
  const member = newMember(registry, group, memberId, request, context);
  group.add(member);
  member.session.set(registry.config.newMemberJoinTimeoutMs);
  awaitJoin(registry, group, member, answer);
}

function awaitJoin(registry: Registry, group: Group, member: Member, answer: Answer): void {
  refuseJoin(member, ErrorCode.REBALANCE_IN_PROGRESS);
  member.join = answer;
  startRebalance(registry, group);
  completeJoinIfAllJoined(registry, group);
}

/** KIP-345. The change is recorded before the new process is told; if that fails, this coordinator is gone and with it the change. */
function takePlace(registry: Registry, group: Group, before: Member, member: Member, context: RequestContext, answer: Answer): void {
  const leaderBefore = group.leaderId;
  member.assignment = before.assignment;
  member.isNew = false;
  member.synced = before.synced;
  group.replace(before, member);
  dropMember(group, before, ErrorCode.FENCED_INSTANCE_ID);
  member.session.set(member.sessionTimeoutMs);
  if (group.state !== 'Stable' || group.selectProtocol() !== group.protocolName) return awaitJoin(registry, group, member, answer);

  // An older client that finds itself leader would assign anew; told that its former self leads, it only asks for its assignment.
  const canSkip = context.version >= SKIP_ASSIGNMENT_FROM;
  const leads = canSkip && group.leaderId === member.id;
  const leader = (canSkip ? group.leaderId : leaderBefore) ?? '';
  const response = { ...joinAnswer(group, member), leader, skipAssignment: leads, members: leads ? memberList(group) : [] };
  void registry.journal.append([groupRecord(group.id, group.snapshot(registry.nowMs()))]).then((durable) => {
    answer(durable ? response : joinRefusal(ErrorCode.NOT_COORDINATOR, member.id));
  });
}

function newMember(registry: Registry, group: Group, id: string, request: JoinRequest, context: RequestContext): Member {
  const session = new Deadline(registry.clock, () => onSessionExpired(registry, group, member));
  const clientId = (context.clientId ?? '').slice(0, CLIENT_ID_IN_MEMBER_ID_CHARS);
  const who = { id, instanceId: request.groupInstanceId, clientId, clientHost: `/${context.remote}`, session };
  const nothingYet = { assignment: NO_BYTES, isNew: true, synced: false, join: undefined, sync: undefined, sessionTimeoutMs: 0, rebalanceTimeoutMs: 0, protocols: [] };
  const member: Member = { ...who, ...nothingYet };
  update(member, request);
  return member;
}

/** Version 0 knows no rebalance timeout: the session's counts. The bytes are copied: they outlive the request's buffer. */
function update(member: Member, request: JoinRequest): void {
  member.sessionTimeoutMs = request.sessionTimeoutMs;
  member.rebalanceTimeoutMs = request.rebalanceTimeoutMs < 0 ? request.sessionTimeoutMs : request.rebalanceTimeoutMs;
  member.protocols = request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) }));
}

/** `group.max.size`. While members rejoin, the first to come are the ones that fit. */
function hasRoom(registry: Registry, group: Group, memberId: string): boolean {
  const max = registry.config.groupMaxSize;
  const member = group.members.get(memberId);
  if (memberId === '' && group.pending.size >= max) return false;
  if (group.state === 'PreparingRebalance') return member?.join !== undefined || group.joined().length < max;
  return group.state === 'Empty' || member !== undefined || group.members.size < max;
}

function unusedMemberId(registry: Registry, group: Group, name: string): string {
  for (;;) {
    const id = registry.newMemberId(name.slice(0, CLIENT_ID_IN_MEMBER_ID_CHARS));
    if (!group.members.has(id) && !group.pending.has(id)) return id;
  }
}

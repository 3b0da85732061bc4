/**
 * SyncGroup: the leader brings everybody's assignment, everybody asks for their own. The assignment is in the log before
 * anyone is told, so that a successor of this coordinator knows of every assignment that a member may act on.
 */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import type { Group } from './group.ts';
import { generationError, memberError, NO_BYTES } from './members.ts';
import type { Member } from './members.ts';
import { refuseSync } from './rebalance.ts';
import { groupRecord } from './records.ts';
import type { Registry } from './registry.ts';

type SyncRequest = RequestOf<'SyncGroup'>;
type Answer = (response: ResponseInit<'SyncGroup'>) => void;

export function syncGroup(registry: Registry, request: SyncRequest): Promise<ResponseInit<'SyncGroup'>> {
  return new Promise((resolve) => {
    const answer: Answer = (response) => {
      const error = response.errorCode ?? ErrorCode.NONE;
      if (error !== ErrorCode.NONE) registry.traceRefused('SyncGroup', { ...request, generation: request.generationId }, error);
      resolve(response);
    };
    const group = registry.groups.get(request.groupId);
    const member = group?.members.get(request.memberId);
    const error = syncError(registry, group, request);
    if (error !== ErrorCode.NONE || group === undefined || member === undefined) return answer({ errorCode: error, assignment: NO_BYTES });
    member.synced = true;
    if (group.state === 'Stable') {
      member.session.set(member.sessionTimeoutMs);
      return answer(assignmentOf(group, member));
    }
    refuseSync(member, ErrorCode.REBALANCE_IN_PROGRESS);
    member.sync = answer;
    if (group.leaderId === member.id && group.storingGeneration !== group.generation) void storeAssignments(registry, group, request);
  });
}

function syncError(registry: Registry, group: Group | undefined, request: SyncRequest): number {
  if (registry.closed) return ErrorCode.NOT_COORDINATOR;
  if (request.groupId === '') return ErrorCode.INVALID_GROUP_ID;
  if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const error = memberError(group, request.memberId, request.groupInstanceId) || generationError(group, request.generationId);
  if (error !== ErrorCode.NONE) return error;
  const { protocolType, protocolName } = request;
  if (protocolType !== null && protocolType !== group.protocolType) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  if (group.state === 'PreparingRebalance') return ErrorCode.REBALANCE_IN_PROGRESS;
  if (protocolName !== null && protocolName !== group.protocolName) return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  return ErrorCode.NONE;
}

async function storeAssignments(registry: Registry, group: Group, request: SyncRequest): Promise<void> {
  const { generation } = group;
  const assignments = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, Buffer.from(assignment)]));
  group.storingGeneration = generation;
  const durable = await registry.journal.append([groupRecord(group.id, group.snapshot(registry.nowMs(), assignments))]);
  // Lost: closing has answered everybody. Moved on: the next generation began meanwhile, and this assignment is history.
  if (!durable || group.state !== 'CompletingRebalance' || group.generation !== generation) return;
  registry.move(group, 'Stable');
  for (const member of group.members.values()) {
    member.assignment = assignments.get(member.id) ?? NO_BYTES;
    const answer = member.sync;
    if (answer === undefined) continue;
    member.sync = undefined;
    member.session.set(member.sessionTimeoutMs);
    answer(assignmentOf(group, member));
  }
}

function assignmentOf(group: Group, member: Member): ResponseInit<'SyncGroup'> {
  return { errorCode: ErrorCode.NONE, protocolType: group.protocolType, protocolName: group.protocolName, assignment: member.assignment };
}

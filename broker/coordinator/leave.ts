/** LeaveGroup: a member says good-bye, or (version 3 on) an operator removes several, static members by their instance id (KIP-345). */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import type { Group } from './group.ts';
import { memberError } from './members.ts';
import { removeMember, removePending } from './rebalance.ts';
import type { Registry, RequestContext } from './registry.ts';

/** From this version on one request names several members, and each has an outcome of its own. */
const BATCHED_FROM = 3;

interface Leaver {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

export function leaveGroup(registry: Registry, request: RequestOf<'LeaveGroup'>, context: RequestContext): ResponseInit<'LeaveGroup'> {
  if (registry.closed) return { errorCode: ErrorCode.NOT_COORDINATOR, members: [] };
  if (request.groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID, members: [] };
  const leavers: readonly Leaver[] = context.version >= BATCHED_FROM ? request.members : [{ memberId: request.memberId, groupInstanceId: null }];
  const group = registry.groups.get(request.groupId);
  const members = leavers.map(({ memberId, groupInstanceId }) => {
    const errorCode = group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : leave(registry, group, memberId, groupInstanceId);
    if (errorCode !== ErrorCode.NONE) registry.traceRefused('LeaveGroup', { groupId: request.groupId, memberId, generation: -1 }, errorCode);
    return { memberId, groupInstanceId, errorCode };
  });
  if (context.version >= BATCHED_FROM) return { errorCode: ErrorCode.NONE, members };
  return { errorCode: members[0]?.errorCode ?? ErrorCode.NONE, members: [] };
}

function leave(registry: Registry, group: Group, memberId: string, instanceId: string | null): number {
  if (group.pending.has(memberId)) {
    removePending(registry, group, memberId);
    return ErrorCode.NONE;
  }
  // An operator may name a static member by its instance alone.
  const id = memberId === '' && instanceId !== null ? (group.staticIds.get(instanceId) ?? '') : memberId;
  const error = memberError(group, id, instanceId);
  const member = group.members.get(id);
  if (error !== ErrorCode.NONE || member === undefined) return error;
  removeMember(registry, group, member);
  return ErrorCode.NONE;
}

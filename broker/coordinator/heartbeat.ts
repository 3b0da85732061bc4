/** Heartbeat: keeps a member's session alive and tells it when to join again. */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import { generationError, memberError } from './members.ts';
import type { Registry } from './registry.ts';

export function heartbeat(registry: Registry, request: RequestOf<'Heartbeat'>): ResponseInit<'Heartbeat'> {
  const errorCode = beat(registry, request);
  if (errorCode !== ErrorCode.NONE) registry.traceRefused('Heartbeat', { ...request, generation: request.generationId }, errorCode);
  return { errorCode };
}

function beat(registry: Registry, request: RequestOf<'Heartbeat'>): number {
  if (registry.closed) return ErrorCode.NOT_COORDINATOR;
  if (request.groupId === '') return ErrorCode.INVALID_GROUP_ID;
  const group = registry.groups.get(request.groupId);
  if (group === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
  const error = memberError(group, request.memberId, request.groupInstanceId) || generationError(group, request.generationId);
  if (error !== ErrorCode.NONE) return error;
  const member = group.members.get(request.memberId);
  member?.session.set(member.sessionTimeoutMs);
  return group.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

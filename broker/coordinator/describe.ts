/** DescribeGroups and ListGroups: what people and tools see of the groups. Nothing depends on it, so it proves nothing. */
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import type { Group } from './group.ts';
import { metadataFor, NO_BYTES } from './members.ts';
import type { Registry } from './registry.ts';

type Described = NonNullable<ResponseInit<'DescribeGroups'>['groups']>[number];

export function describeGroups(registry: Registry, request: RequestOf<'DescribeGroups'>): ResponseInit<'DescribeGroups'> {
  return { groups: request.groups.map((id) => describe(registry, id)) };
}

/** No filter asks for all; upper and lower case count as the same. */
export function listGroups(registry: Registry, request: RequestOf<'ListGroups'>): ResponseInit<'ListGroups'> {
  if (registry.closed) return { errorCode: ErrorCode.NOT_COORDINATOR, groups: [] };
  const states = request.statesFilter.map((state) => state.toLowerCase());
  const groups = [...registry.groups.values()]
    .filter((group) => states.length === 0 || states.includes(group.state.toLowerCase()))
    .map((group) => ({ groupId: group.id, protocolType: group.protocolType ?? '', groupState: group.state }));
  return { errorCode: ErrorCode.NONE, groups };
}

/** An unknown group is described as dead, without an error. */
function describe(registry: Registry, groupId: string): Described {
  const nothing = { groupId, groupState: '', protocolType: '', protocolData: '', members: [] };
  if (registry.closed) return { ...nothing, errorCode: ErrorCode.NOT_COORDINATOR };
  const group = registry.groups.get(groupId);
  if (group === undefined) return { ...nothing, errorCode: ErrorCode.NONE, groupState: 'Dead' };
  const protocolData = group.state === 'Stable' ? (group.protocolName ?? '') : '';
  return { errorCode: ErrorCode.NONE, groupId, groupState: group.state, protocolType: group.protocolType ?? '', protocolData, members: membersOf(group) };
}

function membersOf(group: Group): NonNullable<Described['members']> {
  const stable = group.state === 'Stable';
  return [...group.members.values()].map((member) => ({
    memberId: member.id, groupInstanceId: member.instanceId, clientId: member.clientId, clientHost: member.clientHost,
    memberMetadata: stable ? metadataFor(member, group.protocolName) : NO_BYTES,
    memberAssignment: stable ? member.assignment : NO_BYTES,
  }));
}

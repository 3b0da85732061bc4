/** A consumer as its group sees it, and the checks every request of a member must pass. */
import { ErrorCode } from '../protocol/index.ts';
import type { ResponseInit } from '../protocol/index.ts';
import type { Deadline } from './deadline.ts';
import type { Group } from './group.ts';

export interface Member {
  readonly id: string;
  /** `group.instance.id`: a static member (KIP-345) keeps its place over a restart. */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** In the member's order of preference. */
  protocols: readonly MemberProtocol[];
  /** What the last durable SyncGroup gave it. */
  assignment: Buffer;
  /** Has never finished a join: not bound to heartbeats yet, but may not wait for ever either. */
  isNew: boolean;
  /** Has asked for its assignment in this generation. */
  synced: boolean;
  readonly session: Deadline;
  /** Answers the JoinGroup or SyncGroup that waits. At most one each: a repeated request takes the place of the earlier one. */
  join: ((response: ResponseInit<'JoinGroup'>) => void) | undefined;
  sync: ((response: ResponseInit<'SyncGroup'>) => void) | undefined;
}

export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

export const NO_BYTES = Buffer.alloc(0);

/** NONE, UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another process has taken over the static member (KIP-345). */
export function memberError(group: Group, memberId: string, instanceId: string | null): number {
  if (instanceId !== null) {
    const current = group.staticIds.get(instanceId);
    if (current === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    return current === memberId ? ErrorCode.NONE : ErrorCode.FENCED_INSTANCE_ID;
  }
  return group.members.has(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
}

/**
 * The one place where a member's generation is compared with the group's: what keeps a consumer that slept through a rebalance
 * from committing offsets of partitions that are no longer its own.
 */
export function generationError(group: Group, generation: number): number {
  // safeguard: generation
  if (generation !== group.generation) return ErrorCode.ILLEGAL_GENERATION;
  return ErrorCode.NONE;
}

export function sameProtocols(a: readonly MemberProtocol[], b: readonly MemberProtocol[]): boolean {
  return a.length === b.length && a.every((protocol, i) => protocol.name === b[i]?.name && protocol.metadata.equals(b[i].metadata));
}

export function metadataFor(member: Member, protocolName: string | null): Buffer {
  return member.protocols.find((protocol) => protocol.name === protocolName)?.metadata ?? NO_BYTES;
}

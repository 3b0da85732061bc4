/**
 * The classic consumer group coordinator: one for each led partition of `__consumer_offsets`. Start here.
 *
 * Requests are checked at once and in one go, so nothing interleaves inside a check. What must survive goes to the log first
 * and is applied and answered when it is durable, in log order. When the log is lost, so is this coordinator: it answers
 * whoever waits NOT_COORDINATOR, and everyone after them. A successor starts from `load`.
 */
import { assert } from '../../runtime/index.ts';
import { ErrorCode } from '../protocol/index.ts';
import type { RequestOf, ResponseInit } from '../protocol/index.ts';
import { offsetCommit } from './commit.ts';
import { describeGroups, listGroups } from './describe.ts';
import { offsetFetch } from './fetch.ts';
import { heartbeat } from './heartbeat.ts';
import { joinGroup } from './join.ts';
import { leaveGroup } from './leave.ts';
import { load } from './load.ts';
import { answerJoins, answerSyncs } from './rebalance.ts';
import { Registry } from './registry.ts';
import type { RequestContext, Surroundings } from './registry.ts';
import { syncGroup } from './sync.ts';

export class GroupCoordinator {
  readonly #registry: Registry;

  /** `random` must be of its own for each time a partition is led: member ids must not repeat those of an earlier life. */
  constructor(surroundings: Surroundings) {
    this.#registry = new Registry(surroundings, () => this.close());
  }

  /** Replays the log from its start. Once, before any request. */
  load(records: Iterable<{ readonly key: Buffer | null; readonly value: Buffer | null }>): void {
    assert(this.#registry.groups.size === 0, 'a coordinator is loaded once, before any request');
    load(this.#registry, records);
  }

  joinGroup(request: RequestOf<'JoinGroup'>, context: RequestContext): Promise<ResponseInit<'JoinGroup'>> {
    return joinGroup(this.#registry, request, context);
  }

  syncGroup(request: RequestOf<'SyncGroup'>, _context: RequestContext): Promise<ResponseInit<'SyncGroup'>> {
    return syncGroup(this.#registry, request);
  }

  async heartbeat(request: RequestOf<'Heartbeat'>, _context: RequestContext): Promise<ResponseInit<'Heartbeat'>> {
    return heartbeat(this.#registry, request);
  }

  async leaveGroup(request: RequestOf<'LeaveGroup'>, context: RequestContext): Promise<ResponseInit<'LeaveGroup'>> {
    return leaveGroup(this.#registry, request, context);
  }

  offsetCommit(request: RequestOf<'OffsetCommit'>, _context: RequestContext): Promise<ResponseInit<'OffsetCommit'>> {
    return offsetCommit(this.#registry, request);
  }

  offsetFetch(request: RequestOf<'OffsetFetch'>, context: RequestContext): Promise<ResponseInit<'OffsetFetch'>> {
    return offsetFetch(this.#registry, request, context);
  }

  /** Of groups that other partitions hold this coordinator knows nothing: it calls them dead. Ask each for its own. */
  async describeGroups(request: RequestOf<'DescribeGroups'>, _context: RequestContext): Promise<ResponseInit<'DescribeGroups'>> {
    return describeGroups(this.#registry, request);
  }

  /** The groups of this partition. */
  async listGroups(request: RequestOf<'ListGroups'>, _context: RequestContext): Promise<ResponseInit<'ListGroups'>> {
    return listGroups(this.#registry, request);
  }

  /** Leadership is lost (or handed over). Everybody who waits is answered; nothing that completes later changes anything. */
  close(): void {
    if (this.#registry.closed) return;
    this.#registry.journal.close();
    for (const group of this.#registry.groups.values()) {
      group.joinDeadline?.cancel();
      group.syncDeadline?.cancel();
      for (const deadline of group.pending.values()) deadline.cancel();
      for (const member of group.members.values()) member.session.cancel();
      answerJoins(group, ErrorCode.NOT_COORDINATOR);
      answerSyncs(group, ErrorCode.NOT_COORDINATOR);
    }
  }
}

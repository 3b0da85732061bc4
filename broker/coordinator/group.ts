/**
 * One consumer group: its state machine, members and committed offsets. Knows no clock and no log and answers nobody;
 * `rebalance.ts` moves it. The states and their arrows are Kafka's.
 */
import { assert } from '../../runtime/index.ts';
import type { Deadline } from './deadline.ts';
import { metadataFor, NO_BYTES } from './members.ts';
import type { Member, MemberProtocol } from './members.ts';
import { OffsetTable } from './offsets.ts';
import type { GroupSnapshot } from './records.ts';

export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

const ARROWS: Readonly<Record<GroupState, readonly GroupState[]>> = {
  Empty: ['PreparingRebalance', 'Dead'],
  PreparingRebalance: ['CompletingRebalance', 'Empty'],
  CompletingRebalance: ['Stable', 'PreparingRebalance'],
  Stable: ['PreparingRebalance'],
  Dead: [],
};

export class Group {
  readonly id: string;
  readonly offsets = new OffsetTable();
  /** In order of arrival. */
  readonly members = new Map<string, Member>();
  /** `group.instance.id` to the member id that holds it now. */
  readonly staticIds = new Map<string, string>();
  /** Member ids handed out with MEMBER_ID_REQUIRED (KIP-394) and not used yet. */
  readonly pending = new Map<string, Deadline>();
  generation = 0;
  protocolType: string | null = null;
  protocolName: string | null = null;
  leaderId: string | null = null;
  /** The generation whose assignment is on its way to the log. One append a generation: a second could overwrite what was answered. */
  storingGeneration = -1;
  /** While the first members gather: how much longer the wait may be extended, and whether someone came since it last was. */
  gathering: { remainingMs: number; grew: boolean } | undefined;
  /** Ends the wait for members to rejoin, and the wait for them to ask for their assignment. */
  joinDeadline: Deadline | undefined;
  syncDeadline: Deadline | undefined;
  #state: GroupState = 'Empty';

  constructor(id: string) {
    this.id = id;
  }

  get state(): GroupState {
    return this.#state;
  }

  move(to: GroupState): void {
    assert(ARROWS[this.#state].includes(to), `group ${this.id} cannot go from ${this.#state} to ${to}`);
    this.#state = to;
  }

  /** Takes over what the log says. A group with members was stable when that was written, so it goes on as stable. */
  restore(snapshot: GroupSnapshot | null, members: readonly Member[]): void {
    this.members.clear();
    this.staticIds.clear();
    for (const member of members) this.add(member);
    this.#state = members.length > 0 ? 'Stable' : 'Empty';
    this.generation = snapshot?.generation ?? 0;
    this.protocolType = snapshot === null || snapshot.protocolType === '' ? null : snapshot.protocolType;
    this.protocolName = snapshot?.protocolName ?? null;
    this.leaderId = snapshot?.leaderId ?? null;
  }

  add(member: Member): void {
    assert(!this.members.has(member.id), `member ${member.id} is already in group ${this.id}`);
    this.members.set(member.id, member);
    if (member.instanceId !== null) this.staticIds.set(member.instanceId, member.id);
  }

  remove(member: Member): void {
    this.members.delete(member.id);
    if (member.instanceId !== null && this.staticIds.get(member.instanceId) === member.id) this.staticIds.delete(member.instanceId);
    if (this.leaderId === member.id) this.leaderId = null;
  }

  /** A static member's new process takes the place of the old one, leadership included. */
  replace(old: Member, member: Member): void {
    const wasLeader = this.leaderId === old.id;
    this.remove(old);
    this.add(member);
    if (wasLeader) this.leaderId = member.id;
  }

  /** Can a member that speaks these protocols be in this group? `memberId` is left out of the comparison with the others. */
  supports(protocolType: string, protocols: readonly MemberProtocol[], memberId: string): boolean {
    if (protocolType === '' || protocols.length === 0) return false;
    if (this.members.size === 0) return true;
    if (protocolType !== this.protocolType) return false;
    const others = [...this.members.values()].filter((member) => member.id !== memberId);
    return protocols.some(({ name }) => others.every((member) => member.protocols.some((p) => p.name === name)));
  }

  /** Each member votes for its favourite among the protocols all speak; a tie goes to the one voted for first. */
  selectProtocol(): string {
    const members = [...this.members.values()];
    const votes = new Map<string, number>();
    for (const member of members) {
      const favourite = member.protocols.find(({ name }) => members.every((other) => other.protocols.some((p) => p.name === name)));
      assert(favourite !== undefined, `group ${this.id} has no protocol that all members speak`);
      votes.set(favourite.name, (votes.get(favourite.name) ?? 0) + 1);
    }
    let winner: readonly [string, number] = ['', 0];
    for (const vote of votes) if (vote[1] > winner[1]) winner = vote;
    return winner[0];
  }

  /** The leader must be among those who joined: it will be asked to assign. False when nobody has joined. */
  electLeader(): boolean {
    if (this.leaderId !== null && this.members.get(this.leaderId)?.join !== undefined) return true;
    const joined = this.joined();
    if (joined[0] === undefined) return false;
    this.leaderId = joined[0].id;
    return true;
  }

  joined(): Member[] {
    return [...this.members.values()].filter((member) => member.join !== undefined);
  }

  rebalanceTimeoutMs(): number {
    return Math.max(0, ...[...this.members.values()].map((member) => member.rebalanceTimeoutMs));
  }

  /** What the log should hold for this group, with `assignments` instead of the current ones if given. */
  snapshot(stateTimestampMs: number, assignments?: ReadonlyMap<string, Buffer>): GroupSnapshot {
    const members = [...this.members.values()].map((member) => ({
      id: member.id, instanceId: member.instanceId, clientId: member.clientId, clientHost: member.clientHost,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs, sessionTimeoutMs: member.sessionTimeoutMs,
      subscription: metadataFor(member, this.protocolName),
      assignment: assignments === undefined ? member.assignment : (assignments.get(member.id) ?? NO_BYTES),
    }));
    const { generation, protocolName, leaderId } = this;
    return { protocolType: this.protocolType ?? '', generation, protocolName, leaderId, stateTimestampMs, members };
  }
}

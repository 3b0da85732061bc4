/** A fold over the log: what a coordinator must know before its first request. Also what a test compares a live coordinator with. */
import { Deadline } from './deadline.ts';
import type { Group } from './group.ts';
import type { Member } from './members.ts';
import { onSessionExpired } from './rebalance.ts';
import { readRecord } from './records.ts';
import type { GroupSnapshot, MemberSnapshot } from './records.ts';
import type { Registry } from './registry.ts';

/** Members get a fresh session: how long they were silent while nobody coordinated says nothing about them. */
export function load(registry: Registry, records: Iterable<{ readonly key: Buffer | null; readonly value: Buffer | null }>): void {
  const snapshots = new Map<string, GroupSnapshot | null>();
  for (const raw of records) {
    const record = readRecord(raw);
    if (record === undefined) continue;
    if (record.kind === 'offset') registry.groupForCommit(record.group).offsets.apply(record.topic, record.partition, record.value);
    else snapshots.set(record.group, record.value);
  }
  for (const [id, snapshot] of snapshots) {
    const group = registry.groupForCommit(id);
    group.restore(snapshot, (snapshot?.members ?? []).map((member) => restored(registry, group, snapshot?.protocolName ?? '', member)));
  }
  for (const group of registry.groups.values()) {
    registry.forgetIfUnused(group);
    if (group.state === 'Dead') continue;
    registry.traceState(group);
    for (const member of group.members.values()) member.session.set(member.sessionTimeoutMs);
  }
}

/** Of what the member speaks, the log keeps only the protocol that was chosen. */
function restored(registry: Registry, group: Group, protocolName: string, snapshot: MemberSnapshot): Member {
  const { id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, assignment } = snapshot;
  const session = new Deadline(registry.clock, () => onSessionExpired(registry, group, member));
  const protocols = [{ name: protocolName, metadata: snapshot.subscription }];
  const member: Member = { id, instanceId, clientId, clientHost, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment, isNew: false, synced: true, session, join: undefined, sync: undefined };
  return member;
}

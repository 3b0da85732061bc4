import { expect, test } from 'vitest';
import { encodeRequest } from '../../broker/protocol/index.ts';
import { WireTap } from '../../scenarios/clients/wire-tap.ts';

test('counts what could have changed something', () => {
  const tap = new WireTap();
  tap.see(Buffer.concat(encodeRequest('Produce', 7, 1, 'p1', { acks: -1, timeoutMs: 1000, topicData: [] })));
  tap.see(Buffer.concat(encodeRequest('Heartbeat', 3, 2, 'p1', { groupId: 'g', generationId: 4, memberId: 'm' })));
  expect([tap.produceRequests, tap.commitRequests]).toEqual([1, 0]);
});

test('reads group and generation off joins, leaves and syncs', () => {
  const tap = new WireTap();
  const seen: unknown[] = [];
  tap.onLeaving = (group) => seen.push(group);
  tap.onSync = (...facts) => seen.push(facts);
  tap.see(Buffer.concat(encodeRequest('SyncGroup', 3, 77, 'c2#2', { groupId: 'readers', generationId: 12, memberId: 'm', assignments: [] })));
  tap.see(Buffer.concat(encodeRequest('LeaveGroup', 2, 78, 'c2#2', { groupId: 'readers', memberId: 'm' })));
  expect(seen).toEqual([['readers', 12, 77], 'readers']);
});

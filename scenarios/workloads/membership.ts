/**
 * What a group member owns right now, and the history of it: assignments with their generation, and every way of losing them.
 * kafkajs announces joins without the generation, and some rejoins not at all, so both are read off its requests.
 */
import type { Consumer } from 'kafkajs';
import type { Runtime, Tp } from '../../runtime/index.ts';
import type { WireTap } from '../clients/wire-tap.ts';
import type { History } from '../history.ts';

export interface Membership {
  readonly member: string;
  readonly generation: number;
  readonly tps: ReadonlySet<Tp>;
  /** It has been told where its group stands. Before that, whatever kafkajs hands over was fetched under an earlier assignment. */
  positioned: boolean;
}

export interface MembershipView {
  /** Undefined between losing one assignment and getting the next. A handler keeps the one it began with and compares. */
  readonly current: Membership | undefined;
}

export function watchMembership(rt: Runtime, history: History, process: string, group: string, consumer: Consumer, tap: WireTap): MembershipView {
  const view: { current: Membership | undefined } = { current: undefined };
  let last: Membership | undefined;
  /** A heartbeat has left since the last assignment was lost. */
  let asked = false;
  /** Generation each SyncGroup asked for, by broker-independent correlation id; only the last few matter. */
  const syncs = new Map<number, number>();
  let answered = -1;

  const own = (membership: Membership): void => {
    view.current = last = membership;
    const { member, generation, tps } = membership;
    history.record(rt, process, { kind: 'op.assign', group, member, generation, tps: [...tps] });
  };
  const lose = (): void => {
    if (view.current === undefined) return;
    const { member, generation } = view.current;
    view.current = undefined;
    asked = false;
    history.record(rt, process, { kind: 'op.revoke', group, member, generation });
  };
  tap.onLeaving = (leaving) => {
    if (leaving === group) lose();
  };
  tap.onHeartbeat = () => {
    asked = true;
  };
  tap.onSync = (syncing, generation, correlationId) => {
    if (syncing === group) syncs.set(correlationId, generation);
  };
  const { events } = consumer;
  consumer.on(events.REQUEST, ({ payload }) => {
    if (payload.apiName === 'OffsetFetch' && view.current !== undefined) view.current.positioned = true;
    if (payload.apiName !== 'SyncGroup') return;
    answered = syncs.get(payload.correlationId) ?? answered;
    syncs.delete(payload.correlationId);
  });
  consumer.on(events.GROUP_JOIN, ({ payload }) => {
    lose();
    const tps = Object.entries(payload.memberAssignment)
      .flatMap(([topic, partitions]) => partitions.map((partition): Tp => `${topic}-${partition}`))
      .sort();
    own({ member: payload.memberId, generation: answered, tps: new Set(tps), positioned: false });
  });
  // When a rejoin is refused for now (the coordinator moves or loads), kafkajs goes on under the old generation. That is right if, and as
  // soon as, the coordinator accepts a heartbeat of that generation that was sent after the attempt.
  consumer.on(events.HEARTBEAT, ({ payload }) => {
    if (view.current === undefined && asked && last !== undefined && payload.memberId === last.member && payload.groupGenerationId === last.generation) own(last);
  });
  consumer.on(events.REBALANCING, lose);
  consumer.on(events.STOP, lose);
  consumer.on(events.DISCONNECT, lose);
  consumer.on(events.CRASH, lose);
  return view;
}

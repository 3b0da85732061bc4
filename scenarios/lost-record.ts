/** The life of one record that was acknowledged, committed past, and never processed, out of a trace. */
import type { HistoryEvent, Tp, TraceEvent, ValueId } from '../runtime/index.ts';

export interface LostRecord {
  readonly value: ValueId;
  readonly tp: Tp;
  readonly offset: number;
  /** What came between the commit and the work. */
  readonly cause: LossCause;
  readonly steps: readonly LifeStep[];
}

export interface LifeStep {
  readonly seq: number;
  readonly atUs: number;
  readonly what: string;
}

/** died: the process that held it ended. unanswered: its commit was stored, and it was not told. rebalanced: it lost the partition. */
export type LossCause = 'died' | 'unanswered' | 'rebalanced' | 'unclear';

/** The first record of `group` that is lost, if any is. */
export function lostRecord(events: readonly TraceEvent[], group: string): LostRecord | undefined {
  const history = events.filter(({ kind }) => kind.startsWith('op.')).map(historyEvent);
  const lost = firstLost(history, group);
  return lost === undefined ? undefined : biography(events, history, lost, group);
}

interface Whereabouts {
  readonly value: ValueId;
  readonly tp: Tp;
  readonly offset: number;
}

type EventOf<K extends HistoryEvent['kind']> = Extract<HistoryEvent, { readonly kind: K }>;

/** In the final reader's log, below a commit of the group, and not processed by anybody. */
function firstLost(history: readonly HistoryEvent[], group: string): Whereabouts | undefined {
  const done = new Set<ValueId>();
  const committed = new Map<Tp, number>();
  for (const event of history) {
    if (event.kind === 'op.process') done.add(event.value);
    if (event.kind === 'op.commit' && event.group === group) committed.set(event.tp, Math.max(committed.get(event.tp) ?? 0, event.offset));
  }
  for (const event of history) {
    if (event.kind !== 'op.poll' || event.group !== null) continue;
    const found = event.records.find(({ offset, value }) => offset < (committed.get(event.tp) ?? 0) && !done.has(value));
    if (found !== undefined) return { value: found.value, tp: event.tp, offset: found.offset };
  }
  return undefined;
}

function biography(events: readonly TraceEvent[], history: readonly HistoryEvent[], lost: Whereabouts, group: string): LostRecord {
  const { value, tp, offset } = lost;
  const steps: LifeStep[] = [];
  const note = (event: HistoryEvent | undefined, what: string): void => {
    if (event !== undefined) steps.push({ seq: event.seq, atUs: event.atUs, what });
  };
  const send = history.find((event): event is EventOf<'op.send'> => event.kind === 'op.send' && event.values.includes(value));
  note(send, `${send?.process} sends it to ${tp}`);
  note(history.find((event) => event.kind === 'op.send.ok' && event.op === send?.op), `the broker acknowledges it: offset ${offset}`);

  const polls = history.filter((event): event is EventOf<'op.poll'> => event.kind === 'op.poll' && event.group === group && event.tp === tp);
  const given = polls.findLast(({ records }) => records.some((record) => record.offset === offset));
  if (given === undefined) return { ...lost, cause: 'unclear', steps };
  note(given, `${given.process} is given it`);
  const resumed = polls.find(({ seq, records }) => seq > given.seq && (records[0]?.offset ?? -1) > offset);
  const between = history.filter(({ seq, process }) => seq > given.seq && seq < (resumed?.seq ?? Infinity) && process === given.process);
  const commit = between.findLast((event): event is EventOf<'op.commit'> => event.kind === 'op.commit' && event.tp === tp && event.offset > offset);
  note(commit, `${given.process} commits offset ${commit?.offset}: "everything below is done". It is not done yet`);
  note(between.find((event) => event.kind === 'op.commit.ok' && event.op === commit?.op), 'the commit is stored');

  const after = commit?.seq ?? given.seq;
  const death = events.find(({ seq, kind, node }) => seq > after && seq < (resumed?.seq ?? Infinity) && node === given.process.split('#')[0] && DEATHS.has(kind));
  const unknown = between.find((event) => event.kind === 'op.commit.unknown' && event.op === commit?.op);
  const revoked = between.find(({ kind, seq }) => kind === 'op.revoke' && seq > after);
  let cause: LossCause = 'unclear';
  if (unknown !== undefined) {
    cause = 'unanswered';
    note(unknown, `the answer is lost: ${given.process} does not know that its commit was stored, and gives the record back`);
  } else if (death !== undefined) {
    cause = 'died';
    steps.push({ seq: death.seq, atUs: death.t, what: `${given.process} dies before it has processed it` });
  } else if (revoked !== undefined) {
    cause = 'rebalanced';
    note(revoked, `${given.process} loses ${tp} in a rebalance before it has processed it`);
  }
  note(resumed, `${resumed?.process} goes on from offset ${resumed?.records[0]?.offset}; nobody ever looks back`);
  return { ...lost, cause, steps: steps.sort((a, b) => a.seq - b.seq) };
}

const DEATHS: ReadonlySet<string> = new Set(['node.kill', 'node.exit', 'node.crash']);

function historyEvent({ seq, t, kind, args }: TraceEvent): HistoryEvent {
  return { ...args, seq, atUs: t, kind } as unknown as HistoryEvent;
}

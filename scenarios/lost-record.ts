/** The life of one record that was acknowledged, committed past, and never processed, out of a trace. */
import type { HistoryEvent, Tp, TraceEvent, ValueId } from '../runtime/index.ts';

export interface LostRecord {
  readonly value: ValueId;
  readonly tp: Tp;
  readonly offset: number;
  readonly steps: readonly { readonly seq: number; readonly atUs: number; readonly what: string }[];
}

/** The first record of `group` that is lost, if any is. */
export function lostRecord(events: readonly TraceEvent[], group: string): LostRecord | undefined {
  const history = events.filter(({ kind }) => kind.startsWith('op.')).map(historyEvent);
  const lost = firstLost(history, group);
  if (lost === undefined) return undefined;
  return { ...lost, steps: biography(events, history, lost, group) };
}

interface Whereabouts {
  readonly value: ValueId;
  readonly tp: Tp;
  readonly offset: number;
}

function firstLost(history: readonly HistoryEvent[], group: string): Whereabouts | undefined {
  const done = new Set<ValueId>();
  const committed = new Map<Tp, number>();
  const commits = new Map<number, { readonly tp: Tp; readonly offset: number }>();
  for (const event of history) {
    if (event.kind === 'op.process') done.add(event.value);
    if (event.kind === 'op.commit' && event.group === group) commits.set(event.op, event);
    if (event.kind === 'op.commit.ok') {
      const commit = commits.get(event.op);
      if (commit !== undefined) committed.set(commit.tp, Math.max(committed.get(commit.tp) ?? 0, commit.offset));
    }
  }
  for (const event of history) {
    if (event.kind !== 'op.poll' || event.group !== null) continue;
    const found = event.records.find(({ offset, value }) => offset < (committed.get(event.tp) ?? 0) && !done.has(value));
    if (found !== undefined) return { value: found.value, tp: event.tp, offset: found.offset };
  }
  return undefined;
}

function biography(events: readonly TraceEvent[], history: readonly HistoryEvent[], { value, tp, offset }: Whereabouts, group: string): LostRecord['steps'] {
  const steps: { seq: number; atUs: number; what: string }[] = [];
  const note = (event: { readonly seq: number; readonly atUs: number }, what: string): void => {
    steps.push({ seq: event.seq, atUs: event.atUs, what });
  };
  let sendOp = -1;
  let commitOp = -1;
  let holder: string | undefined;
  for (const event of history) {
    switch (event.kind) {
      case 'op.send':
        if (!event.values.includes(value)) break;
        sendOp = event.op;
        note(event, `${event.process} sends it to ${tp}`);
        break;
      case 'op.send.ok':
        if (event.op === sendOp) note(event, `the broker acknowledges it: offset ${offset}`);
        break;
      case 'op.poll':
        if (event.group !== group || event.tp !== tp) break;
        if (event.records.some((record) => record.offset === offset)) {
          holder = event.process;
          note(event, `${event.process} is given it`);
        } else if (commitOp >= 0 && event.process !== holder && (event.records[0]?.offset ?? -1) > offset) {
          note(event, `${event.process} goes on from offset ${event.records[0]?.offset}, past it; nobody processes it any more`);
          return withDeath(events, steps, holder);
        }
        break;
      case 'op.commit':
        if (event.tp !== tp || event.process !== holder || event.offset <= offset) break;
        commitOp = event.op;
        note(event, `${event.process} commits offset ${event.offset}: "everything below is done". It is not done yet`);
        break;
      case 'op.commit.ok':
        if (event.op === commitOp) note(event, 'the commit is stored');
        break;
      default:
    }
  }
  return withDeath(events, steps, holder);
}

/** The end of the process that held the record, between what came before and after it. */
function withDeath(events: readonly TraceEvent[], steps: readonly LostRecord['steps'][number][], holder: string | undefined): LostRecord['steps'] {
  const node = holder?.split('#')[0];
  const given = steps.find(({ what }) => what.endsWith('is given it'));
  const death = events.find(({ seq, kind, node: where }) => where === node && seq > (given?.seq ?? Infinity) && (kind === 'node.kill' || kind === 'node.exit' || kind === 'node.crash'));
  if (death === undefined || holder === undefined) return steps;
  return [...steps, { seq: death.seq, atUs: death.t, what: `${holder} dies before it has processed it` }].sort((a, b) => a.seq - b.seq);
}

function historyEvent({ seq, t, kind, args }: TraceEvent): HistoryEvent {
  return { ...args, seq, atUs: t, kind } as unknown as HistoryEvent;
}

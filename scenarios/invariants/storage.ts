/**
 * What the store itself must show after a run: every acknowledged record is really there, every range is backed by an
 * object, and each recovery found exactly what its predecessor had promised. White-box: for our own broker only.
 */
import { decodeRecords, inspectMetadata, inspectPartition, type StoredObjects } from '../../broker/index.ts';
import type { TraceEvent } from '../../runtime/index.ts';
import type { Report } from './report.ts';
import type { View } from './view.ts';

export function judgeStorage(view: View, objects: StoredObjects, report: Report): void {
  const state = inspectMetadata(objects);
  const stored = new Map<string, Map<number, string>>();
  for (const partition of state.streams.values()) {
    const tp = `${partition.topic}-${partition.index}`;
    const { batches, problems } = inspectPartition(objects, state, partition);
    for (const problem of problems) {
      const invariant = problem.includes('not in the store') || problem.includes('bytes, expected') ? 'no-dangling-reference' : 'ranges-tile';
      report.add(tp, { invariant, blame: 'storage', summary: problem, at: lastSeq(view), evidence: [] });
    }
    const values = new Map<number, string>();
    for (const record of batches.flatMap(decodeRecords)) values.set(record.offset, record.value?.toString('latin1').split('|', 1)[0] ?? '');
    stored.set(tp, values);
  }
  for (const send of view.sends) {
    if (send.outcome !== 'ok' || send.baseOffset < 0) continue;
    const { tp, values, process, seq } = send.event;
    for (const [index, value] of values.entries()) {
      const offset = send.baseOffset + index;
      const found = stored.get(tp)?.get(offset);
      if (found === value) continue;
      report.add(tp, {
        invariant: 'durable-ack',
        blame: 'storage',
        summary: `${process} was told that ${value} is stored at offset ${offset} of ${tp}, but the store holds ${found === undefined ? 'nothing' : found} there`,
        at: send.doneSeq,
        evidence: [seq, send.doneSeq],
        because: [`${process} sent ${value} and was told offset ${offset}. However, neither a data object nor the write-ahead log has it there`],
      });
      break;
    }
  }
}

/**
 * Each leader starts exactly where its predecessors' promises end: no acknowledged record missing, none invented. Leader epochs tell who came
 * before whom, not time: one that is opened late, by a process that was replaced while it stood still, is nobody's successor.
 */
export function judgeRecoveries(whiteBox: readonly TraceEvent[], report: Report): void {
  const partitions = new Map<string, Map<number, Reign>>();
  for (const event of whiteBox) {
    if (event.kind !== 'partition.append' && event.kind !== 'partition.hw' && event.kind !== 'partition.open') continue;
    const tp = String(event.args['tp']);
    const epoch = Number(event.args['epoch']);
    const reigns = partitions.get(tp) ?? new Map<number, Reign>();
    partitions.set(tp, reigns);
    const own = reigns.get(epoch) ?? { confirmed: { end: 0, seq: 0 }, appended: 0 };
    reigns.set(epoch, own);
    if (event.kind === 'partition.append') own.appended = Math.max(own.appended, Number(event.args['base']) + Number(event.args['count']));
    if (event.kind === 'partition.hw' && Number(event.args['hw']) > own.confirmed.end) own.confirmed = { end: Number(event.args['hw']), seq: event.seq };
    if (event.kind !== 'partition.open') continue;
    const before = [...reigns].filter(([other]) => other < epoch).map(([, reign]) => reign);
    const confirmed = before.reduce((furthest, reign) => (reign.confirmed.end > furthest.end ? reign.confirmed : furthest), { end: 0, seq: 0 });
    const appended = before.reduce((furthest, reign) => Math.max(furthest, reign.appended), 0);
    const end = Number(event.args['end']);
    if (end >= confirmed.end && end <= appended) continue;
    report.add(tp, {
      invariant: 'recovery-equality',
      blame: 'storage',
      summary: `${event.node} opened ${tp} at offset ${end}, but its predecessors had confirmed ${confirmed.end} and appended ${appended}`,
      at: event.seq,
      evidence: [confirmed.seq, event.seq],
      because: [`everything below ${confirmed.end} of ${tp} had been confirmed. However, the next leader starts at ${end}`],
    });
  }
}

/** What was done under one leader epoch. */
interface Reign {
  confirmed: Mark;
  appended: number;
}

interface Mark {
  readonly end: number;
  readonly seq: number;
}

function lastSeq(view: View): number {
  return view.history.at(-1)?.seq ?? 0;
}

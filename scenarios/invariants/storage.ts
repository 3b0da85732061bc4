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

/** Each leader starts exactly where its predecessors' promises end: no acknowledged record missing, none invented. */
export function judgeRecoveries(whiteBox: readonly TraceEvent[], report: Report): void {
  const partitions = new Map<string, { confirmed: Mark; appended: number }>();
  for (const event of whiteBox) {
    const tp = String(event.args['tp']);
    const known = partitions.get(tp) ?? { confirmed: { end: 0, seq: 0 }, appended: 0 };
    partitions.set(tp, known);
    if (event.kind === 'partition.append') known.appended = Math.max(known.appended, Number(event.args['base']) + Number(event.args['count']));
    if (event.kind === 'partition.hw' && Number(event.args['hw']) > known.confirmed.end) known.confirmed = { end: Number(event.args['hw']), seq: event.seq };
    if (event.kind !== 'partition.open') continue;
    const end = Number(event.args['end']);
    if (end >= known.confirmed.end && end <= known.appended) continue;
    report.add(tp, {
      invariant: 'recovery-equality',
      blame: 'storage',
      summary: `${event.node} opened ${tp} at offset ${end}, but its predecessors had confirmed ${known.confirmed.end} and appended ${known.appended}`,
      at: event.seq,
      evidence: [known.confirmed.seq, event.seq],
      because: [`everything below ${known.confirmed.end} of ${tp} had been confirmed. However, the next leader starts at ${end}`],
    });
  }
}

interface Mark {
  readonly end: number;
  readonly seq: number;
}

function lastSeq(view: View): number {
  return view.history.at(-1)?.seq ?? 0;
}

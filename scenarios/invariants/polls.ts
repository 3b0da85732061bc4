/** What a reader is given within one assignment: forward, without gaps, below the high watermark. */
import type { EventOf, PartitionView, View } from './view.ts';
import type { Report } from './report.ts';

export function judgePolls(view: View, report: Report): void {
  const readers = new Map<string, Position>();
  const assigned = new Map<string, number>();
  const known = new Map<string, readonly number[]>();
  for (const event of view.history) {
    switch (event.kind) {
      case 'op.assign':
      case 'op.revoke':
        assigned.set(event.process, event.seq);
        break;
      case 'op.process': {
        const position = readers.get(`${event.process} ${event.tp}`);
        if (position !== undefined && event.offset > position.processed) position.processed = event.offset;
        break;
      }
      case 'op.poll': {
        judgeWatermark(event, report);
        const since = assigned.get(event.process) ?? 0;
        const reader = `${event.process} ${event.tp}`;
        let position = readers.get(reader);
        for (const { offset } of event.records) {
          if (position === undefined || position.since !== since || position.generation !== event.generation) {
            position = { since, generation: event.generation, first: offset, last: offset, lastSeq: event.seq, processed: -1 };
            readers.set(reader, position);
            continue;
          }
          if (offset > position.last + 1) judgeGap(event, offset, position, view, known, report);
          else if (offset <= position.last && !mayReturn(event, offset, position)) judgeReturn(event, offset, position, report);
          position.last = offset;
          position.lastSeq = event.seq;
        }
        break;
      }
      default:
    }
  }
}

interface Position {
  /** seq of the assignment it belongs to. */
  readonly since: number;
  readonly generation: number;
  readonly first: number;
  last: number;
  lastSeq: number;
  /** Highest offset that the application has finished with. */
  processed: number;
}

/**
 * A batch whose handling failed is given to the application again, so a member may return to what it has not processed.
 * A reader without a group may start again from where it began.
 */
function mayReturn(event: EventOf<'op.poll'>, offset: number, position: Position): boolean {
  if (event.seq === position.lastSeq) return false;
  return event.group === null ? offset === position.first : offset > position.processed;
}

function judgeReturn(event: EventOf<'op.poll'>, offset: number, position: Position, report: Report): void {
  report.add(event.tp, {
    invariant: 'nonmonotonic-poll',
    blame: 'broker',
    summary: `${event.process} was given offset ${offset} of ${event.tp} after offset ${position.last}, in one and the same assignment`,
    at: event.seq,
    evidence: [position.lastSeq, event.seq],
    because: [`${event.process} had been given offset ${position.last} of ${event.tp}. However, the next record it was given is at ${offset}`],
  });
}

function judgeGap(event: EventOf<'op.poll'>, offset: number, position: Position, view: View, known: Map<string, readonly number[]>, report: Report): void {
  const partition = view.partitions.get(event.tp);
  if (partition === undefined) return;
  const missed = firstBetween(offsetsOf(partition, known), position.last + 1, offset);
  const witness = missed === undefined ? undefined : partition.seen.get(missed);
  if (witness === undefined) return;
  report.add(event.tp, {
    invariant: 'poll-skip',
    blame: 'broker',
    summary: `${event.process} was given offset ${offset} of ${event.tp} right after ${position.last}, but ${witness.process} read ${witness.value} at ${witness.offset} in between`,
    at: Math.max(event.seq, witness.seq),
    evidence: [position.lastSeq, event.seq, witness.seq],
    because: [`${event.process} went from offset ${position.last} of ${event.tp} straight to ${offset}`, `However, ${witness.process} read ${witness.value} at offset ${witness.offset}, so there was a record in between`],
  });
}

function judgeWatermark(event: EventOf<'op.poll'>, report: Report): void {
  const last = event.records[event.records.length - 1];
  if (event.highWatermark >= 0 && (last === undefined || last.offset < event.highWatermark)) return;
  report.add(event.tp, {
    invariant: 'watermark-sane',
    blame: 'broker',
    summary:
      last === undefined || event.highWatermark < 0
        ? `${event.process} was told that the high watermark of ${event.tp} is ${event.highWatermark}`
        : `${event.process} was given offset ${last.offset} of ${event.tp}, at or above the high watermark ${event.highWatermark} that came with it`,
    at: event.seq,
    evidence: [event.seq],
    because: ['a reader sees only what lies below the high watermark'],
  });
}

/** Sorted once a partition, and only when a gap is met. */
function offsetsOf(partition: PartitionView, known: Map<string, readonly number[]>): readonly number[] {
  let offsets = known.get(partition.tp);
  if (offsets === undefined) {
    offsets = [...partition.seen.keys()].sort((a, b) => a - b);
    known.set(partition.tp, offsets);
  }
  return offsets;
}

/** The first of the sorted `offsets` in [from, to). */
export function firstBetween(offsets: readonly number[], from: number, to: number): number | undefined {
  let low = 0;
  let high = offsets.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  const found = offsets[low];
  return found !== undefined && found < to ? found : undefined;
}

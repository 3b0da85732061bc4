/** How far the log is: log ends as told to clients, and high watermarks as clients and brokers saw them. */
import type { HistoryEvent, TraceEvent } from '../../runtime/index.ts';
import type { Report } from './report.ts';
import { by, opKey, type EventOf, type Send, type View } from './view.ts';

export function judgeWatermarks(view: View, whiteBox: readonly TraceEvent[], report: Report): void {
  judgeLogEnds(view, report);
  judgeBacked(view, report);
  judgeLeaders(whiteBox, report);
}

/** Whoever asks for the log end, or reads at it, after somebody has seen it further must not be told less. */
function judgeLogEnds(view: View, report: Report): void {
  const floors = new Map<string, Floor>();
  const asked = new Map<string, Question>();
  const sends = new Map<string, Send>(view.sends.map((send) => [opKey(send.event), send]));
  for (const event of view.history) {
    const shown = shows(event, sends, asked);
    if (event.kind === 'op.list-offsets' || event.kind === 'op.fetch') asked.set(opKey(event), { event, floor: floors.get(event.tp) });
    if (event.kind === 'op.list-offsets.ok' || event.kind === 'op.fetch.out-of-range') judgeAnswer(asked.get(opKey(event)), event, report);
    const floor = shown === undefined ? undefined : floors.get(shown.tp);
    if (shown !== undefined && (floor === undefined || shown.floor.end > floor.end)) floors.set(shown.tp, shown.floor);
  }
}

interface Question {
  readonly event: EventOf<'op.list-offsets' | 'op.fetch'>;
  /** What had been proved when it was asked. */
  readonly floor: Floor | undefined;
}

function judgeAnswer(question: Question | undefined, answer: EventOf<'op.list-offsets.ok' | 'op.fetch.out-of-range'>, report: Report): void {
  if (question?.floor === undefined) return;
  const { event, floor } = question;
  const told = toldTooLittle(event, answer, floor.end);
  if (told === undefined) return;
  report.add(event.tp, {
    invariant: 'read-your-ack',
    blame: 'broker',
    summary: `${answer.process} was told${by(event)} that ${told.words}, after ${floor.words}`,
    at: answer.seq,
    evidence: [floor.seq, event.seq, answer.seq],
    because: [`${floor.words}, and only then ${answer.process} asked for ${told.wanted}`, `However, the answer${by(event)} was ${told.answer}`],
  });
}

/** Undefined when the answer agrees with a log that goes on to `end`, at least. */
function toldTooLittle(asked: Question['event'], answer: EventOf<'op.list-offsets.ok' | 'op.fetch.out-of-range'>, end: number): { words: string; wanted: string; answer: string } | undefined {
  const { tp } = asked;
  if (answer.kind === 'op.list-offsets.ok') {
    if (answer.end >= end) return undefined;
    return { words: `${tp} ends at offset ${answer.end}`, wanted: `the log end of ${tp}`, answer: String(answer.end) };
  }
  if (asked.kind !== 'op.fetch' || asked.offset > end) return undefined;
  return { words: `offset ${asked.offset} of ${tp} is out of range`, wanted: `what follows offset ${asked.offset} of ${tp}`, answer: 'OFFSET_OUT_OF_RANGE' };
}

interface Floor {
  readonly end: number;
  readonly seq: number;
  readonly words: string;
}

/** What an event proves about the log's end. */
function shows(event: HistoryEvent, sends: ReadonlyMap<string, Send>, asked: ReadonlyMap<string, Question>): { tp: string; floor: Floor } | undefined {
  switch (event.kind) {
    case 'op.send.ok': {
      const sent = sends.get(opKey(event))?.event;
      if (sent === undefined || event.baseOffset < 0) return undefined;
      const end = event.baseOffset + sent.values.length;
      return { tp: sent.tp, floor: { end, seq: event.seq, words: `${event.process} had been told that offset ${end - 1} is stored` } };
    }
    case 'op.poll':
      return { tp: event.tp, floor: { end: event.highWatermark, seq: event.seq, words: `${event.process} had been shown the high watermark ${event.highWatermark}` } };
    case 'op.list-offsets.ok': {
      const tp = asked.get(opKey(event))?.event.tp;
      return tp === undefined ? undefined : { tp, floor: { end: event.end, seq: event.seq, words: `${event.process} had been told that it ends at ${event.end}` } };
    }
    default:
      return undefined;
  }
}

/** The final reader reaches every high watermark that was ever shown. */
function judgeBacked(view: View, report: Report): void {
  for (const { tp, drained, watermark } of view.partitions.values()) {
    if (drained === undefined || watermark === undefined || watermark.offset <= drained.end) continue;
    report.add(tp, {
      invariant: 'watermark-backed',
      blame: 'broker',
      summary: `${watermark.process} was shown the high watermark ${watermark.offset} of ${tp}, but after everything had healed the partition ended at ${drained.end}`,
      at: drained.seq,
      evidence: [watermark.seq, drained.seq],
      because: [`${watermark.process} was shown that everything below offset ${watermark.offset} of ${tp} is safe. However, the final reader met the end at ${drained.end}`],
    });
  }
}

/** Between leaders, in the order of their epochs: a deposed leader may still speak after its successor has opened. */
function judgeLeaders(whiteBox: readonly TraceEvent[], report: Report): void {
  const partitions = new Map<string, Map<number, Reign>>();
  for (const event of whiteBox) {
    if (event.kind !== 'partition.hw' && event.kind !== 'partition.open') continue;
    const tp = String(event.args['tp']);
    const epoch = Number(event.args['epoch']);
    const offset = Number(event.args[event.kind === 'partition.hw' ? 'hw' : 'end']);
    const reigns = partitions.get(tp) ?? new Map<number, Reign>();
    partitions.set(tp, reigns);
    const mark: Mark = { offset, seq: event.seq, words: `${event.node}, leader of ${tp} in epoch ${epoch},` };
    const reign = reigns.get(epoch);
    if (reign === undefined) reigns.set(epoch, { first: mark, last: mark });
    else {
      if (offset < reign.last.offset) fell(tp, reign.last, mark, report);
      reign.last = mark;
    }
  }
  for (const [tp, reigns] of partitions) {
    let highest: Mark | undefined;
    for (const [, reign] of [...reigns].sort(([a], [b]) => a - b)) {
      if (highest !== undefined && reign.first.offset < highest.offset) fell(tp, highest, reign.first, report);
      if (highest === undefined || reign.last.offset > highest.offset) highest = reign.last;
    }
  }
}

interface Reign {
  readonly first: Mark;
  last: Mark;
}

interface Mark {
  readonly offset: number;
  readonly seq: number;
  readonly words: string;
}

function fell(tp: string, high: Mark, low: Mark, report: Report): void {
  report.add(tp, {
    invariant: 'watermark-monotone',
    blame: 'broker',
    summary: `${high.words} had the high watermark at ${high.offset}, and ${low.words} has it at ${low.offset}`,
    at: Math.max(high.seq, low.seq),
    evidence: [high.seq, low.seq],
    because: [`${high.words} confirmed everything below ${high.offset}. However, ${low.words} starts from ${low.offset}`],
  });
}

/**
 * From the text of a trace file to columns. Refuses what it cannot read in one clear line; a file that only
 * ends early is still worth looking at, so that is a notice and not an error.
 */
import { TRACE_FORMAT, type Lane, type TraceEvent, type TraceFooter, type TraceHeader } from '../runtime/trace.ts';
import { Relations } from './relations.ts';
import { indexOfSeq, type Trace } from './trace.ts';

export type TraceErrorCode = 'NOT_A_TRACE' | 'OTHER_FORMAT' | 'BAD_LINE';

export class TraceError extends Error {
  readonly code: TraceErrorCode;
  constructor(code: TraceErrorCode, message: string) {
    super(message);
    this.name = 'TraceError';
    this.code = code;
  }
}

/** @throws TraceError with one line for people. */
export function readTrace(text: string): Trace {
  const lines = splitLines(text);
  const header = readHeader(text, lines);
  const columns = new Columns(header.lanes, lines.count);
  const notices: string[] = [];
  let footer: TraceFooter | null = null;
  for (let line = 1; line < lines.count; line++) {
    const start = lines.start[line]!;
    const end = lines.end[line]!;
    if (start === end) continue;
    const value = parseLine(text.slice(start, end));
    if (value === undefined && line === lines.count - 1) break; // a half-written last line: truncated, said below
    if (isFooter(value)) {
      footer = value;
      break;
    }
    if (!isEvent(value)) throw new TraceError('BAD_LINE', `line ${line + 1} is not a trace event: ${excerpt(text.slice(start, end))}`);
    if (!columns.add(value, start, end)) throw new TraceError('BAD_LINE', `line ${line + 1} is out of order: seq ${value.seq} does not follow the event before it`);
  }
  if (!footer) notices.push('This trace ends early: it has no footer, so there is no verdict. What was recorded is shown.');
  return columns.finish(header, footer, notices, text);
}

function readHeader(text: string, lines: Lines): TraceHeader {
  if (lines.count === 0) throw new TraceError('NOT_A_TRACE', 'not a wavetank trace: the file is empty');
  const first = lines.count > 0 ? parseLine(text.slice(lines.start[0], lines.end[0])) : undefined;
  if (!isRecord(first) || first['type'] !== 'header' || typeof first['format'] !== 'number') {
    throw new TraceError('NOT_A_TRACE', 'not a wavetank trace: the first line is not a trace header');
  }
  if (first['format'] !== TRACE_FORMAT) {
    const writer = typeof first['wavetank'] === 'string' ? first['wavetank'] : 'unknown';
    throw new TraceError('OTHER_FORMAT', `trace format ${first['format']}, this wavetank reads ${TRACE_FORMAT}: use the wavetank that wrote it (version ${writer})`);
  }
  if (!Array.isArray(first['lanes'])) throw new TraceError('BAD_LINE', 'line 1: the header has no lanes');
  return first as unknown as TraceHeader;
}

/** Grows by events; knows lanes and kinds by number. */
class Columns {
  readonly #seq: Float64Array;
  readonly #t: Float64Array;
  readonly #lane: Uint16Array;
  readonly #kind: Uint16Array;
  readonly #cause: Int32Array;
  readonly #lineStart: Uint32Array;
  readonly #lineEnd: Uint32Array;
  readonly #lanes: Lane[];
  readonly #laneOf = new Map<string, number>();
  readonly #kinds: string[] = [];
  readonly #kindOf = new Map<string, number>();
  readonly #relations: Relations;
  #count = 0;

  constructor(lanes: readonly Lane[], capacity: number) {
    this.#seq = new Float64Array(capacity);
    this.#t = new Float64Array(capacity);
    this.#lane = new Uint16Array(capacity);
    this.#kind = new Uint16Array(capacity);
    this.#cause = new Int32Array(capacity);
    this.#lineStart = new Uint32Array(capacity);
    this.#lineEnd = new Uint32Array(capacity);
    this.#lanes = [...lanes];
    this.#lanes.forEach((lane, index) => this.#laneOf.set(lane.node, index));
    this.#relations = new Relations(capacity, (seq) => indexOfSeq(this.#seq, this.#count, seq), (node) => this.#laneOf.get(node) ?? -1);
  }

  /** False when the seq does not ascend. */
  add(event: TraceEvent, start: number, end: number): boolean {
    const index = this.#count;
    if (index > 0 && event.seq <= this.#seq[index - 1]!) return false;
    this.#seq[index] = event.seq;
    this.#t[index] = event.t;
    this.#lane[index] = this.#laneNumber(event.node);
    this.#kind[index] = this.#kindNumber(event.kind);
    this.#cause[index] = event.cause > 0 ? indexOfSeq(this.#seq, index, event.cause) : -1;
    this.#lineStart[index] = start;
    this.#lineEnd[index] = end;
    this.#count++;
    this.#relations.add(index, event, this.#cause[index]!);
    return true;
  }

  finish(header: TraceHeader, footer: TraceFooter | null, notices: string[], text: string): Trace {
    const count = this.#count;
    const sizes = new Int32Array(this.#lanes.length);
    for (let i = 0; i < count; i++) sizes[this.#lane[i]!]!++;
    const byLane = [...sizes].map((size) => new Int32Array(size));
    const filled = new Int32Array(this.#lanes.length);
    for (let i = 0; i < count; i++) {
      const lane = this.#lane[i]!;
      byLane[lane]![filled[lane]!++] = i;
    }
    const r = this.#relations;
    return {
      header, footer, notices, count, text, byLane,
      seq: this.#seq.subarray(0, count), t: this.#t.subarray(0, count), lane: this.#lane.subarray(0, count),
      kind: this.#kind.subarray(0, count), cause: this.#cause.subarray(0, count),
      pair: r.pair, peer: r.peer, duplicate: r.duplicate, label: r.label, labels: r.labels,
      lanes: this.#lanes, kinds: this.#kinds, lineStart: this.#lineStart, lineEnd: this.#lineEnd,
      endUs: Math.max(1, count > 0 ? this.#t[count - 1]! : 1),
    };
  }

  #laneNumber(node: string): number {
    let lane = this.#laneOf.get(node);
    if (lane === undefined) {
      lane = this.#lanes.push({ node, role: 'client' }) - 1;
      this.#laneOf.set(node, lane);
    }
    return lane;
  }

  #kindNumber(kind: string): number {
    let number = this.#kindOf.get(kind);
    if (number === undefined) {
      number = this.#kinds.push(kind) - 1;
      this.#kindOf.set(kind, number);
    }
    return number;
  }
}

interface Lines {
  readonly start: number[];
  readonly end: number[];
  readonly count: number;
}

function splitLines(text: string): Lines {
  const start: number[] = [];
  const end: number[] = [];
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const stop = newline < 0 ? text.length : newline;
    start.push(at);
    end.push(stop > at && text.charCodeAt(stop - 1) === 13 ? stop - 1 : stop);
    at = stop + 1;
  }
  return { start, end, count: start.length };
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined; // the caller says which line, and decides whether it matters
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isFooter = (value: unknown): value is TraceFooter => isRecord(value) && value['type'] === 'footer' && Array.isArray(value['violations']);
const isEvent = (value: unknown): value is TraceEvent =>
  isRecord(value) && typeof value['seq'] === 'number' && typeof value['t'] === 'number' && typeof value['node'] === 'string' && typeof value['kind'] === 'string' && isRecord(value['args']);
const excerpt = (line: string): string => (line.length > 60 ? `${line.slice(0, 60)}...` : line);

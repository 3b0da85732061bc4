/**
 * A trace in memory: columns, one entry an event, in the order of the file. An event is named by its index.
 * Args stay inside the text until someone looks at an event: a million events must fit in a browser tab.
 */
import type { Lane, TraceArgs, TraceFooter, TraceHeader } from '../runtime/trace.ts';

export interface Trace {
  readonly header: TraceHeader;
  /** Null when the file ends early. */
  readonly footer: TraceFooter | null;
  /** What the person looking must know about the file itself. */
  readonly notices: readonly string[];
  readonly count: number;
  readonly seq: Float64Array;
  readonly t: Float64Array;
  readonly lane: Uint16Array;
  readonly kind: Uint16Array;
  /** Index of the causing event; -1 for none, or one that was not kept. */
  readonly cause: Int32Array;
  /** The other half: send and delivery, request and reply, operation and outcome, fault and its end; -1 for none. */
  readonly pair: Int32Array;
  /** Lane of the other end of a message; -1 for none. */
  readonly peer: Int16Array;
  /** 1 where a delivery repeats bytes that had already arrived. */
  readonly duplicate: Uint8Array;
  /** What a message carries, as an index into `labels`; -1 for unknown. */
  readonly label: Int32Array;
  readonly labels: readonly string[];
  readonly lanes: readonly Lane[];
  readonly kinds: readonly string[];
  /** Events of each lane, ascending. */
  readonly byLane: readonly Int32Array[];
  readonly text: string;
  readonly lineStart: Uint32Array;
  readonly lineEnd: Uint32Array;
  /** Time of the last event, and at least 1: the length of the run in microseconds. */
  readonly endUs: number;
}

export const kindOf = (trace: Trace, index: number): string => trace.kinds[trace.kind[index]!]!;
export const nodeOf = (trace: Trace, index: number): string => trace.lanes[trace.lane[index]!]!.node;
export const lineOf = (trace: Trace, index: number): string => trace.text.slice(trace.lineStart[index]!, trace.lineEnd[index]!);
export const argsOf = (trace: Trace, index: number): TraceArgs => (JSON.parse(lineOf(trace, index)) as { args?: TraceArgs }).args ?? {};

/** Index of the event with this seq, or -1. Seqs ascend, mostly without gaps. */
export function indexOfSeq(seqs: Float64Array, count: number, seq: number): number {
  if (count === 0) return -1;
  const guess = seq - seqs[0]!;
  if (guess >= 0 && guess < count && seqs[guess] === seq) return guess;
  const at = lowerBound(seqs, seq, 0, count);
  return at < count && seqs[at] === seq ? at : -1;
}

/** First position in [low, high) whose value is not below `value`. */
export function lowerBound(values: ArrayLike<number>, value: number, low = 0, high = values.length): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

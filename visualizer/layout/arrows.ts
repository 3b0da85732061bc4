/**
 * Messages and S3 requests in the window. More than `maxArrows` would be a grey wall, so then only those of
 * the slice are drawn, and the picture says how many were left out.
 */
import { kindOf, type Trace } from '../trace.ts';
import type { Arrow, Emphasis, LaneRow, Span } from './display-list.ts';
import type { Life } from './lanes.ts';
import { visibleRange, xOfEvent, type View } from './view.ts';

export const maxArrows = 2000;
/** Pairs further apart than this are looked up on their own, since both ends may be outside the window. */
const longPair = 512;

/** Found once: kinds by number, and the pairs that span much of the trace. */
export interface Pairs {
  readonly isSend: readonly boolean[];
  readonly isArrival: readonly boolean[];
  readonly isStore: readonly boolean[];
  readonly long: readonly number[];
  readonly storeLane: number;
}

export function findPairs(trace: Trace): Pairs {
  const isSend = trace.kinds.map((kind) => kind === 'net.send');
  const isArrival = trace.kinds.map((kind) => kind === 'net.deliver' || kind === 'net.drop');
  const isStore = trace.kinds.map((kind) => kind.startsWith('s3.') && kind !== 's3.done');
  const long: number[] = [];
  for (let i = 0; i < trace.count; i++) {
    const kind = trace.kind[i]!;
    if (!isSend[kind] && !isStore[kind]) continue;
    const other = trace.pair[i]!;
    if (other >= 0 ? other - i > longPair : trace.count - i > longPair) long.push(i);
  }
  return { isSend, isArrival, isStore, long, storeLane: trace.lanes.findIndex((lane) => lane.role === 'store') };
}

export interface Messages {
  readonly arrows: Arrow[];
  readonly spans: Span[];
  readonly leftOut: number;
}

export function layoutMessages(trace: Trace, pairs: Pairs, lives: readonly (readonly Life[])[], lanes: readonly LaneRow[], view: View): Messages {
  const middle = new Map(lanes.map((row) => [row.lane, row.y + row.height / 2]));
  const { first, end } = visibleRange(trace, view);
  const found: [send: number, arrival: number][] = [];
  const stores: number[] = [];
  for (let i = first; i < end; i++) {
    const kind = trace.kind[i]!;
    if (pairs.isSend[kind]) {
      if (trace.pair[i]! < 0 || trace.pair[i]! >= end) found.push([i, trace.pair[i]!]);
    } else if (pairs.isArrival[kind]) found.push([trace.pair[i]!, i]);
    else if (pairs.isStore[kind]) stores.push(i);
    else if (trace.pair[i]! >= 0 && trace.pair[i]! < first && pairs.isStore[trace.kind[trace.pair[i]!]!]) stores.push(trace.pair[i]!);
  }
  for (const start of pairs.long) {
    if (start >= first) break;
    const other = trace.pair[start]!;
    if (other >= 0 && other < end) continue; // found by its other end, or over before the window
    if (pairs.isSend[trace.kind[start]!]) found.push([start, other]);
    else stores.push(start);
  }
  const emphasisOf = (event: number): Emphasis => (!view.focus || view.focus[event] === 1 ? 'normal' : 'faded');
  const crowded = found.length + stores.length > maxArrows;
  const wanted = (event: number): boolean => event >= 0 && (!crowded || (view.focus !== null && view.focus[event] === 1));
  const arrows = found.filter(([send, arrival]) => wanted(arrival >= 0 ? arrival : send) && send >= 0).slice(0, maxArrows).flatMap(([send, arrival]) => {
    const arrow = arrowOf(trace, view, middle, send, arrival, emphasisOf(arrival >= 0 ? arrival : send));
    return arrow ? [arrow] : [];
  });
  const spans = stores.filter(wanted).slice(0, maxArrows).flatMap((start) => {
    const span = spanOf(trace, view, middle, pairs.storeLane, lives, start, emphasisOf(start));
    return span ? [span] : [];
  });
  return { arrows, spans, leftOut: Math.max(0, found.length + stores.length - arrows.length - spans.length) };
}

function arrowOf(trace: Trace, view: View, middle: ReadonlyMap<number, number>, send: number, arrival: number, emphasis: Emphasis): Arrow | null {
  const y0 = middle.get(trace.lane[send]!);
  const toLane = arrival >= 0 && kindOf(trace, arrival) === 'net.deliver' ? trace.lane[arrival]! : trace.peer[send]!;
  const y1 = middle.get(toLane);
  if (y0 === undefined || y1 === undefined || y0 === y1) return null;
  const x0 = xOfEvent(trace, view, send);
  const dropped = arrival >= 0 && kindOf(trace, arrival) === 'net.drop';
  const fate = arrival < 0 ? 'in-flight' : dropped ? 'dropped' : trace.duplicate[arrival] ? 'duplicate' : 'delivered';
  // What never arrived has no second point in time: it is drawn part of the way, at a fixed slant.
  const x1 = fate === 'in-flight' ? x0 + 24 : xOfEvent(trace, view, arrival);
  const label = trace.label[send]! >= 0 ? trace.labels[trace.label[send]!]! : '';
  return { x0, y0, x1, y1: fate === 'in-flight' || fate === 'dropped' ? y0 + (y1 - y0) * 0.6 : y1, fate, label, emphasis, send };
}

function spanOf(trace: Trace, view: View, middle: ReadonlyMap<number, number>, storeLane: number, lives: readonly (readonly Life[])[], start: number, emphasis: Emphasis): Span | null {
  const nodeY = middle.get(trace.lane[start]!);
  const storeY = middle.get(storeLane);
  if (nodeY === undefined || storeY === undefined) return null;
  const done = trace.pair[start]!;
  const outcome = done < 0 ? 'pending' : outcomeOf(trace, done);
  return { x0: xOfEvent(trace, view, start), x1: done < 0 ? xOfDeath(trace, view, lives[trace.lane[start]!]!, start) : xOfEvent(trace, view, done), nodeY, storeY, verb: kindOf(trace, start).slice(3), outcome, emphasis, event: start };
}

/** A request without an answer is waited for only as long as its node lives. */
function xOfDeath(trace: Trace, view: View, lives: readonly Life[], start: number): number {
  const life = lives.find((candidate) => candidate.to > start && (candidate.end === 'killed' || candidate.end === 'exited'));
  return life ? xOfEvent(trace, view, life.to) : view.width;
}

/** Read from the line without parsing it: this runs for every request on every frame. */
function outcomeOf(trace: Trace, done: number): Span['outcome'] {
  const line = trace.text.slice(trace.lineStart[done]!, trace.lineEnd[done]!);
  const outcome = /"outcome":"([^"]*)"/.exec(line)?.[1] ?? '';
  if (/^(ok|stored|exists|found|missing|none)$/i.test(outcome)) return 'ok';
  return /unknown|timeout|lost|UNAVAILABLE/i.test(outcome) ? 'unknown' : 'failed';
}

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
  const crowd = new Crowd(view.focus);
  for (let i = first; i < end; i++) {
    const kind = trace.kind[i]!;
    const other = trace.pair[i]!;
    if (pairs.isArrival[kind]) {
      if (other >= 0) crowd.add(i);
    } else if (pairs.isSend[kind]) {
      if (other < 0 || other >= end) crowd.add(i);
    } else if (pairs.isStore[kind]) crowd.add(i);
    else if (other >= 0 && other < first && pairs.isStore[trace.kind[other]!]) crowd.add(other);
  }
  for (const start of pairs.long) {
    if (start >= first) break;
    const other = trace.pair[start]!;
    if (other < 0 || other >= end) crowd.add(start); // else found by its other end, or over before the window
  }
  const arrows: Arrow[] = [];
  const spans: Span[] = [];
  for (const event of crowd.wanted()) {
    const emphasis: Emphasis = !view.focus || view.focus[event] === 1 ? 'normal' : 'faded';
    if (pairs.isStore[trace.kind[event]!]) {
      const span = spanOf(trace, view, middle, pairs.storeLane, lives, event, emphasis);
      if (span) spans.push(span);
    } else {
      const arrival = pairs.isArrival[trace.kind[event]!]!;
      const arrow = arrowOf(trace, view, middle, arrival ? trace.pair[event]! : event, arrival ? event : trace.pair[event]!, emphasis);
      if (arrow) arrows.push(arrow);
    }
  }
  return { arrows, spans, leftOut: crowd.leftOut() };
}

/** Counts all, remembers no more than may be drawn: everything if that is few, else the slice. */
class Crowd {
  readonly #focus: Uint8Array | null;
  readonly #all: number[] = [];
  readonly #slice: number[] = [];
  #count = 0;

  constructor(focus: Uint8Array | null) {
    this.#focus = focus;
  }

  add(event: number): void {
    this.#count++;
    if (this.#all.length < maxArrows) this.#all.push(event);
    if (this.#focus?.[event] === 1 && this.#slice.length < maxArrows) this.#slice.push(event);
  }

  wanted(): readonly number[] {
    return this.#count <= maxArrows ? this.#all : this.#slice;
  }

  leftOut(): number {
    return this.#count - this.wanted().length;
  }
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
  return /unknown|timeout|lost/i.test(outcome) ? 'unknown' : 'failed';
}

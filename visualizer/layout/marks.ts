/**
 * Events on their lanes. Few enough: a glyph each, stacked where they share a pixel. Too many: a density
 * strip, with what must never be aggregated (crashes, kills, fault edges, violations) drawn above it one by one.
 */
import { glyphOf, type Glyph } from '../kinds.ts';
import { lowerBound, type Trace } from '../trace.ts';
import type { DensityStrip, LaneRow, Mark } from './display-list.ts';
import { visibleRange, xOfEvent, type View } from './view.ts';

export const densityStep = 2;
/** A lane with more visible events than one in this many pixels is drawn as density. */
export const pixelsPerMark = 2.2;

/** In `never`: a kill that is no fault, drawn as the end it is. */
export const orderlyEnd = 2;
const exit = glyphOf('node.exit');

export interface Marks {
  readonly marks: Mark[];
  readonly density: DensityStrip[];
}

export function layoutMarks(trace: Trace, lanes: readonly LaneRow[], view: View, never: Uint8Array): Marks {
  const glyphs = trace.kinds.map(glyphOf);
  const { first, end } = visibleRange(trace, view);
  const out: Marks = { marks: [], density: [] };
  for (const row of lanes) layoutLane(trace, row, view, glyphs, never, first, end, out);
  out.marks.sort((a, b) => rank(a, glyphs, trace) - rank(b, glyphs, trace));
  return out;
}

function layoutLane(trace: Trace, row: LaneRow, view: View, glyphs: readonly Glyph[], never: Uint8Array, first: number, end: number, out: Marks): void {
  const events = trace.byLane[row.lane]!;
  const low = lowerBound(events, first);
  const high = lowerBound(events, end);
  const roomFor = view.width / pixelsPerMark;
  const focus = view.focus;
  let inFocus = 0;
  if (focus) for (let i = low; i < high; i++) inFocus += focus[events[i]!]!;
  const all = high - low;
  const denseAll = all > roomFor;
  const denseFocus = focus !== null && inFocus > roomFor;
  if (denseAll) out.density.push(densityOf(trace, row, view, events, low, high, null, focus === null ? 'normal' : 'faded'));
  if (denseFocus) out.density.push(densityOf(trace, row, view, events, low, high, focus, 'normal'));
  const stack = new Stack(row);
  const pale = new Set<string>();
  for (let i = low; i < high; i++) {
    const event = events[i]!;
    const seen = focus === null || focus[event] === 1;
    if (denseAll && never[event] === 0 && (focus === null || !seen || denseFocus)) continue;
    const glyph = never[event] === orderlyEnd ? exit : glyphs[trace.kind[event]!]!;
    const x = xOfEvent(trace, view, event);
    const y = stack.place(x, glyph);
    const emphasis = seen || glyph.always ? 'normal' : 'faded';
    if (emphasis === 'faded') {
      // Pale on pale on pale would be solid.
      const place = `${Math.round(x)} ${y} ${glyph.shape}`;
      if (pale.has(place)) continue;
      pale.add(place);
    }
    out.marks.push({ x, y, shape: glyph.shape, tone: glyph.tone, emphasis, event });
  }
}

/** Of the events in `only`, or of all. */
function densityOf(trace: Trace, row: LaneRow, view: View, events: Int32Array, low: number, high: number, only: Uint8Array | null, emphasis: DensityStrip['emphasis']): DensityStrip {
  const counts = new Float32Array(Math.ceil(view.width / densityStep) + 1);
  for (let i = low; i < high; i++) if (only === null || only[events[i]!] === 1) counts[Math.max(0, Math.floor(xOfEvent(trace, view, events[i]!) / densityStep))]!++;
  let most = 1;
  for (const count of counts) if (count > most) most = count;
  // A square root keeps a single event visible beside a burst of hundreds.
  for (let i = 0; i < counts.length; i++) counts[i] = Math.sqrt(counts[i]! / most);
  return { lane: row.lane, y: row.y, height: row.height, step: densityStep, columns: counts, emphasis };
}

/** Events at one place sit above each other, as many as the lane has room for. */
class Stack {
  readonly #middle: number;
  readonly #room: number;
  #x = -Infinity;
  #depth = 0;

  constructor(row: LaneRow) {
    this.#middle = row.y + row.height / 2;
    this.#room = Math.max(1, Math.floor((row.height / 2 - 6) / 6));
  }

  place(x: number, glyph: Glyph): number {
    if (glyph.shape === 'tick') return this.#middle; // ticks mark arrow ends and cost no room
    if (x - this.#x < 3) this.#depth++;
    else this.#depth = 0;
    this.#x = x;
    const step = this.#depth % (2 * this.#room + 1);
    return this.#middle + (step % 2 === 1 ? -1 : 1) * Math.ceil(step / 2) * 6;
  }
}

const rank = (mark: Mark, glyphs: readonly Glyph[], trace: Trace): number => glyphs[trace.kind[mark.event]!]!.weight + (mark.emphasis === 'faded' ? 0 : 20);

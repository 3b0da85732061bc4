/** The window onto the trace, and where an event falls in it. */
import { lowerBound, type Trace } from '../trace.ts';

export type Axis = 'time' | 'order';

export interface View {
  readonly axis: Axis;
  /** In microseconds, or in event numbers when the axis is 'order'. */
  readonly from: number;
  readonly to: number;
  readonly width: number;
  /** Height available; lanes do not get lower than `minLaneHeight`. */
  readonly height: number;
  readonly hidden: ReadonlySet<number>;
  /** 1 for events in the slice; null when nothing is faded. */
  readonly focus: Uint8Array | null;
  /** Which violation the badges tell of; -1 for none. */
  readonly chapter: number;
}

export const positionOf = (trace: Trace, axis: Axis, index: number): number => (axis === 'time' ? trace.t[index]! : index);
export const extentOf = (trace: Trace, axis: Axis): number => (axis === 'time' ? trace.endUs : Math.max(1, trace.count - 1));
export const xOf = (view: View, position: number): number => ((position - view.from) / (view.to - view.from)) * view.width;
export const xOfEvent = (trace: Trace, view: View, index: number): number => xOf(view, positionOf(trace, view.axis, index));

/** Events inside the window: [first, end). */
export function visibleRange(trace: Trace, view: View): { readonly first: number; readonly end: number } {
  if (view.axis === 'order') return { first: clamp(Math.ceil(view.from), 0, trace.count), end: clamp(Math.floor(view.to) + 1, 0, trace.count) };
  return { first: lowerBound(trace.t, view.from, 0, trace.count), end: lowerBound(trace.t, view.to + 1e-9, 0, trace.count) };
}

/** The same window on the other axis. */
export function convertWindow(trace: Trace, from: number, to: number, axis: Axis): { from: number; to: number } {
  if (axis === 'order') {
    const first = lowerBound(trace.t, from, 0, trace.count);
    return { from: first, to: Math.max(first + 1, lowerBound(trace.t, to, 0, trace.count)) };
  }
  const at = (position: number): number => trace.t[clamp(Math.round(position), 0, trace.count - 1)] ?? 0;
  return { from: at(from), to: Math.max(at(from) + 1, at(to)) };
}

export const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** Where two runs of one seed parted: the first trace event that differs, with what led up to it. */
import type { TraceEvent } from '../runtime/index.ts';
import { CHECKPOINT_EVENTS } from './tracer.ts';

export interface Divergence {
  /** Counted from 1, as `seq` is. */
  readonly index: number;
  /** The event as one line of JSON; undefined where that run had ended. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  /** The last lines both runs have in common. */
  readonly before: readonly string[];
}

const CONTEXT_LINES = 3;

/** Compares two streams of events, or of their lines, in lockstep; undefined when they are the same. */
export function firstDifference(a: Iterable<TraceEvent | string>, b: Iterable<TraceEvent | string>): Divergence | undefined {
  const left = a[Symbol.iterator]();
  const right = b[Symbol.iterator]();
  const before: string[] = [];
  for (let index = 1; ; index++) {
    const x = line(left.next());
    const y = line(right.next());
    if (x === undefined && y === undefined) return undefined;
    if (x !== y || x === undefined) return { index, a: x, b: y, before };
    before.push(x);
    if (before.length > CONTEXT_LINES) before.shift();
  }
}

/** In words: "event 412 differs: a: ... b: ...". */
export function describeDivergence({ index, a, b, before }: Divergence): string {
  return [
    `event ${index} differs:`,
    `  a: ${a ?? '(the run had ended)'}`,
    `  b: ${b ?? '(the run had ended)'}`,
    ...(before.length > 0 ? ['  both runs had just seen:', ...before.map((text) => `    ${text}`)] : []),
  ].join('\n');
}

/** From two runs' checkpoints: the window of event numbers (both included) in which the first difference lies. */
export function differingWindow(a: readonly string[], b: readonly string[]): { readonly from: number; readonly to: number } | undefined {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return { from: i * CHECKPOINT_EVENTS + 1, to: (i + 1) * CHECKPOINT_EVENTS };
  }
  return undefined;
}

function line(next: IteratorResult<TraceEvent | string>): string | undefined {
  if (next.done === true) return undefined;
  return typeof next.value === 'string' ? next.value : JSON.stringify(next.value);
}

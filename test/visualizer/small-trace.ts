/** Traces of a few events, written out in a test. Seqs count from 1. */
import type { TraceArgs } from '../../runtime/trace.ts';
import type { Violation } from '../../runtime/verdict.ts';
import { readTrace } from '../../visualizer/trace-reader.ts';
import type { Trace } from '../../visualizer/trace.ts';

export type SmallEvent = readonly [t: number, node: string, kind: string, cause: number, args: TraceArgs];

export function traceOf(events: readonly SmallEvent[], violations: readonly Violation[] = [], plan: unknown = null): Trace {
  return readTrace(textOf(events, violations, plan));
}

export function textOf(events: readonly SmallEvent[], violations: readonly Violation[] = [], plan: unknown = null): string {
  const lanes = [['p1', 'client'], ['b1', 'broker'], ['b2', 'broker'], ['s3', 'store'], ['control', 'control']].map(([node, role]) => ({ node, role }));
  return [
    { type: 'header', format: 1, wavetank: '0.1.0', commit: 'c', node: 'v20', scenario: 'tiny', seed: 7, config: {}, plan, lanes },
    ...events.map(([t, node, kind, cause, args], at) => ({ seq: at + 1, t, node, kind, cause, args })),
    { type: 'footer', verdict: violations.length > 0 ? 'violated' : 'held', violations, faults: [], counters: {}, events: events.length, hash: 'h' },
  ].map((line) => JSON.stringify(line)).join('\n');
}

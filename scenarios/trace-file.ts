/** First and last line of a trace file, from a result. Whoever writes the file knows the versions; this room touches no disk. */
import { TRACE_FORMAT, type TraceFooter, type TraceHeader } from '../runtime/index.ts';
import type { RunResult } from './scenario.ts';

export interface Versions {
  readonly wavetank: string;
  readonly commit: string;
  /** Node's. */
  readonly node: string;
}

export function traceHeader(result: RunResult, versions: Versions): TraceHeader {
  const { scenario, seed, config, plan, lanes } = result;
  return { type: 'header', format: TRACE_FORMAT, ...versions, scenario, seed, config, plan, lanes };
}

export function traceFooter({ verdict, violations, faults, counters, sometimes, events, hash }: RunResult): TraceFooter {
  const seen = Object.entries(sometimes).map(([what, count]): [string, number] => [`sometimes ${what}`, count]);
  return { type: 'footer', verdict, violations, faults, counters: { ...counters, ...Object.fromEntries(seen) }, events, hash };
}

/** One seed, here in this process: the result, and the trace if it is wanted. */
import type { TraceEvent } from '../runtime/index.ts';
import { findScenario, runScenario, type RunResult } from '../scenarios/index.ts';
import { summarise, type SeedResult } from './seed-result.ts';
import type { GivenPlan } from './plan-file.ts';
import { traceText } from './trace-text.ts';

export interface SeedRun {
  readonly result: SeedResult;
  readonly full: RunResult;
  /** The trace file's text; empty when it was not kept. */
  readonly trace: string;
  /** Events by seq, to quote as evidence; empty when the trace was not kept. */
  readonly events: ReadonlyMap<number, TraceEvent>;
}

export async function runSeed(name: string, seed: number, options: { readonly keepTrace: boolean; readonly given?: GivenPlan }): Promise<SeedRun> {
  const scenario = findScenario(name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  const lines: string[] = [];
  const events = new Map<number, TraceEvent>();
  const keep = (event: TraceEvent): void => {
    lines.push(JSON.stringify(event));
    events.set(event.seq, event);
  };
  const startedAt = performance.now();
  const full = await runScenario(scenario, { seed, ...(options.given ? { plan: options.given.plan } : {}), ...(options.keepTrace ? { keep } : {}) });
  const wallMs = performance.now() - startedAt;
  const trace = options.keepTrace ? traceText(full, lines, options.given?.file) : '';
  return { result: summarise(full, wallMs), full, trace, events };
}

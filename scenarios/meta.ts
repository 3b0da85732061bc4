/**
 * Is the seed really all there is? Runs it twice; when the hashes differ, twice more with the trace kept, and names the first
 * event that differs. Two processes that differ in more (time zone, locale) say more: the command line does that.
 */
import type { TraceEvent } from '../runtime/index.ts';
import { type Divergence, firstDifference } from '../sim/determinism.ts';
import { runScenario } from './runner.ts';
import type { RunResult, Scenario } from './scenario.ts';

export type Repetition =
  | { readonly same: true; readonly result: RunResult }
  /** `divergence` is undefined when the traces agree and only keeping or sweeping changed the hash. */
  | { readonly same: false; readonly hashes: readonly [string, string]; readonly divergence: Divergence | undefined };

export async function runTwice(scenario: Scenario, seed: number): Promise<Repetition> {
  const result = await runScenario(scenario, { seed });
  const kept = await traced(scenario, seed);
  if (kept.result.hash === result.hash) return { same: true, result };
  const again = await traced(scenario, seed);
  return { same: false, hashes: [result.hash, kept.result.hash], divergence: firstDifference(kept.events, again.events) };
}

async function traced(scenario: Scenario, seed: number): Promise<{ readonly result: RunResult; readonly events: readonly TraceEvent[] }> {
  const events: TraceEvent[] = [];
  const result = await runScenario(scenario, { seed, keep: (event) => events.push(event) });
  return { result, events };
}

/** What a sweep keeps of one run: small enough for a million of them to pass through, whole where something failed. */
import type { FaultReport, Violation } from '../runtime/index.ts';
import type { RunResult } from '../scenarios/index.ts';

export interface SeedResult {
  readonly scenario: string;
  readonly seed: number;
  readonly verdict: 'held' | 'violated';
  readonly violations: readonly Violation[];
  readonly faults: readonly FaultReport[];
  readonly counters: Readonly<Record<string, number>>;
  readonly sometimes: Readonly<Record<string, number>>;
  readonly events: number;
  readonly hash: string;
  readonly simulatedUs: number;
  /** What the run cost on this machine. The one thing here that two runs do not share. */
  readonly wallMs: number;
}

export function summarise(result: RunResult, wallMs: number): SeedResult {
  return {
    scenario: result.scenario,
    seed: result.seed,
    verdict: result.verdict,
    violations: result.violations,
    faults: result.faults,
    counters: result.counters,
    sometimes: result.sometimes,
    events: result.events,
    hash: result.hash,
    simulatedUs: result.simulatedUs,
    wallMs,
  };
}

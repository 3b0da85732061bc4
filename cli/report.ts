/** What a sweep found, ready for any reporter. */
import type { Violation } from '../runtime/index.ts';
import { exitCodes, worst, type ExitCode } from './exit-codes.ts';
import type { SeedRange, Shard } from './options.ts';
import type { FaultTally, ScenarioTally } from './tally.ts';
import type { TraceDifference } from './trace-diff.ts';
import type { Version } from './version.ts';

export interface SweepReport {
  readonly version: Version;
  readonly seeds: SeedRange;
  readonly shard: Shard | null;
  readonly jobs: number;
  readonly elapsedMs: number;
  readonly scenarios: readonly ScenarioTally[];
  readonly faults: readonly FaultTally[];
  readonly sometimes: readonly { readonly name: string; readonly times: number }[];
  /** One a task, in the order of the tasks. */
  readonly runs: readonly RunLine[];
  /** In the order of the tasks. */
  readonly failures: readonly Failure[];
  /** What the sweep as a whole did not prove; fails the run once there were seeds enough. */
  readonly gaps: readonly string[];
  readonly gapsFail: boolean;
  readonly exitCode: ExitCode;
}

export interface RunLine {
  readonly scenario: string;
  readonly seed: number;
  readonly outcome: 'held' | 'violated' | 'broken';
  readonly wallMs: number;
  readonly hash: string;
}

export interface Failure {
  readonly scenario: string;
  readonly seed: number;
  readonly kind: 'violated' | 'broken';
  /** In plain words, one line. */
  readonly sentence: string;
  readonly violations: readonly Violation[];
  /** For a bug of ours: where. */
  readonly stack: string | null;
  readonly replay: Replay;
  /** Files written for this failure, by what they are. */
  readonly files: Readonly<Record<string, string>>;
}

export type Replay =
  | { readonly kind: 'same' }
  /** Past the bound of replays, or nothing to compare. */
  | { readonly kind: 'none' }
  /** `difference` null: two traced runs agree. Then the suspect is what an earlier seed left behind in the process, or the keeping of the trace. */
  | {
      readonly kind: 'differs';
      readonly sweepHash: string;
      readonly replayHash: string;
      readonly difference: TraceDifference | null;
      readonly suspect: 'earlier-seed' | 'trace';
    };

/** From here on, a fault kind that never had an effect is no bad luck. */
export const gapSeedsMin = 200;

/** Fault kinds that the scenarios arm and that proved nothing: never in a plan, never fired, or never touched anything. */
export function gapsOf(faults: readonly FaultTally[]): string[] {
  return faults.flatMap(({ kind, armed, fired, effective }) => {
    if (armed === 0) return [`fault ${kind} was in no plan`];
    if (fired === 0) return [`fault ${kind} was planned ${armed} times and never fired`];
    if (effective === 0) return [`fault ${kind} fired ${fired} times and never affected anything`];
    return [];
  });
}

export function exitCodeOf(failures: readonly Failure[], gapsFail: boolean): ExitCode {
  return worst([
    ...failures.map((failure): ExitCode => {
      if (failure.replay.kind === 'differs') return exitCodes.nondeterminism;
      return failure.kind === 'violated' ? exitCodes.violated : exitCodes.world;
    }),
    gapsFail ? exitCodes.violated : exitCodes.held,
  ]);
}

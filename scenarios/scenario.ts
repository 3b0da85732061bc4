/**
 * A scenario: a cluster, a workload and the hazards it is put through. Plain data, so that a trace can carry it and a reader
 * can see at a glance what was run.
 */
import type { FaultKind, FaultPlan } from '../faults/index.ts';
import type { FaultReport, Lane, Violation } from '../runtime/index.ts';

export interface Scenario {
  readonly name: string;
  /** The hazard in one sentence. */
  readonly hazard: string;
  readonly config: ScenarioConfig;
  /** Kinds of fault that make this hazard; each run draws between `minFaults` and `maxFaults` of them. */
  readonly faults: readonly FaultKind[];
  readonly minFaults: number;
  readonly maxFaults: number;
  /** Part of `wavetank run` without names. A demonstration that must fail is not. */
  readonly inDefaultRun: boolean;
}

export interface ScenarioConfig {
  readonly brokers: number;
  readonly topic: string;
  readonly partitions: number;
  readonly producers: readonly ProducerConfig[];
  readonly group: GroupConfig;
  /** Quiet time with the workload running, before the storm. */
  readonly warmUpMs: number;
  readonly stormMs: number;
  /** How long producers keep sending after everything healed: recovery is judged on live traffic. */
  readonly calmMs: number;
  /** What is still pending this long after the calm is a liveness failure. */
  readonly patienceMs: number;
}

export interface ProducerConfig {
  /** keyed: partition by hash of the key. plain: without keys. idempotent: with a producer id, without keys. */
  readonly kind: 'keyed' | 'plain' | 'idempotent';
  readonly recordsPerSecond: number;
  readonly recordsPerSend: number;
  readonly valueBytes: number;
}

export interface GroupConfig {
  readonly name: string;
  readonly members: number;
  /** before-processing is the application bug that the demo shows. */
  readonly commit: 'after-processing' | 'before-processing';
  /** Members that do not wait for a commit before they go on (one is in flight at most): their commits may meet a later generation. */
  readonly pipelining: readonly string[];
  /** Members one of whose threads commits late, under a generation that is over. It must be refused. */
  readonly stragglers: readonly string[];
  /** How long the application works on the records of one batch (at most 100 at a time). */
  readonly processMs: number;
  /** On average how long a member stays before it leaves in good order and comes back; 0: it stays. Only during the storm. */
  readonly churnMs: number;
}

export interface RunResult {
  readonly scenario: string;
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly config: Readonly<Record<string, unknown>>;
  readonly lanes: readonly Lane[];
  readonly verdict: 'held' | 'violated';
  readonly violations: readonly Violation[];
  readonly faults: readonly FaultReport[];
  readonly counters: Readonly<Record<string, number>>;
  /** Interesting things and how often they happened; a scenario in which one never happens, over many seeds, tests less than it says. */
  readonly sometimes: Readonly<Record<string, number>>;
  readonly events: number;
  readonly hash: string;
  readonly simulatedUs: number;
}

/**
 * What a fault is: data (kind, target, window, parameters), a generator, and an effect on the simulated world.
 * A fault and its healing are one unit: whoever drops it from a plan drops both.
 */
import type * as fc from 'fast-check';
import type { Sim } from '../sim/index.ts';

export interface Fault {
  /** Unique in the plan, and kept while the plan shrinks: chance inside a fault is drawn under this name. */
  readonly id: string;
  readonly kind: FaultKind;
  /** After the storm begins. */
  readonly atMs: number;
  readonly durationMs: number;
  /** Node names; empty means all brokers. */
  readonly target: readonly string[];
  readonly params: FaultParams;
}

/** Whole numbers from `min` to `max`, both included, but for one that would be no fault at all; or one of these words. */
export type ParamRule = { readonly min: number; readonly max: number; readonly not?: number } | readonly string[];

export type FaultParams = Readonly<Record<string, number | string>>;

export interface FaultPlan {
  readonly version: 1;
  readonly faults: readonly Fault[];
}

export const faultKinds = [
  'broker-kill', 'broker-power-loss', 'broker-pause', 'broker-isolate', 'partition-one-way', 'store-partition', 'link-latency',
  'connection-reset', 'wal-stall', 's3-latency', 's3-errors', 's3-unknown', 's3-late', 's3-conflict', 'clock-jump', 'clock-drift',
  'client-kill', 'client-pause', 'consumer-churn', 'rolling-restart', 'consumer-loss',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultType {
  readonly kind: FaultKind;
  /** One sentence for `wavetank list`. */
  readonly summary: string;
  /** Whom it is done to. Of brokers, none named means all. */
  readonly on: 'brokers' | 'clients' | 'consumers';
  /** What `params` holds: these names, all of them, and nothing else. */
  readonly params: Readonly<Record<string, ParamRule>>;
  /** False when the cluster has nobody this fault could be done to. */
  applies(shape: ClusterShape): boolean;
  /** The id is set by the plan. */
  arbitrary(shape: ClusterShape): fc.Arbitrary<Fault>;
  /** One phrase for people: "kill -9 of b1 for 4.0 s". */
  describe(fault: Fault): string;
  /** Runs as an event of the control node. */
  begin(world: FaultWorld, fault: Fault): ActiveFault;
}

export interface ActiveFault {
  /** Heals. Called once, at the end of the window. */
  end(): void;
  /** Operations really touched so far; final after `end`. */
  affected(): number;
}

export interface FaultWorld {
  readonly sim: Sim;
  readonly brokers: readonly string[];
  readonly clients: readonly string[];
  /** Starts a node that is down; does nothing to one that runs, or is lost. */
  restart(name: string): void;
  /** SIGTERM to a node that runs: it ends when it is ready to, and is started again. */
  terminate(name: string): void;
  /** Ends a node for good. Returns how many operations that dropped. */
  lose(name: string, reason: string): number;
}

export interface ClusterShape {
  readonly brokers: readonly string[];
  /** Producers are `p*`, consumers `c*`. */
  readonly clients: readonly string[];
  readonly stormMs: number;
}

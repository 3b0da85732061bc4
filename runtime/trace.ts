/**
 * The trace: one event a line, the only thing the visualizer reads, and what the rolling hash covers.
 * Format of the file (JSON lines): one TraceHeader, TraceEvents in order of `seq`, one TraceFooter.
 */
import type { Violation, FaultReport } from './verdict.ts';

/** Raised whenever a reader of the old format could misread the new one. */
export const TRACE_FORMAT = 1;

export interface TraceHeader {
  readonly type: 'header';
  readonly format: number;
  readonly wavetank: string;
  readonly commit: string;
  readonly node: string;
  readonly scenario: string;
  readonly seed: number;
  /** Resolved scenario configuration. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The fault plan, as `--plan` takes it. */
  readonly plan: unknown;
  /** Name of the file, without its directory, that the plan was read from. Absent: the plan is the seed's own, and the seed alone brings the run back. */
  readonly planFile?: string;
  /** Lanes in the order they should be drawn. */
  readonly lanes: readonly Lane[];
}

export interface Lane {
  readonly node: string;
  readonly role: NodeRole;
}

export type NodeRole = 'client' | 'broker' | 'store' | 'control';

export interface TraceEvent {
  readonly seq: number;
  /** Virtual time in whole microseconds since the start of the run. */
  readonly t: number;
  readonly node: string;
  /** `room.verb`, see docs/trace.md. */
  readonly kind: string;
  /** seq of the event that scheduled this one; 0 for none. */
  readonly cause: number;
  readonly args: TraceArgs;
}

/** Flat where it can be; `op.*` events may nest arrays. Never a float that depends on the platform, never a Date. */
export type TraceArgs = Readonly<Record<string, TraceValue>>;
export type TraceValue = string | number | boolean | null | readonly TraceValue[] | { readonly [key: string]: TraceValue };

export interface TraceFooter {
  readonly type: 'footer';
  readonly verdict: 'held' | 'violated';
  readonly violations: readonly Violation[];
  readonly faults: readonly FaultReport[];
  readonly counters: Readonly<Record<string, number>>;
  readonly events: number;
  readonly hash: string;
}

/** What a node traces with. The world adds seq, time, node and cause. */
export interface Tracer {
  /** Records an event; returns its seq, for explanations. Cheap enough for hot paths: args are flat. */
  trace(kind: string, args: TraceArgs): number;
  /** True when events are kept: only then is it worth building costly args. Must not change what is hashed. */
  readonly keeping: boolean;
}

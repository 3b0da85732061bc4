/** What crosses between the command and its worker processes. */
import type { SeedResult } from './seed-result.ts';

export interface Task {
  readonly scenario: string;
  readonly seed: number;
  /** Keeps the trace and writes it here. */
  readonly traceFile?: string;
  /** With `traceFile`: also the viewer's page. */
  readonly pageFile?: string;
}

export interface TaskMessage {
  readonly id: number;
  readonly task: Task;
}

export type WorkerMessage =
  /** Loaded: what dies before this cannot be blamed on a seed. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly result: SeedResult }
  /** The run broke instead of ending with a verdict: a bug in the simulator or in a scenario. */
  | { readonly kind: 'threw'; readonly id: number; readonly message: string; readonly stack: string };

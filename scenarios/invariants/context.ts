/** What the judge is told besides the history: things only the runner knows. What it reports by itself it leaves out. */
import type { StoredObjects } from '../../broker/index.ts';
import type { FaultReport } from '../../runtime/index.ts';

export interface JudgeContext {
  /** seq of the event at which the last fault was healed; null when the run never got there. */
  readonly healedAtSeq?: number | null;
  /** Groups that start from the earliest offset. Others are judged from the first record they polled. */
  readonly groups: readonly string[];
  /** What was still not done a bounded time after healing, and why, a sentence each. */
  readonly pending?: readonly string[];
  /** Crashes and uncontrolled sources of chance, as the simulator found them. */
  readonly findings?: readonly JudgeFinding[];
  /** What is in the object store at the end; left out where it cannot be seen (a live cluster). */
  readonly store?: StoredObjects;
  /** Reports of every fault of the plan. */
  readonly faults?: readonly FaultReport[];
}

export interface JudgeFinding {
  readonly node: string;
  readonly role: 'broker' | 'client' | 'store' | 'control';
  readonly kind: 'crash' | 'uncontrolled';
  readonly message: string;
  readonly seq: number;
}

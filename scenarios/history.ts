/**
 * The recorder: what clients did and saw, in the order they did and saw it. Each entry is also an event of the trace,
 * so that its seq orders it among everything else that happened.
 */
import type { HistoryEvent, Runtime, TraceValue } from '../runtime/index.ts';

export class History {
  readonly events: HistoryEvent[] = [];
  private ops = 0;

  constructor(private readonly nowUs: () => number) {}

  /** Joins an operation's invocation to its completion. Unique over the run. */
  nextOp(): number {
    this.ops += 1;
    return this.ops;
  }

  /** Returns the seq of the event. */
  record(rt: Runtime, process: string, operation: Operation): number {
    // Copied by hand: twice a spread was a hundredth of a run.
    const args: Record<string, TraceValue> = { process };
    for (const key in operation) if (key !== 'kind') args[key] = operation[key as keyof Operation] as TraceValue;
    const seq = rt.tracer.trace(operation.kind, args);
    this.events.push(Object.assign(operation, { seq, atUs: this.nowUs(), process }));
    return seq;
  }
}

/** A history event as a client knows it: the recorder adds when, and in which order. */
export type Operation = WithoutBase<HistoryEvent>;
type WithoutBase<E> = E extends HistoryEvent ? Omit<E, 'seq' | 'atUs' | 'process'> : never;

/**
 * What brokers say of themselves, kept while a run sweeps and nothing else is: the few events that invariants and counters need.
 * Clients' history never rests on it.
 */
import type { Runtime, TraceArgs, TraceEvent, Tracer } from '../runtime/index.ts';

export class WhiteBox {
  /** `partition.*` and `group.*`, in order. */
  readonly events: TraceEvent[] = [];
  /** How often brokers traced each kind. */
  readonly counts = new Map<string, number>();

  constructor(private readonly nowUs: () => number) {}

  /** The same runtime, with an ear at its tracer. */
  listenTo(rt: Runtime): Runtime {
    const { node, clock, random, network, objects } = rt;
    return { node, clock, random, network, objects, tracer: this.tap(node, rt.tracer), exit: (reason) => rt.exit(reason) };
  }

  count(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  private tap(node: string, tracer: Tracer): Tracer {
    return {
      trace: (kind: string, args: TraceArgs): number => {
        const seq = tracer.trace(kind, args);
        this.counts.set(kind, this.count(kind) + 1);
        if (kind.startsWith('partition.') || kind.startsWith('group.')) this.events.push({ seq, t: this.nowUs(), node, kind, cause: 0, args });
        return seq;
      },
      get keeping() {
        return tracer.keeping;
      },
    };
  }
}

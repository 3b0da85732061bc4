/**
 * What brokers say of themselves, kept while a run sweeps and nothing else is: the few events that invariants and counters need.
 * Clients' history never rests on it.
 */
import type { ObjectStore, Runtime, TraceArgs, TraceEvent, Tracer } from '../runtime/index.ts';

export class WhiteBox {
  /** `partition.*` and `group.*`, in order. */
  readonly events: TraceEvent[] = [];
  /** How often brokers traced each kind, and how their writes to the store ended. */
  readonly counts = new Map<string, number>();

  constructor(private readonly nowUs: () => number) {}

  /** The same runtime, with an ear at its tracer, at the answers to its writes, and at its end. */
  listenTo(rt: Runtime): Runtime {
    const { node, clock, random, network } = rt;
    return {
      node, clock, random, network, objects: this.tapWrites(rt.objects), tracer: this.tap(node, rt.tracer),
      exit: (reason) => {
        this.bump('exit');
        rt.exit(reason);
      },
    };
  }

  count(kind: string): number {
    return this.counts.get(kind) ?? 0;
  }

  private bump(kind: string): void {
    this.counts.set(kind, this.count(kind) + 1);
  }

  /** Counts `put unknown` and its like; the broker sees the store's own promise. */
  private tapWrites(objects: ObjectStore): ObjectStore {
    return {
      put: (key, body, options) => {
        const outcome = objects.put(key, body, options);
        outcome.then((how) => this.bump(`put ${how}`), () => this.bump('put refused'));
        return outcome;
      },
      get: (key, range) => objects.get(key, range),
      list: (prefix, options) => objects.list(prefix, options),
      delete: (keys) => objects.delete(keys),
    };
  }

  private tap(node: string, tracer: Tracer): Tracer {
    return {
      trace: (kind: string, args: TraceArgs): number => {
        const seq = tracer.trace(kind, args);
        this.bump(kind);
        if (kind.startsWith('partition.') || kind.startsWith('group.')) this.events.push({ seq, t: this.nowUs(), node, kind, cause: 0, args });
        return seq;
      },
      get keeping() {
        return tracer.keeping;
      },
    };
  }
}

/** Tracing outside the simulator: normally only counts; given a stream, writes one JSON event a line. */
import type { TraceArgs, TraceEvent, Tracer } from '../trace.ts';

export class NodeTracer implements Tracer {
  private seq = 0;
  private readonly startMs = performance.now();
  private readonly node: string;
  private readonly lines: LineStream | undefined;

  constructor(node: string, lines?: LineStream) {
    this.node = node;
    this.lines = lines;
  }

  get keeping(): boolean {
    return this.lines !== undefined;
  }

  trace(kind: string, args: TraceArgs): number {
    const seq = ++this.seq;
    if (this.lines !== undefined) {
      const t = Math.round((performance.now() - this.startMs) * 1000);
      // Causes are known to the simulator's scheduler only.
      const event: TraceEvent = { seq, t, node: this.node, kind, cause: 0, args };
      this.lines.write(`${JSON.stringify(event)}\n`);
    }
    return seq;
  }
}

export interface LineStream {
  write(line: string): unknown;
}

/** What whoever runs a broker must hear of, each thing once: the rest of the trace is for the simulator. */
import type { TraceArgs, Tracer } from '../runtime/index.ts';
import { oneLine } from './complaint.ts';

const notices: Readonly<Record<string, (args: TraceArgs) => string>> = {
  'recovery.refused': ({ broker, epoch, why }) => `the write-ahead log of broker ${broker} (epoch ${epoch}) cannot be recovered: ${why}; the partitions that it led stay without a leader until the store holds an undamaged copy`,
  'partition.damaged': ({ tp, why }) => `stored data of ${tp} is damaged: ${why}; its readers are told so, and all else is served`,
};

export class NoticeTracer implements Tracer {
  readonly keeping = false;
  private seq = 0;
  private readonly said = new Set<string>();

  constructor(private readonly write: (line: string) => void) {}

  trace(kind: string, args: TraceArgs): number {
    const notice = notices[kind];
    if (notice !== undefined) this.say(oneLine(notice(args)));
    return (this.seq += 1);
  }

  private say(text: string): void {
    if (this.said.has(text) || this.said.size >= NOTICES_MAX) return;
    this.said.add(text);
    this.write(`wavetank: ${text}\n`);
  }
}

/** After so many different ones, more say nothing new. */
const NOTICES_MAX = 1000;

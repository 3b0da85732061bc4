/** Puts the real adapters together into the Runtime of one broker process. */
import type { Clock } from '../clock.ts';
import type { Network } from '../network.ts';
import type { ObjectStore } from '../object-store.ts';
import type { Random } from '../random.ts';
import type { Runtime } from '../runtime.ts';
import type { Tracer } from '../trace.ts';
import { NodeClock } from './clock.ts';
import { NodeNetwork } from './network.ts';
import { NodeRandom } from './random.ts';
import { NodeTracer } from './tracer.ts';

export interface NodeRuntimeOptions {
  /** Name of this node, e.g. `b1`. */
  readonly node: string;
  /** `S3Store`, or the broker's `DirectoryStore` on a `NodeVolume`. */
  readonly objects: ObjectStore;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly network?: Network;
  readonly tracer?: Tracer;
  /** For tests: instead of ending the process. */
  readonly exit?: (reason: string) => void;
}

export function nodeRuntime(options: NodeRuntimeOptions): Runtime {
  const end = options.exit ?? ((reason: string) => endProcess(options.node, reason));
  let exited = false;
  return {
    node: options.node,
    clock: options.clock ?? new NodeClock(),
    random: options.random ?? new NodeRandom(),
    network: options.network ?? new NodeNetwork(),
    objects: options.objects,
    tracer: options.tracer ?? new NodeTracer(options.node),
    exit(reason) {
      if (exited) return;
      exited = true;
      end(reason);
    },
  };
}

/** The world around it failed: see the exit codes of the command line. */
export const EXIT_WORLD_FAILED = 4;

function endProcess(node: string, reason: string): void {
  process.stderr.write(`wavetank ${node}: ${reason.replace(/\s*\n\s*/g, ' ')}\n`);
  process.exit(EXIT_WORLD_FAILED);
}

/**
 * The seam. Everything a broker or a client driver needs from the world around it comes through a Runtime:
 * `runtime/node` makes one from the real machine, `sim` from a seed. Code behind it cannot tell which it has.
 */
import type { Clock } from './clock.ts';
import type { Network } from './network.ts';
import type { ObjectStore } from './object-store.ts';
import type { Random } from './random.ts';
import type { Tracer } from './trace.ts';

export interface Runtime {
  /** Name of this node, e.g. `b1`. */
  readonly node: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly objects: ObjectStore;
  readonly tracer: Tracer;
  /**
   * Ends this node at once: nothing it scheduled runs any more. For a broker that has learned that it is fenced
   * or cannot trust its storage. `reason` is one line for the operator. Never returns control to the caller's work:
   * the caller must stop by itself (return) after calling it.
   */
  exit(reason: string): void;
}

/**
 * One incarnation of a node: what a `kill` ends. Events, timers, sockets and requests belong to a life; when it is over,
 * whatever still comes for it is thrown away. While it is paused (SIGSTOP), what comes is held, in order.
 */
import type { EventFn } from './queue.ts';
import type { UncontrolledError } from './uncontrolled.ts';
import type { ArmableTimer, TimerIds } from './virtual-timeout.ts';

/** What a life needs to know of its node, so that this file stands below `node.ts`. */
export interface LifeOwner {
  readonly name: string;
  readonly nameHash: number;
  /** Seeds the order among nodes that act in the same microsecond. */
  readonly tieSalt: number;
  crash(life: Life, error: unknown): void;
}

/** What a node offers to unmodified code that uses the globals (see `globals.ts`). */
export interface LifeGlobals {
  wallMs(): number;
  monotonicUs(): number;
  /** The stream behind Math.random, randomBytes and the like. */
  float(): number;
  bytes(sizeBytes: number): Buffer;
  newTimer(): ArmableTimer;
  readonly timerIds: TimerIds;
  /** Records the refusal as a finding. */
  uncontrolled(error: UncontrolledError): void;
}

export class Life {
  /** Undefined for the world's own machinery. */
  globals: LifeGlobals | undefined;
  alive = true;
  /** Its main has been called. Until then a node that is up is a process that was only just started. */
  begun = false;
  paused = false;
  timers = 0;
  requests = 0;
  held: { fn: EventFn; arg: unknown; cause: number }[] = [];

  constructor(readonly owner: LifeOwner, readonly incarnation: number) {}
}

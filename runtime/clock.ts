/**
 * Time as a node sees it. A node's wall clock may drift and jump, so nothing
 * that concerns safety may be decided by it; its monotonic clock never goes back.
 */
export interface Clock {
  /** Wall clock in ms since the epoch. May jump either way. For timestamps shown to people and clients only. */
  nowMs(): number;
  /** Milliseconds (fractional) since the node started; never decreases; goes on while the node is paused. */
  monotonicMs(): number;
  /** Runs `fn` once after at least `delayMs`. */
  setTimer(delayMs: number, fn: () => void): Timer;
  sleep(delayMs: number): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

/** Time that moves only when a test says so. Wall clock and monotonic clock differ by a constant, so that a mix-up shows. */
import type { Clock, Timer } from '../../runtime/index.ts';

export class ManualClock implements Clock {
  #nowMs = 0;
  #timers: { readonly atMs: number; readonly fn: () => void }[] = [];

  nowMs(): number {
    return 1_700_000_000_000 + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, fn: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, fn };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.setTimer(delayMs, resolve));
  }

  get timers(): number {
    return this.#timers.length;
  }

  /** Runs what falls due, in order, and lets each run its promises before the next. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const due = this.#timers.filter((timer) => timer.atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.fn();
    }
    this.#nowMs = endMs;
    await settled();
  }
}

/** All promises that can run have run. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

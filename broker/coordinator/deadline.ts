/**
 * A point in monotonic time that can be pushed back cheaply: a heartbeat only moves a number, the timer looks at it when it
 * fires and goes back to sleep for what is left. A node that was paused finds its deadlines passed and acts on them, as Kafka does.
 */
import type { Clock, Timer } from '../../runtime/index.ts';

export class Deadline {
  readonly #clock: Clock;
  readonly #onExpire: () => void;
  #timer: Timer | undefined;
  #firesAtMs = 0;
  #atMs = 0;

  constructor(clock: Clock, onExpire: () => void) {
    this.#clock = clock;
    this.#onExpire = onExpire;
  }

  /** Expires `delayMs` from now, whatever was set before. */
  set(delayMs: number): void {
    this.#atMs = this.#clock.monotonicMs() + delayMs;
    if (this.#timer !== undefined && this.#firesAtMs <= this.#atMs) return;
    this.#timer?.cancel();
    this.#arm(delayMs);
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: number): void {
    this.#firesAtMs = this.#clock.monotonicMs() + delayMs;
    this.#timer = this.#clock.setTimer(delayMs, () => {
      this.#timer = undefined;
      const leftMs = this.#atMs - this.#clock.monotonicMs();
      if (leftMs > 0) this.#arm(Math.ceil(leftMs));
      else this.#onExpire();
    });
  }
}

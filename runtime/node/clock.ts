/** The machine's clocks. Wall time may jump under NTP; the monotonic one counts from the making of this clock. */
import type { Clock, Timer } from '../clock.ts';

export class NodeClock implements Clock {
  private readonly startMs = performance.now();

  nowMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now() - this.startMs;
  }

  setTimer(delayMs: number, fn: () => void): Timer {
    const handle = setTimeout(fn, Math.min(Math.max(delayMs, 0), TIMER_MAX_MS));
    return { cancel: () => clearTimeout(handle) };
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.setTimer(delayMs, resolve));
  }
}

/** Beyond this Node fires at once; 24 days is as good as never. */
const TIMER_MAX_MS = 2 ** 31 - 1;

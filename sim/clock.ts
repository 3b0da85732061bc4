/**
 * A node's own idea of time. Its oscillator may drift (which bends timers and both clocks); its wall clock may also jump.
 * It belongs to the machine: it outlives the process.
 */
import type { Clock, Timer } from '../runtime/index.ts';
import type { Life } from './life.ts';
import { SimTimer } from './timer.ts';
import type { World } from './world.ts';

/** Wall clock of every node at virtual time zero, before skew: 2026-01-01T00:00:00Z. */
const EPOCH_US = 1_767_225_600_000_000;

export class NodeClock {
  /** How often a wall clock was read: proof that a jump could be noticed. */
  wallReads = 0;
  monotonicReads = 0;
  private offsetUs: number;
  private ppm = 0;
  private sinceUs = 0;
  private localUs = 0;

  constructor(private readonly world: World, skewUs: number) {
    this.offsetUs = skewUs;
  }

  /** Microseconds by the local oscillator since the start of the run; never goes back. */
  monotonicUs(): number {
    this.monotonicReads++;
    return this.local();
  }

  wallMs(): number {
    this.wallReads++;
    return Math.floor((EPOCH_US + this.offsetUs + this.local()) / 1000);
  }

  /** How long the world waits while this clock counts `delayUs`. */
  worldUs(delayUs: number): number {
    return this.ppm === 0 ? delayUs : Math.ceil(delayUs / (1 + this.ppm / 1e6));
  }

  jump(ms: number): void {
    this.offsetUs += Math.round(ms * 1000);
  }

  drift(ppm: number): void {
    this.localUs = this.local();
    this.sinceUs = this.world.nowUs;
    this.ppm = ppm;
  }

  private local(): number {
    const elapsed = this.world.nowUs - this.sinceUs;
    return this.localUs + (this.ppm === 0 ? elapsed : Math.floor(elapsed * (1 + this.ppm / 1e6)));
  }
}

/** `rt.clock` of one life. */
export class LifeClock implements Clock {
  private readonly bornUs: number;

  constructor(private readonly world: World, private readonly life: Life, private readonly clock: NodeClock) {
    this.bornUs = clock.monotonicUs();
  }

  nowMs(): number {
    this.world.refuseOutside('clock.nowMs');
    return this.clock.wallMs();
  }

  monotonicMs(): number {
    this.world.refuseOutside('clock.monotonicMs');
    return (this.clock.monotonicUs() - this.bornUs) / 1000;
  }

  setTimer(delayMs: number, fn: () => void): Timer {
    this.world.refuseStranger(this.life, 'clock.setTimer');
    return new SimTimer(this.world, this.life).arm(timerUs(this.clock, delayMs), fn);
  }

  sleep(delayMs: number): Promise<void> {
    this.world.refuseStranger(this.life, 'clock.sleep');
    return new Promise((resolve) => { new SimTimer(this.world, this.life).arm(timerUs(this.clock, delayMs), resolve); });
  }
}

/** A timer takes at least a microsecond, so that a loop of zero timers cannot stop the world's clock. */
function timerUs(clock: NodeClock, delayMs: number): number {
  return Math.max(1, clock.worldUs(Math.ceil(delayMs * 1000)));
}

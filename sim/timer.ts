/** One pending call on a life. It can be cancelled while queued, and also while a paused life holds it. */
import type { Timer } from '../runtime/index.ts';
import type { Life } from './life.ts';
import type { World } from './world.ts';

export class SimTimer implements Timer {
  private fn: (() => void) | undefined;
  private slot = 0;
  private identity = 0;

  constructor(private readonly world: World, private readonly life: Life) {}

  get armed(): boolean {
    return this.fn !== undefined;
  }

  /** Runs `fn` once, `delayUs` of the world's time from now; re-arming moves it. */
  arm(delayUs: number, fn: () => void): this {
    this.cancel();
    if (!this.life.alive) return this;
    this.fn = fn;
    this.life.timers++;
    this.slot = this.world.schedule(this.life, this.world.nowUs + delayUs, fire, this);
    this.identity = this.world.queue.identity(this.slot);
    return this;
  }

  cancel(): void {
    if (this.fn === undefined) return;
    this.fn = undefined;
    this.life.timers--;
    this.world.queue.cancel(this.slot, this.identity);
  }

  /** Not for callers: the scheduler's way in. */
  fire(): void {
    const fn = this.fn;
    if (fn === undefined) return;
    this.fn = undefined;
    this.life.timers--;
    fn();
  }
}

const fire = (timer: SimTimer): void => timer.fire();

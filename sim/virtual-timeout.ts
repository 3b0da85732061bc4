/** What `setTimeout` gives to unmodified code inside a node: every method that Node's own handle has. */
export interface ArmableTimer {
  readonly armed: boolean;
  cancel(): void;
  armMs(delayMs: number, fn: () => void): unknown;
  armUs(delayUs: number, fn: () => void): unknown;
}

const DELAY_MAX_MS = 2 ** 31 - 1;
/**
 * kafkajs 2.2.4 re-arms, for ever and on every connection, a timer whose delay is minus the time of day (`throttledUntil - Date.now()`); Node
 * warns and makes it 1 ms. A thousand empty events a second and connection are nine tenths of a run, so delays this far in the past tick slowly.
 */
const LONG_PAST_MS = -86_400_000;
const LONG_PAST_TICK_MS = 100;

/** The handles of one life that were turned into numbers, as browsers' code does. */
export class TimerIds {
  private last = 0;
  private readonly byId = new Map<number, VirtualTimeout>();

  add(timer: VirtualTimeout, id: number): number {
    const known = id === 0 ? ++this.last : id;
    this.byId.set(known, timer);
    return known;
  }

  get(id: number): VirtualTimeout | undefined {
    return this.byId.get(id);
  }

  delete(id: number): void {
    this.byId.delete(id);
  }
}

export class VirtualTimeout {
  private id = 0;
  private referenced = true;
  private readonly delayMs: number | undefined;

  /** `delayMs` undefined: an immediate. Anything that Node takes for 1 ms is 1 ms, but for the long past. */
  constructor(private readonly timer: ArmableTimer, private readonly ids: TimerIds, private readonly fn: () => void, delayMs: number | undefined, private readonly repeat: boolean) {
    this.delayMs = delayMs === undefined ? undefined : delayMs >= 1 && delayMs <= DELAY_MAX_MS ? Math.trunc(delayMs) : delayMs < LONG_PAST_MS ? LONG_PAST_TICK_MS : 1;
    this.arm();
  }

  ref(): this {
    this.referenced = true;
    return this;
  }

  unref(): this {
    this.referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  /** Starts over, also when it has fired already. */
  refresh(): this {
    this.arm();
    return this;
  }

  close(): this {
    this.timer.cancel();
    if (this.id !== 0) this.ids.delete(this.id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    this.id = this.ids.add(this, this.id);
    return this.id;
  }

  [Symbol.for('nodejs.dispose')](): void {
    this.close();
  }

  private arm(): void {
    if (this.delayMs === undefined) this.timer.armUs(1, this.run);
    else this.timer.armMs(this.delayMs, this.run);
  }

  private readonly run = (): void => {
    if (this.repeat) this.arm();
    else if (this.id !== 0) this.ids.delete(this.id);
    this.fn();
  };
}

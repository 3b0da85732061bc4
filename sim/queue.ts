/**
 * The one queue of the world: a binary heap over typed arrays, ordered by (time, tie, seq). The tie is drawn from the seed;
 * it and seq share one float64 key. Events live in recycled slots, so that scheduling allocates nothing.
 */
import type { Life } from './life.ts';

export type EventFn = (arg: never) => void;

const TWO_32 = 0x1_0000_0000;
/** tie * 2^32 + seq must stay an exact integer. */
export const TIE_BITS = 20;

export class EventQueue {
  size = 0;
  /** By slot. */
  readonly fn: (EventFn | undefined)[] = [];
  readonly arg: unknown[] = [];
  readonly life: (Life | undefined)[] = [];
  readonly cause: number[] = [];
  private seqOf: Float64Array;
  private indexOf: Int32Array;
  private free: Int32Array;
  private freeCount = 0;
  private slots = 0;
  /** In heap order. */
  private time: Float64Array;
  private key: Float64Array;
  private slot: Int32Array;
  private seq = 0;

  constructor(capacity = 1024) {
    this.time = new Float64Array(capacity);
    this.key = new Float64Array(capacity);
    this.slot = new Int32Array(capacity);
    this.seqOf = new Float64Array(capacity);
    this.indexOf = new Int32Array(capacity);
    this.free = new Int32Array(capacity);
  }

  /** Returns the slot; `identity(slot)` tells it from a later event in the same slot. */
  push(timeUs: number, tie: number, life: Life, fn: EventFn, arg: unknown, cause: number): number {
    const slot = this.freeCount > 0 ? (this.free[--this.freeCount] as number) : this.slots++;
    if (slot >= this.seqOf.length) this.grow();
    const seq = ++this.seq;
    this.fn[slot] = fn;
    this.arg[slot] = arg;
    this.life[slot] = life;
    this.cause[slot] = cause;
    this.seqOf[slot] = seq;
    this.up(this.size++, timeUs, tie * TWO_32 + seq, slot);
    return slot;
  }

  identity(slot: number): number {
    return this.seqOf[slot] as number;
  }

  nextTimeUs(): number {
    return this.size === 0 ? Infinity : (this.time[0] as number);
  }

  /** Takes the earliest event off; read its fields by slot, then `release` it. */
  pop(): number {
    const slot = this.slot[0] as number;
    this.removeAt(0);
    return slot;
  }

  release(slot: number): void {
    this.fn[slot] = undefined;
    this.arg[slot] = undefined;
    this.life[slot] = undefined;
    this.seqOf[slot] = 0;
    this.free[this.freeCount++] = slot;
  }

  /** False when that event is no longer queued. */
  cancel(slot: number, identity: number): boolean {
    if (this.seqOf[slot] !== identity) return false;
    this.removeAt(this.indexOf[slot] as number);
    this.release(slot);
    return true;
  }

  private removeAt(index: number): void {
    const last = --this.size;
    if (index === last) return;
    const time = this.time[last] as number;
    const key = this.key[last] as number;
    const slot = this.slot[last] as number;
    if (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = this.time[parent] as number;
      if (time < parentTime || (time === parentTime && key < (this.key[parent] as number))) {
        this.up(index, time, key, slot);
        return;
      }
    }
    this.down(index, time, key, slot);
  }

  private up(start: number, time: number, key: number, slot: number): void {
    const { time: times, key: keys, slot: slots, indexOf } = this;
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentTime = times[parent] as number;
      if (time > parentTime || (time === parentTime && key > (keys[parent] as number))) break;
      times[index] = parentTime;
      keys[index] = keys[parent] as number;
      const moved = slots[parent] as number;
      slots[index] = moved;
      indexOf[moved] = index;
      index = parent;
    }
    times[index] = time;
    keys[index] = key;
    slots[index] = slot;
    indexOf[slot] = index;
  }

  private down(start: number, time: number, key: number, slot: number): void {
    const { time: times, key: keys, slot: slots, indexOf, size } = this;
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= size) break;
      const right = child + 1;
      if (right < size) {
        const a = times[child] as number;
        const b = times[right] as number;
        if (b < a || (b === a && (keys[right] as number) < (keys[child] as number))) child = right;
      }
      const childTime = times[child] as number;
      if (time < childTime || (time === childTime && key < (keys[child] as number))) break;
      times[index] = childTime;
      keys[index] = keys[child] as number;
      const moved = slots[child] as number;
      slots[index] = moved;
      indexOf[moved] = index;
      index = child;
    }
    times[index] = time;
    keys[index] = key;
    slots[index] = slot;
    indexOf[slot] = index;
  }

  private grow(): void {
    const capacity = this.seqOf.length * 2;
    const f64 = (old: Float64Array) => { const wide = new Float64Array(capacity); wide.set(old); return wide; };
    const i32 = (old: Int32Array) => { const wide = new Int32Array(capacity); wide.set(old); return wide; };
    this.time = f64(this.time);
    this.key = f64(this.key);
    this.seqOf = f64(this.seqOf);
    this.slot = i32(this.slot);
    this.indexOf = i32(this.indexOf);
    this.free = i32(this.free);
  }
}

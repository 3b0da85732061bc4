/**
 * Addressable randomness over seedrandom's alea. A stream's seed is the path of names that leads to it, so how much
 * one stream draws never moves another.
 */
import seedrandom from 'seedrandom';
import type { Random } from '../runtime/index.ts';

const TWO_32 = 0x1_0000_0000;

export class SimRandom implements Random {
  readonly #path: string;
  readonly #next: { (): number; int32(): number; double(): number };

  constructor(path: string) {
    this.#path = path;
    this.#next = seedrandom.alea(path);
  }

  float(): number {
    return this.#next();
  }

  u32(): number {
    return this.#next.int32() >>> 0;
  }

  int(min: number, max: number): number {
    const span = max - min + 1;
    return min + Math.floor((span > TWO_32 ? this.#next.double() : this.#next()) * span);
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('pick from nothing');
    return items[this.int(0, items.length - 1)] as T;
  }

  bytes(sizeBytes: number): Buffer {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    let at = 0;
    for (; at + 4 <= sizeBytes; at += 4) bytes.writeUInt32LE(this.u32(), at);
    for (let rest = this.u32(); at < sizeBytes; at++, rest >>>= 8) bytes[at] = rest & 0xff;
    return bytes;
  }

  fork(name: string): SimRandom {
    return new SimRandom(`${this.#path}/${name}`);
  }
}

/**
 * Randomness of the real machine: a 256-bit seed from the operating system, stretched by AES-CTR.
 * Forks follow the same rule as in the simulator (parent's seed and name only), so a name forked
 * twice yields the same stream; give the seed for a test that must repeat itself.
 */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import type { Cipher } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Random } from '../random.ts';

export class NodeRandom implements Random {
  private readonly seed: Buffer;
  private readonly cipher: Cipher;
  private pool: Buffer = Buffer.alloc(0);
  private used = 0;

  constructor(seed: Buffer = randomBytes(SEED_BYTES)) {
    assert(seed.length === SEED_BYTES, `a seed has ${SEED_BYTES} bytes, this one ${seed.length}`);
    this.seed = seed;
    this.cipher = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  }

  float(): number {
    // 53 bits, as many as a double can tell apart in [0, 1).
    return ((this.u32() >>> 5) * 2 ** 26 + (this.u32() >>> 6)) / 2 ** 53;
  }

  u32(): number {
    return this.take(4).readUInt32LE(0);
  }

  int(min: number, max: number): number {
    assert(Number.isSafeInteger(min) && Number.isSafeInteger(max) && min <= max, `int(${min}, ${max})`);
    return min + Math.floor(this.float() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    assert(items.length > 0, 'pick from nothing');
    return items[this.int(0, items.length - 1)] as T;
  }

  bytes(sizeBytes: number): Buffer {
    return Buffer.from(this.take(sizeBytes));
  }

  fork(name: string): Random {
    return new NodeRandom(createHmac('sha256', this.seed).update(name).digest());
  }

  private take(sizeBytes: number): Buffer {
    if (this.used + sizeBytes > this.pool.length) {
      this.pool = this.cipher.update(Buffer.alloc(Math.max(POOL_BYTES, sizeBytes)));
      this.used = 0;
    }
    this.used += sizeBytes;
    return this.pool.subarray(this.used - sizeBytes, this.used);
  }
}

const SEED_BYTES = 32;
const POOL_BYTES = 4096;

/**
 * Addressable randomness: a stream is forked by name, and the fork depends on
 * the parent's seed and the name only, never on how many values were drawn.
 * So one more draw here shifts nothing there; shrinking rests on this.
 */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number;
  /** Uniform unsigned 32-bit integer. */
  u32(): number;
  /** Uniform integer in [min, max], both included. */
  int(min: number, max: number): number;
  /** One of `items`, which must not be empty. */
  pick<T>(items: readonly T[]): T;
  bytes(sizeBytes: number): Buffer;
  fork(name: string): Random;
}

/** The generator that plans are drawn from, in the shape fast-check asks for. Ours, so that a plan never changes with a dependency. */

/** SplitMix32: one 32-bit word of state, well mixed even for seeds 1, 2, 3. */
export function planRandom(seed: number): PlanRandom {
  return fromState((seed | 0) ^ Math.imul(Math.floor(seed / 4_294_967_296), 0x9e3779b1));
}

function fromState(start: number): PlanRandom {
  let state = start;
  const next = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let word = state ^ (state >>> 16);
    word = Math.imul(word, 0x21f0aaad);
    word ^= word >>> 15;
    word = Math.imul(word, 0x735a2d97);
    return (word ^ (word >>> 15)) | 0;
  };
  return {
    next,
    clone: () => fromState(state),
    getState: () => [state],
    jump() {
      for (let step = 0; step < JUMP; step += 1) next();
    },
  };
}

/** Far enough for two streams of a plan's length never to meet. */
const JUMP = 1 << 16;

interface PlanRandom {
  /** Uniform signed 32-bit integer. */
  next(): number;
  clone(): PlanRandom;
  getState(): readonly number[];
  jump(): void;
}

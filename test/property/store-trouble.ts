/** Trouble with an object store as fast-check data: rules for a while, then peace. Shared by the storage properties. */
import fc from 'fast-check';
import type { Sim } from '../../sim/index.ts';

export const storeTrouble = fc.array(fc.record({
  effect: fc.oneof(
    fc.constant({ kind: 'reply-lost' as const }),
    fc.constant({ kind: 'unavailable' as const }),
    fc.constant({ kind: 'conflict' as const }),
    fc.constant({ kind: 'late' as const, minUs: 1_000_000, maxUs: 20_000_000 }),
    fc.constant({ kind: 'delay' as const, minUs: 10_000, maxUs: 2_000_000 }),
  ),
  probability: fc.integer({ min: 5, max: 70 }).map((percent) => percent / 100),
  verb: fc.constantFrom('put' as const, 'any' as const),
  fromMs: fc.integer({ min: 0, max: 3000 }),
  forMs: fc.integer({ min: 100, max: 4000 }),
}), { maxLength: 4 });

export type StoreTrouble = typeof storeTrouble extends fc.Arbitrary<infer T> ? T : never;

/** Arms the trouble, counted from now. */
export function troubled(sim: Sim, trouble: StoreTrouble): void {
  trouble.forEach(({ effect, probability, verb, fromMs, forMs }, at) => {
    const onPut = effect.kind === 'reply-lost' || effect.kind === 'late' || effect.kind === 'conflict';
    const rule = { id: `trouble ${at}`, match: (op: { verb: string }) => (verb === 'any' && !onPut) || op.verb === 'put', probability, effect, affected: 0 };
    sim.control.after(fromMs * 1000, 'trouble', () => sim.store.add(rule));
    sim.control.after((fromMs + forMs) * 1000, 'peace', () => sim.store.remove(rule));
  });
}

/** Shrinking ends at what matters: the one fault, at its simplest. */
import { describe, expect, test } from 'vitest';
import { compatible, faultKinds, generatePlan, planArbitrary, shrinkPlan } from '../../faults/index.ts';
import type { ClusterShape, FaultPlan, ShrinkStep } from '../../faults/index.ts';

const shape: ClusterShape = { brokers: ['b1', 'b2', 'b3'], clients: ['p1', 'c1', 'c2'], stormMs: 30_000 };
const arb = planArbitrary(faultKinds, shape, { minFaults: 3, maxFaults: 7 });
const seedsWith = (kind: string): number[] =>
  Array.from({ length: 300 }, (_, seed) => seed).filter((seed) => generatePlan(arb, seed).faults.some((fault) => fault.kind === kind)).slice(0, 10);

describe('shrinkPlan', () => {
  test.each(faultKinds)('drops everything but the %s that matters, and keeps its id', async (kind) => {
    const seeds = seedsWith(kind);
    expect(seeds.length).toBeGreaterThan(0);
    for (const seed of seeds) {
      const start = generatePlan(arb, seed);
      const small = await shrinkPlan(arb, seed, async (plan) => plan.faults.some((fault) => fault.kind === kind));
      expect(small.faults).toHaveLength(1);
      const [fault] = small.faults;
      expect(fault?.kind).toBe(kind);
      expect(start.faults.map(({ id }) => id)).toContain(fault?.id);
      expect(fault?.atMs).toBe(0);
    }
  });

  test('keeps a pair that only fails together', async () => {
    const both = (plan: FaultPlan): boolean => plan.faults.some(({ kind }) => kind === 'broker-kill') && plan.faults.some(({ kind }) => kind === 's3-late');
    const seeds = Array.from({ length: 2000 }, (_, seed) => seed).filter((seed) => both(generatePlan(arb, seed))).slice(0, 5);
    expect(seeds.length).toBeGreaterThan(0);
    for (const seed of seeds) {
      const small = await shrinkPlan(arb, seed, async (plan) => both(plan));
      expect(small.faults).toHaveLength(2);
      expect(compatible(small.faults, shape)).toBe(true);
    }
  });

  test('shortens to the shortest window that still fails', async () => {
    const long = (plan: FaultPlan): boolean => plan.faults.some((fault) => fault.kind === 'broker-pause' && fault.durationMs >= 4_321);
    const seed = Array.from({ length: 2000 }, (_, at) => at).find((at) => long(generatePlan(arb, at))) as number;
    const small = await shrinkPlan(arb, seed, async (plan) => long(plan));
    expect(small.faults.map(({ durationMs }) => durationMs)).toEqual([4_321]);
  });

  test('every candidate is a valid plan, faults are dropped before anything else, and progress is told', async () => {
    const steps: ShrinkStep[] = [];
    const [seed] = seedsWith('s3-errors') as [number];
    await shrinkPlan(arb, seed, async (plan) => plan.faults.some(({ kind }) => kind === 's3-errors'), (step) => steps.push(step));
    expect(steps.map(({ tries }) => tries)).toEqual(steps.map((_, index) => index + 1));
    for (const { plan } of steps) {
      expect(compatible(plan.faults, shape)).toBe(true);
      for (const fault of plan.faults) expect(fault.atMs + fault.durationMs).toBeLessThanOrEqual(shape.stormMs);
    }
    const start = generatePlan(arb, seed);
    const firstSimpler = steps.findIndex(({ plan }) => plan.faults.some((fault) => !start.faults.some((other) => JSON.stringify(other) === JSON.stringify(fault))));
    expect(steps.slice(firstSimpler).every(({ plan }) => plan.faults.length === 1)).toBe(true);
  });

  test('stays with the generated plan when nothing smaller fails, and tries no plan twice', async () => {
    const tried: string[] = [];
    const plan = await shrinkPlan(arb, 7, async (candidate) => {
      tried.push(JSON.stringify(candidate));
      return false;
    });
    expect(plan).toEqual(generatePlan(arb, 7));
    expect(new Set(tried).size).toBe(tried.length);
  });
});

/** Plans: the same for the same seed, plain JSON, inside the storm, checked on the way in. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compatible, describeFault, faultKinds, faultTypes, generatePlan, parsePlan, PlanError, planArbitrary } from '../../faults/index.ts';
import type { ClusterShape } from '../../faults/index.ts';

const shape: ClusterShape = { brokers: ['b1', 'b2', 'b3'], clients: ['p1', 'p2', 'c1', 'c2', 'c3'], stormMs: 40_000 };

describe('a generated plan', () => {
  const arb = planArbitrary(faultKinds, shape, { minFaults: 2, maxFaults: 6 });

  test('is plain JSON, the same for the same seed, and accepted again', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const plan = generatePlan(arb, seed);
        expect(generatePlan(planArbitrary(faultKinds, shape, { minFaults: 2, maxFaults: 6 }), seed)).toEqual(plan);
        expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toStrictEqual(plan);
      }),
    );
  });

  test('lies inside the storm, names nodes that exist, and can bite', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 500; seed += 1) {
      const { faults } = generatePlan(arb, seed);
      expect(faults.length).toBeGreaterThanOrEqual(2);
      expect(faults.length).toBeLessThanOrEqual(6);
      expect(new Set(faults.map((fault) => fault.id)).size).toBe(faults.length);
      expect(compatible(faults, shape)).toBe(true);
      for (const fault of faults) {
        seen.add(fault.kind);
        expect(fault.atMs).toBeGreaterThanOrEqual(0);
        expect(fault.durationMs).toBeGreaterThan(0);
        expect(fault.atMs + fault.durationMs).toBeLessThanOrEqual(shape.stormMs);
        for (const name of fault.target) expect([...shape.brokers, ...shape.clients]).toContain(name);
        expect(describeFault(fault)).not.toMatch(/undefined|NaN/);
      }
    }
    expect([...seen].sort()).toEqual([...faultKinds].sort());
  });

  test('differs between seeds', () => {
    const plans = new Set(Array.from({ length: 100 }, (_, seed) => JSON.stringify(generatePlan(arb, seed))));
    expect(plans.size).toBe(100);
  });

  test('fits a storm shorter than most faults, one broker, and no clients', () => {
    const tiny: ClusterShape = { brokers: ['b1'], clients: [], stormMs: 1_500 };
    for (let seed = 0; seed < 100; seed += 1) {
      for (const fault of generatePlan(planArbitrary(faultKinds, tiny, { minFaults: 1, maxFaults: 4 }), seed).faults) {
        expect(fault.atMs + fault.durationMs).toBeLessThanOrEqual(1_500);
        expect(faultTypes[fault.kind].applies(tiny)).toBe(true);
      }
    }
  });

  test('has no faults when none of the kinds applies', () => {
    expect(generatePlan(planArbitrary(['consumer-churn'], { brokers: ['b1'], clients: ['p1'], stormMs: 9_000 }, { minFaults: 1, maxFaults: 2 }), 1)).toEqual({ version: 1, faults: [] });
  });
});

describe('faults that would hide each other', () => {
  const kill = { id: 'a', kind: 'broker-kill', atMs: 1_000, durationMs: 5_000, target: ['b1'], params: {} } as const;
  const pause = { id: 'b', kind: 'broker-pause', atMs: 0, durationMs: 4_000, target: ['b1'], params: {} } as const;
  const errors = { id: 'c', kind: 's3-errors', atMs: 2_000, durationMs: 3_000, target: ['b1'], params: { percent: 50 } } as const;

  test('a broker is not killed twice at once', () => {
    expect(compatible([kill, { ...kill, id: 'x', kind: 'broker-power-loss', atMs: 4_000 }], shape)).toBe(false);
    expect(compatible([kill, { ...kill, id: 'x', target: ['b2'] }], shape)).toBe(true);
    expect(compatible([kill, { ...kill, id: 'x', atMs: 20_000 }], shape)).toBe(true);
  });
  test('a broker may be killed while it is paused, not paused while it is dead', () => {
    expect(compatible([pause, kill], shape)).toBe(true);
    expect(compatible([{ ...pause, atMs: 2_000 }, kill], shape)).toBe(false);
  });
  test('a dead broker gets no errors; all brokers do, as long as one lives', () => {
    expect(compatible([kill, errors], shape)).toBe(false);
    expect(compatible([kill, { ...errors, target: [] }], shape)).toBe(true);
    expect(compatible([kill, { ...errors, target: [] }], { ...shape, brokers: ['b1'] })).toBe(false);
    expect(compatible([kill, { ...errors, durationMs: 14_000 }], shape)).toBe(true);
  });
});

describe('parsePlan', () => {
  const fault = { id: 'f1', kind: 'broker-kill', atMs: 10, durationMs: 20, target: ['b1'], params: {} };
  test.each([
    ['plan', 'kill', /expected an object, found "kill"/],
    ['version', { version: 2, faults: [] }, /expected 1, found 2/],
    ['faults', { version: 1 }, /expected an array of faults, found nothing/],
    ['extra', { version: 1, faults: [], extra: 1 }, /unknown key; expected version, faults/],
    ['faults[0]', { version: 1, faults: [null] }, /expected an object, found null/],
    ['faults[1].id', { version: 1, faults: [fault, fault] }, /already the id of faults\[0\]/],
    ['faults[0].id', { version: 1, faults: [{ ...fault, id: '' }] }, /unique in the plan/],
    ['faults[0].kind', { version: 1, faults: [{ ...fault, kind: 'broker-kil' }] }, /"broker-kil" is no fault; expected one of broker-kill, /],
    ['faults[0].atMs', { version: 1, faults: [{ ...fault, atMs: -1 }] }, /whole milliseconds, 0 or more, found -1/],
    ['faults[0].durationMs', { version: 1, faults: [{ ...fault, durationMs: 1.5 }] }, /found 1\.5/],
    ['faults[0].target', { version: 1, faults: [{ ...fault, target: 'b1' }] }, /array of node names/],
    ['faults[0].params.percent', { version: 1, faults: [{ ...fault, params: { percent: 5 } }] }, /unknown key; expected none/],
    ['faults[0].params.percnt', { version: 1, faults: [{ ...fault, kind: 's3-errors', params: { percnt: 5 } }] }, /unknown key; expected percent/],
    ['faults[0].params.percent', { version: 1, faults: [{ ...fault, kind: 's3-errors' }] }, /s3-errors needs a whole number from 1 to 100, found nothing/],
    ['faults[0].params.percent', { version: 1, faults: [{ ...fault, kind: 's3-errors', params: { percent: 101 } }] }, /from 1 to 100, found 101/],
    ['faults[0].params.ppm', { version: 1, faults: [{ ...fault, kind: 'clock-drift', params: { ppm: '3' } }] }, /found "3"/],
    ['faults[0].params.ppm', { version: 1, faults: [{ ...fault, kind: 'clock-drift', params: { ppm: 0 } }] }, /from -500000 to 500000, and not 0, found 0/],
    ['faults[0].target', { version: 1, faults: [{ ...fault, target: ['b1', 'b1'] }] }, /"b1" is there twice/],
    ['faults[0].params.from', { version: 1, faults: [{ ...fault, kind: 'broker-isolate', params: { from: 'all' } }] }, /needs one of everything, store, clients, found "all"/],
    ['faults[0].params.maxMs', { version: 1, faults: [{ ...fault, kind: 'link-latency', params: { minMs: 9, maxMs: 8 } }] }, /at least minMs, which is 9, found 8/],
    ['faults[0].durtion', { version: 1, faults: [{ ...fault, durtion: 1 }] }, /unknown key/],
  ])('names %s', (path, json, problem) => {
    const error = thrownBy(() => parsePlan(json));
    expect(error).toBeInstanceOf(PlanError);
    expect((error as PlanError).path).toBe(path);
    expect((error as PlanError).message).toMatch(problem);
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

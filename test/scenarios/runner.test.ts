import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../runtime/index.ts';
import { findScenario, lostRecord, runScenario, type Scenario, scenarios } from '../../scenarios/index.ts';
import { describeDivergence, firstDifference } from '../../sim/determinism.ts';

const TIMEOUT_MS = 240_000;

function named(name: string): Scenario {
  const found = findScenario(name);
  expect(found, name).toBeDefined();
  return found as Scenario;
}

/** A few seconds of storm are enough to see how a run is judged. */
function short(name: string, config: Partial<Scenario['config']> = {}): Scenario {
  const scenario = named(name);
  return { ...scenario, config: { ...scenario.config, warmUpMs: 4_000, stormMs: 4_000, calmMs: 1_000, ...config } };
}

describe('every scenario of the default run', () => {
  for (const scenario of scenarios.filter(({ inDefaultRun }) => inDefaultRun)) {
    test(`${scenario.name} holds`, { timeout: TIMEOUT_MS }, async () => {
      const result = await runScenario(scenario, { seed: 1 });
      expect(result.violations).toEqual([]);
      expect(result.verdict).toBe('held');
      expect(result.counters['recordsDrained']).toBeGreaterThanOrEqual(result.counters['recordsAcked'] ?? Infinity);
      expect(result.faults.length).toBeGreaterThanOrEqual(scenario.minFaults);
    });
  }
});

test('a seed is all there is: the same run twice, event by event, and the same hash when nothing is kept', { timeout: TIMEOUT_MS }, async () => {
  const scenario = short('broker-loss', { stormMs: 12_000 });
  const run = async (): Promise<{ events: TraceEvent[]; hash: string }> => {
    const events: TraceEvent[] = [];
    const { hash } = await runScenario(scenario, { seed: 3, keep: (event) => events.push(event) });
    return { events, hash };
  };
  const [a, b] = [await run(), await run()];
  const difference = firstDifference(a.events, b.events);
  expect(difference === undefined ? '' : describeDivergence(difference)).toBe('');
  expect(b.hash).toBe(a.hash);
  expect((await runScenario(scenario, { seed: 3 })).hash).toBe(a.hash);
});

test('a plan given is the plan run', { timeout: TIMEOUT_MS }, async () => {
  const plan = { version: 1, faults: [{ id: 'mine', kind: 'broker-kill', atMs: 500, durationMs: 2_000, target: ['b2'], params: {} }] } as const;
  const result = await runScenario(short('broker-loss'), { seed: 1, plan });
  expect(result.plan).toEqual(plan);
  expect(result.faults).toMatchObject([{ id: 'mine', kind: 'broker-kill', fired: true }]);
  expect(result.faults[0]?.affected).toBeGreaterThan(0);
  expect(result.violations).toEqual([]);
});

test('a fault that never began fails the run', { timeout: TIMEOUT_MS }, async () => {
  const plan = { version: 1, faults: [{ id: 'late', kind: 'broker-kill', atMs: 3_600_000, durationMs: 1_000, target: ['b2'], params: {} }] } as const;
  const result = await runScenario(short('quiet-sea'), { seed: 1, plan });
  expect(result.violations.map(({ invariant, blame }) => [invariant, blame])).toEqual([['fault-without-effect', 'simulator']]);
});

test('what is still pending is said, with who waits for what', { timeout: TIMEOUT_MS }, async () => {
  const result = await runScenario(short('quiet-sea', { patienceMs: 1, group: { ...named('quiet-sea').config.group, processMs: 3_000 } }), { seed: 1 });
  const liveness = result.violations.filter(({ invariant }) => invariant === 'liveness');
  expect(liveness.map(({ summary }) => summary).join('\n')).toMatch(/not enough to process every acknowledged record: c1 has been .* for \d+\.\d s.*is processed up to \d+ of \d+/);
});

test('the payments demo loses a payment through its own fault', { timeout: TIMEOUT_MS }, async () => {
  const payments = named('payments');
  expect(payments.inDefaultRun).toBe(false);
  for (let seed = 1; seed <= 30; seed += 1) {
    const events: TraceEvent[] = [];
    const result = await runScenario(payments, { seed, keep: (event) => events.push(event) });
    const skip = result.violations.find(({ invariant }) => invariant === 'group-skip');
    const lost = lostRecord(events, payments.config.group.name);
    expect(lost === undefined).toBe(skip === undefined);
    if (skip === undefined || lost?.cause !== 'died') continue;
    expect(skip.blame).toBe('application');
    const story = lost.steps.map(({ what }) => what).join('; ');
    expect(story).toMatch(/sends it to payments-\d.*acknowledges it.*is given it.*commits offset.*dies before it has processed it.*goes on from offset/);
    return;
  }
  expect.unreachable('no seed lost a payment');
});

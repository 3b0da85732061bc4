/**
 * Found by rebalance-churn 668 and 852: a member that has left its group in good order is away for a second, and a kill that came
 * in that second, or a churn whose turn it was, had nobody to stop and was over before there was.
 */
import { expect, test } from 'vitest';
import { generatePlan, planArbitrary, type FaultKind, type FaultPlan } from '../../faults/index.ts';
import { findScenario, runScenario, shapeOf } from '../../scenarios/index.ts';

const scenario = findScenario('rebalance-churn')!;
/** As supervised processes are started again: scenarios/cluster.ts. */
const AWAY_MS = 1_000;

test('churn waits for the member whose turn it is', { timeout: 60_000 }, async () => {
  // The kill makes sure that c2 is away when its turn comes, whatever the workload does; there is no second turn.
  const plan: FaultPlan = {
    version: 1,
    faults: [
      { id: 'f1', kind: 'client-kill', atMs: 5_000, durationMs: 2_000, target: ['c2'], params: {} },
      { id: 'f2', kind: 'consumer-churn', atMs: 6_000, durationMs: 5_000, target: ['c2'], params: { everyMs: 10_000, downMs: 500 } },
    ],
  };
  const { violations, faults } = await runScenario(scenario, { seed: 668, plan });
  expect(violations).toEqual([]);
  expect(faults.map(({ affected }) => affected > 0)).toEqual([true, true]);
});

test('a stop lasts longer than its target is away', () => {
  const stops: readonly FaultKind[] = ['broker-kill', 'broker-power-loss', 'broker-pause', 'client-kill', 'client-pause'];
  const arbitrary = planArbitrary(stops, shapeOf(scenario), { minFaults: 1, maxFaults: 4 });
  for (let seed = 1; seed <= 500; seed += 1) {
    for (const { durationMs } of generatePlan(arbitrary, seed).faults) expect(durationMs).toBeGreaterThanOrEqual(2 * AWAY_MS);
  }
});

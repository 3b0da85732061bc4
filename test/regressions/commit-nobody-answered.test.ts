/**
 * Found by payments 5 (since then, as the workload has grown, it is 46): the answer to a commit was lost and the commit was stored, so its records were skipped for good. The run
 * waited a minute for somebody to process them, and the brokers were blamed.
 */
import { expect, test } from 'vitest';
import { findScenario, runScenario } from '../../scenarios/index.ts';

test('a record skipped by a commit that nobody answered is the application\'s loss', { timeout: 60_000 }, async () => {
  const { violations, simulatedUs } = await runScenario(findScenario('payments')!, { seed: 46 });
  expect(new Set(violations.map(({ invariant, blame }) => `${invariant} ${blame}`))).toEqual(new Set(['group-skip application']));
  expect(simulatedUs).toBeLessThan(60_000_000);
});

import { expect, test } from 'vitest';
import type { TraceEvent } from '../../runtime/index.ts';
import { findScenario, runScenario, type Scenario } from '../../scenarios/index.ts';

test('what members say they own agrees with what the coordinator says', { timeout: 240_000 }, async () => {
  const scenario = findScenario('rebalance-churn') as Scenario;
  const group = scenario.config.group.name;
  const events: TraceEvent[] = [];
  await runScenario(scenario, { seed: 2, keep: (event) => events.push(event) });

  const stable = new Set(events.filter(({ kind, args }) => kind === 'group.state' && args['group'] === group && args['state'] === 'Stable').map(({ args }) => args['generation']));
  const assigned = events.filter(({ kind }) => kind === 'op.assign');
  expect(assigned.length).toBeGreaterThan(4);
  for (const { args } of assigned) expect(stable).toContain(args['generation']);

  // In each process assignments and losses alternate, and a loss names what was assigned.
  const owned = new Map<unknown, unknown>();
  for (const { kind, args } of events) {
    const { process, generation } = args;
    if (kind === 'op.assign') {
      expect(owned.has(process)).toBe(false);
      owned.set(process, generation);
    }
    if (kind === 'op.revoke') {
      expect(owned.get(process)).toBe(generation);
      owned.delete(process);
    }
    // A straggler commits under a generation that is over, on purpose.
    if (kind === 'op.commit' && args['group'] === group && !String(args['commitId']).includes('/late-')) expect(owned.get(process)).toBe(generation);
  }
});

test('a process that starts again has a new name', { timeout: 240_000 }, async () => {
  const scenario = findScenario('rebalance-churn') as Scenario;
  const events: TraceEvent[] = [];
  await runScenario(scenario, { seed: 1, keep: (event) => events.push(event) });
  const processes = new Set(events.filter(({ kind }) => kind === 'op.poll').map(({ args }) => args['process']));
  expect([...processes].some((name) => /^c\d#2$/.test(String(name)))).toBe(true);
});

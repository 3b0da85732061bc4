/** What operators do and what happens to them, one thing at a time on an otherwise quiet cluster. */
import { expect, test } from 'vitest';
import type { Fault, FaultPlan } from '../../faults/index.ts';
import type { TraceEvent } from '../../runtime/index.ts';
import { findScenario, runScenario, type RunResult, type Scenario } from '../../scenarios/index.ts';

const scenario = findScenario('perfect-storm') as Scenario;

async function run(fault: Omit<Fault, 'id'>): Promise<{ result: RunResult; events: TraceEvent[] }> {
  const plan: FaultPlan = { version: 1, faults: [{ id: 'f1', ...fault }] };
  const events: TraceEvent[] = [];
  const result = await runScenario(scenario, { seed: 1, plan, keep: (event) => events.push(event) });
  return { result, events };
}

test('a rolling restart: every broker hands over in good order, and nothing is fenced, recovered or lost', { timeout: 120_000 }, async () => {
  const { result, events } = await run({ kind: 'rolling-restart', atMs: 1_000, durationMs: 15_500, target: ['b1', 'b2', 'b3'], params: { everyMs: 5_000 } });
  expect(result.violations).toEqual([]);
  const of = (kind: string): TraceEvent[] => events.filter((event) => event.kind === kind);
  expect(of('node.sigterm').map(({ node }) => node)).toEqual(['b1', 'b2', 'b3', 'b1']);
  expect(of('node.exit').filter(({ node }) => node.startsWith('b')).map(({ args }) => args['reason'])).toEqual(['closed', 'closed', 'closed', 'closed']);
  expect(of('recovery.begin')).toEqual([]);
  expect(of('node.kill').filter(({ node }) => node.startsWith('b'))).toEqual([]);
});

test('a broker that cannot hand over in time is killed, and recovered', { timeout: 120_000 }, async () => {
  const { result, events } = await run({ kind: 'rolling-restart', atMs: 1_000, durationMs: 2_010, target: ['b1', 'b2'], params: { everyMs: 10 } });
  expect(result.violations).toEqual([]);
  expect(events.filter(({ kind, node }) => kind === 'node.kill' && node.startsWith('b')).map(({ args }) => String(args['reason']))).toContain('fault f1: SIGTERM was not enough');
  expect(events.map(({ kind }) => kind)).toContain('recovery.done');
});

test('a consumer that never comes back: the others take over its partitions', { timeout: 120_000 }, async () => {
  const { result, events } = await run({ kind: 'consumer-loss', atMs: 1_000, durationMs: 20_000, target: ['c1'], params: {} });
  expect(result.violations).toEqual([]);
  const died = events.findIndex(({ kind, node }) => kind === 'node.kill' && node === 'c1');
  expect(events.slice(died).filter(({ kind, node }) => kind === 'node.start' && node === 'c1')).toEqual([]);
  const owned = new Set(events.slice(died).filter(({ kind }) => kind === 'op.assign').flatMap(({ args }) => args['tps'] as string[]));
  expect(owned.size).toBe(scenario.config.partitions);
});

/** Found by broker-loss 3007 under all faults: a dead controller went unnoticed for as long as the other brokers kept the metadata log growing. */
import { expect, test } from 'vitest';
import type { FaultPlan } from '../../faults/index.ts';
import type { TraceEvent } from '../../runtime/index.ts';
import { findScenario, runScenario } from '../../scenarios/index.ts';

const AT_MS = 1000;
const DOWN_MS = 20_000;

test('a controller that dies is replaced while others upload, and its partitions are led again', { timeout: 120_000 }, async () => {
  const broker = findScenario('broker-loss')!;
  for (const seed of [1, 2]) {
    const events: TraceEvent[] = [];
    const elected = (): TraceEvent[] => events.filter(({ kind }) => kind === 'controller.elected');
    const calm: FaultPlan = { version: 1, faults: [] };
    await runScenario({ ...broker, config: { ...broker.config, stormMs: 100 } }, { seed, plan: calm, keep: (event) => events.push(event) });
    const controller = elected()[0]!.node;
    events.length = 0;
    const plan: FaultPlan = { version: 1, faults: [{ id: 'f1', kind: 'broker-power-loss', atMs: AT_MS, durationMs: DOWN_MS, target: [controller], params: {} }] };
    const { violations } = await runScenario(broker, { seed, plan, keep: (event) => events.push(event) });
    expect(violations).toEqual([]);
    const diedAt = events.find(({ kind }) => kind === 'fault.begin')!.t;
    const successor = elected().find(({ t }) => t > diedAt);
    expect(successor?.node).not.toBe(controller);
    expect((successor!.t - diedAt) / 1e6).toBeLessThan(12);
    expect(events.some(({ kind, t }) => kind === 'recovery.done' && t > diedAt && (t - diedAt) / 1e6 < 19)).toBe(true);
  }
});

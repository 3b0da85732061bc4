/**
 * A broker that had just come up, before anybody held the controller role, told clients that the controller is -1; kafkajs's
 * admin gives up on that for good. Found by the first kafkajs that was pointed at a fresh broker.
 */
import { expect, test } from 'vitest';
import { defaultConfig, startBroker } from '../../broker/index.ts';
import { ask } from '../../scenarios/clients/lean.ts';
import { Sim } from '../../sim/index.ts';

test('a broker that is up names a live controller', async () => {
  const sim = new Sim({ seed: 1 });
  const address = { host: 'b1', port: 9092 };
  // A controller that takes ever so long to look around: nobody holds the role when the question comes.
  const controller = { ...defaultConfig().controller, tickMs: 60_000 };
  let named: number | undefined;
  sim.addNode({
    name: 'b1', role: 'broker', main: async (rt) => {
      sim.store.add({ id: 'slow takeover', match: ({ verb, key }) => verb === 'put' && key === 'meta/log/00000000000000000002', probability: 1, effect: { kind: 'delay', minUs: 2_000_000, maxUs: 2_000_000 }, affected: 0 });
      await startBroker(rt, defaultConfig({ listen: address, controller, probeStore: false }));
      sim.control.after(0, 'ask', () => sim.node('c1').start());
    },
  }).start();
  sim.addNode({
    name: 'c1', role: 'client', main: async (rt) => {
      named = (await ask(rt, address, 'Metadata', 6, { topics: [] }, 1000))?.controllerId;
    },
  });
  await sim.runUntil(() => named !== undefined || sim.findings.length > 0, 10_000_000);
  expect(sim.findings).toEqual([]);
  expect(named).toBe(1);
  sim.close();
});

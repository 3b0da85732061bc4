/** Found by broker-loss 3007 under all faults: kafkajs takes a connection whose ApiVersions request timed out for connected, without versions, and never makes another. */
import { expect, test } from 'vitest';
import { kafkaClient } from '../../scenarios/clients/kafkajs.ts';
import { untilItWorks } from '../../scenarios/workloads/context.ts';
import { Sim } from '../../sim/index.ts';

test('a client whose first broker falls silent ends its process, so that a fresh one can begin', async () => {
  const sim = new Sim({ seed: 1 });
  const exits: string[] = [];
  sim.addNode({ name: 'mute', role: 'broker', main: async (rt) => void (await rt.network.listen({ host: 'mute', port: 9092 }, () => {})) }).start();
  sim.addNode({
    name: 'client', role: 'client', onExit: (reason) => exits.push(reason),
    main: async (rt) => {
      const producer = kafkaClient(rt, 'client', ['mute:9092']).kafka.producer({ idempotent: true });
      await untilItWorks(rt, 500, () => producer.connect());
    },
  }).start();
  expect(await sim.runUntil(() => exits.length > 0, 60_000_000)).toBe(true);
  expect(exits).toEqual(['cannot start']);
  expect(sim.findings).toEqual([]);
  sim.close();
});

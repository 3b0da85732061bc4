/** Runs a test's body on a node of a simulated world, since nothing else may touch the simulated adapters. */
import { expect } from 'vitest';
import type { Runtime } from '../../runtime/index.ts';
import { Sim } from '../../sim/index.ts';
import type { SimNode } from '../../sim/index.ts';

export async function onSimNode(seed: number, body: (runtime: Runtime, node: SimNode, sim: Sim) => Promise<void>): Promise<void> {
  const sim = new Sim({ seed });
  let outcome: { readonly error?: unknown } | undefined;
  const node: SimNode = sim.addNode({
    name: 'b1',
    role: 'broker',
    main: async (runtime) => {
      outcome = await body(runtime, node, sim).then(() => ({}), (error: unknown) => ({ error }));
    },
  });
  node.start();
  const done = await sim.runUntil(() => outcome !== undefined, VIRTUAL_US_MAX);
  sim.close();
  if (outcome?.error !== undefined) throw outcome.error;
  expect(sim.findings).toEqual([]);
  expect(done, 'the body never ended').toBe(true);
}

const VIRTUAL_US_MAX = 3_600 * 1_000_000;

import { expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';

it('turns events over quickly (reported, not judged)', async ({ annotate }) => {
  const sim = new Sim({ seed: 1 });
  let done = 0;
  for (let i = 0; i < 50; i++) {
    sim.addNode({ name: `n${i}`, role: 'client', main: async (rt) => { for (;;) { await rt.clock.sleep(1 + (i % 7)); done++; } } }).start();
  }
  const from = performance.now();
  await sim.runUntil(() => done >= 200_000, Infinity);
  await annotate(`${Math.round(200_000 / ((performance.now() - from) / 1000)).toLocaleString('en')} events/s`);
  expect(done).toBe(200_000);
});

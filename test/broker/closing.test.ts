import { expect, test } from 'vitest';
import { batchOf, createTopic, Lab, produce } from './lab.ts';

test('brokers that close at the same moment all end in good order', { timeout: 60_000 }, async () => {
  const seeds = Array.from({ length: 30 }, (_, at) => at + 1);
  for (const seed of seeds) {
    const lab = await Lab.of(3, { uploadMs: 500 }, seed);
    await lab.wire(async (wire) => {
      await createTopic(wire, 't', 3);
      await produce(wire, batchOf(['a']));
    });
    await lab.run(2);
    const closed: string[] = [];
    for (const [name, broker] of lab.brokers) lab.sim.node(name).after(0, 'close', () => void broker.close().then(() => closed.push(name)));
    await lab.run(30);
    expect(lab.exits, `seed ${seed}`).toEqual([]);
    expect(closed.sort()).toEqual(['b1', 'b2', 'b3']);
    lab.sim.close();
  }
});

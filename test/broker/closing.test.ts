import { expect, test } from 'vitest';
import type { Runtime } from '../../runtime/index.ts';
import { addressOf, batchOf, createTopic, fetch, Lab, produce, valuesOf } from './lab.ts';
import { Wire } from './wire.ts';

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

test('what is acknowledged while a broker closes is there for its successor', { timeout: 60_000 }, async () => {
  let late = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const lab = await Lab.of(1, { uploadMs: 60_000 }, seed);
    await lab.wire((wire) => createTopic(wire));
    const stored = new Map<number, string>();
    let closing = false;
    for (let client = 1; client <= 4; client += 1) {
      const main = async (rt: Runtime): Promise<void> => {
        const wire = await Wire.open(rt.network, addressOf('b1'));
        for (let at = 0; !wire.closed; at += 1) {
          const value = `p${client}-${at}`;
          const answer = await produce(wire, batchOf([value])).catch(() => undefined);
          if (answer?.errorCode !== 0) return;
          stored.set(answer.baseOffset, value);
          if (closing) late += 1;
        }
      };
      lab.sim.addNode({ name: `p${client}`, role: 'client', main }).start();
    }
    await lab.run(0.3 + seed / 200);
    let closed = false;
    lab.sim.node('b1').after(0, 'close', () => {
      closing = true;
      void lab.brokers.get('b1')!.close().then(() => (closed = true));
    });
    await lab.until(() => closed);
    lab.add('b2', 2);
    await lab.until(() => lab.kinds('partition.open').some(({ node, args }) => node === 'b2' && args['tp'] === 't-0'));
    const { errorCode, records } = await lab.wire((wire) => fetch(wire), 'b2');
    expect(errorCode).toBe(0);
    const read = valuesOf(records);
    for (const [offset, value] of stored) expect(read[offset], `seed ${seed}, offset ${offset}`).toBe(value);
    lab.sim.close();
  }
  expect(late, 'some are acknowledged after the close has begun').toBeGreaterThan(10);
});

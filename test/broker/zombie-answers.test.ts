/** KIP-207: who is no longer the leader, and cannot know it yet, gives no answer rather than an old one. */
import { expect, test } from 'vitest';
import { addressOf, batchOf, createTopic, Lab, leadersOf, produce } from './lab.ts';
import { Wire } from './wire.ts';

test('a leader that is cut off from the store does not tell an old log end', async () => {
  const lab = await Lab.of(3, { uploadMs: 1000 });
  await lab.wire((wire) => createTopic(wire, 't', 3));
  await lab.run(2);
  const leaders = await lab.wire((wire) => leadersOf(wire));
  const index = leaders.indexOf(2);
  await lab.wire((wire) => produce(wire, batchOf(['a']), { index }), 'b2');
  lab.sim.store.add({ id: 'cut', match: (op) => op.node === 'b2', probability: 1, effect: { kind: 'block' }, affected: 0 });
  await lab.run(30);
  const next = lab.kinds('partition.open').filter((e) => e.args['tp'] === `t-${index}`).at(-1)!.node;
  expect(next).not.toBe('b2');
  const acked = await lab.wire((wire) => produce(wire, batchOf(['b', 'c']), { index }), next);
  expect(acked).toEqual({ errorCode: 0, baseOffset: 1 });
  const answer = await lab.job(async (rt) => {
    const wire = await Wire.open(rt.network, addressOf('b2'));
    const ask = wire.ask('ListOffsets', 5, { topics: [{ name: 't', partitions: [{ partitionIndex: index, timestamp: -1 }] }] });
    return Promise.race([ask.then((a) => JSON.stringify(a.topics[0]!.partitions[0])), rt.clock.sleep(5000).then(() => 'no answer')]);
  });
  expect(answer).toBe('no answer');
  lab.sim.close();
});

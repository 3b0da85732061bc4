/** A broker dies and what it left behind is damaged: its partitions have no leader, and the others go on as if nothing were. */
import { expect, test } from 'vitest';
import { batchOf, createTopic, Lab, leadersOf, produce } from './lab.ts';

/** Three brokers, one partition each; the index of the partition that b3 leads. */
async function cluster(): Promise<{ lab: Lab; index: number; sound: { index: number; leader: string } }> {
  const lab = await Lab.of(3, { uploadMs: 500, hotBytes: 0 });
  await lab.wire((wire) => createTopic(wire, 't', 3));
  await lab.run(2);
  const leaders = await lab.wire((wire) => leadersOf(wire));
  const other = leaders.findIndex((leader) => leader !== 3);
  return { lab, index: leaders.indexOf(3), sound: { index: other, leader: `b${leaders[other]}` } };
}

async function othersGoOn(lab: Lab, sound: { index: number; leader: string }): Promise<void> {
  lab.sim.node('b3').kill('test');
  lab.brokers.delete('b3');
  await lab.run(60);
  expect(lab.sim.findings).toEqual([]);
  expect(lab.exits).toEqual([]);
  expect(lab.kinds('recovery.refused').at(-1)!.args).toMatchObject({ broker: 3 });
  expect((await lab.wire((wire) => produce(wire, batchOf(['more']), { index: sound.index }), sound.leader)).errorCode).toBe(0);
}

test.each(['damaged', 'gone'])('its last data object is %s, and its WAL goes on from there', async (how) => {
  const { lab, index, sound } = await cluster();
  await lab.wire((wire) => produce(wire, batchOf(['a', 'b']), { index }), 'b3');
  await lab.run(3);
  const objects = lab.sim.store.inspect() as Map<string, Buffer>;
  const epoch = lab.brokers.get('b3')!.epoch;
  const key = [...objects.keys()].find((name) => name.startsWith('data/') && name.split('/')[2]!.startsWith(`${epoch}-`))!;
  const whole = objects.get(key)!;
  if (how === 'gone') objects.delete(key);
  else objects.set(key, Buffer.concat([whole.subarray(0, -40), Buffer.from([whole.at(-40)! ^ 0xff]), whole.subarray(-39)]));
  await lab.wire((wire) => produce(wire, batchOf(['c']), { index }), 'b3');
  await othersGoOn(lab, sound);
  // Whoever repairs the store need do no more.
  objects.set(key, whole);
  await lab.run(60);
  const leader = lab.kinds('partition.open').filter(({ args }) => args['tp'] === `t-${index}`).at(-1)!.node;
  expect(leader).not.toBe('b3');
  expect(await lab.wire((wire) => produce(wire, batchOf(['d']), { index }), leader)).toEqual({ errorCode: 0, baseOffset: 3 });
  lab.sim.close();
});

test('a slot of its WAL is damaged', async () => {
  const { lab, index, sound } = await cluster();
  await lab.wire((wire) => produce(wire, batchOf(['a', 'b']), { index }), 'b3');
  const objects = lab.sim.store.inspect() as Map<string, Buffer>;
  const bytes = objects.get([...objects.keys()].filter((name) => name.startsWith('wal/3/')).sort()[0]!)!;
  bytes[bytes.length - 5] = bytes.at(-5)! ^ 0xff;
  await othersGoOn(lab, sound);
  lab.sim.close();
});

import { describe, expect, it } from 'vitest';
import { Sim } from '../../sim/index.ts';
import type { SimVolume, VolumeRule } from '../../sim/index.ts';
import { SECOND_US, started } from './support.ts';

/** Runs `job` on b1's disk. */
async function onDisk<T>(sim: Sim, job: (volume: SimVolume) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined;
  const node = started(sim, 'b1', async () => { result = { value: await job(node.volume) }; }, 'broker');
  await sim.runUntil(() => result !== undefined || sim.findings.length > 0, sim.nowUs + 60 * SECOND_US);
  if (result === undefined) throw new Error(JSON.stringify(sim.findings));
  return result.value;
}

const body = Buffer.alloc(2000, 'n');
const old = Buffer.alloc(2000, 'o');

describe('a disk', () => {
  it('keeps what was written through a kill', async () => {
    const sim = new Sim({ seed: 1 });
    await onDisk(sim, (volume) => volume.write('wal/1', body));
    sim.node('b1').kill('test');
    expect(sim.node('b1').volume.inspect().get('wal/1')).toEqual(body);
  });

  it('keeps what was synced, file and name, through a power loss', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const sim = new Sim({ seed });
      await onDisk(sim, async (volume) => {
        await volume.write('wal/1', body);
        await volume.sync('wal/1');
        await volume.syncDirectory('wal');
      });
      sim.node('b1').powerLoss('test');
      expect(sim.node('b1').volume.inspect().get('wal/1')).toEqual(body);
    }
  });

  it('loses, keeps or tears what was not, at sectors', async () => {
    const kinds = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const sim = new Sim({ seed });
      await onDisk(sim, async (volume) => {
        await volume.write('f', old);
        await volume.sync('f');
        await volume.syncDirectory('');
        await volume.write('f', body);
      });
      sim.node('b1').powerLoss('test');
      const left = sim.node('b1').volume.inspect().get('f') as Buffer;
      if (left.equals(old)) kinds.add('lost');
      else if (left.equals(body)) kinds.add('kept');
      else if (left.length < body.length) {
        expect(left.length % 512).toBe(0);
        expect(left.equals(body.subarray(0, left.length))).toBe(true);
        kinds.add('prefix');
      } else kinds.add('garbage');
    }
    expect(kinds).toEqual(new Set(['lost', 'kept', 'prefix', 'garbage']));
  });

  it('undoes names that no directory sync followed, each by seed, a rename as a whole', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 60; seed++) {
      const sim = new Sim({ seed });
      await onDisk(sim, async (volume) => {
        await volume.write('tmp', body);
        await volume.sync('tmp');
        await volume.syncDirectory('');
        await volume.rename('tmp', 'final');
        expect(await volume.link('final', 'second')).toBe(true);
        expect(await volume.link('final', 'second')).toBe(false);
      });
      sim.node('b1').powerLoss('test');
      outcomes.add([...sim.node('b1').volume.inspect().keys()].sort().join());
    }
    expect(outcomes).toEqual(new Set(['tmp', 'final', 'second,tmp', 'final,second']));
  });

  it('fails by rule, and a sync that failed once saves nothing after', async () => {
    const sim = new Sim({ seed: 1 });
    const rule: VolumeRule = { id: 'r', match: ({ verb }) => verb === 'sync', probability: 1, effect: { kind: 'io' }, affected: 0 };
    await onDisk(sim, async (volume) => {
      await volume.write('f', body);
      await volume.syncDirectory('');
      volume.addRule(rule);
      await expect(volume.sync('f')).rejects.toMatchObject({ code: 'IO' });
      volume.removeRule(rule);
      await volume.sync('f');
      expect(await volume.read('f')).toEqual(body);
      volume.capacityBytes = 100;
      await expect(volume.write('g', body)).rejects.toMatchObject({ code: 'NO_SPACE' });
    });
    sim.node('b1').powerLoss('test');
    expect(sim.node('b1').volume.inspect().get('f')).toEqual(Buffer.alloc(0));
    expect(rule.affected).toBe(1);
  });

  it('drops operations under way when the process dies', async () => {
    const sim = new Sim({ seed: 1 });
    const node = started(sim, 'b1', () => { void node.volume.write('f', body); });
    let dropped = 0;
    sim.control.after(5, 'kill', () => { dropped = node.kill('test'); });
    await sim.runUntil(() => false, SECOND_US);
    expect([dropped, node.volume.inspect().size]).toEqual([1, 0]);
  });
});
